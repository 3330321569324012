import { stringify } from 'yaml';
import type { WantedTopic } from '../adapters/kafka/topics.js';

/**
 * Topics as resources of Strimzi's topic operator (KafkaTopic, kafka.strimzi.io/v1), in one YAML text.
 * @param cluster the Kafka resource that they belong to
 */
export const topicManifests = (topics: readonly WantedTopic[], cluster: string): string => topics.map(({ topic, partitions, replication, settings }) => stringify({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaTopic',
  metadata: { name: resourceName(topic), labels: { 'strimzi.io/cluster': cluster } },
  spec: { topicName: topic, partitions, replicas: replication, config: settings },
})).join('---\n');

/** Names in Kubernetes have no underscores and capitals; the topic keeps its own in `topicName`. */
const resourceName = (topic: string): string => topic.toLowerCase().replaceAll('_', '-').replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
