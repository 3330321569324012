import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { parseAllDocuments } from 'yaml';
import { createStage, touchpoint } from '../support/touchpoint.js';

interface KafkaTopic {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly topicName: string; readonly partitions: number; readonly replicas: number; readonly config: Readonly<Record<string, string | number>> };
}

const resourcesIn = (text: string): KafkaTopic[] => parseAllDocuments(text).map((document) => document.toJS() as KafkaTopic);

test('deploy/kafka/topics.yaml is what touchpoint topics --print says', async () => {
  const { code, stdout } = await touchpoint(['topics', '--print']);
  const file = readFileSync(new URL('../../deploy/kafka/topics.yaml', import.meta.url), 'utf8');
  expect([code, file.replaceAll(/^#.*\n/gm, '')]).toEqual([0, stdout]);
  const resources = resourcesIn(file);
  expect(resources.map(({ spec: { topicName } }) => topicName)).toEqual(['orders', 'logistics', 'billing', 'notifications', 'contacts', 'feedback', 'incidents', 'audits', 'cx.events', 'cx.alerts', 'cx.journeys', 'cx.dead-letters']);
  for (const { apiVersion, kind, metadata, spec } of resources) {
    expect([apiVersion, kind, metadata.labels]).toEqual(['kafka.strimzi.io/v1', 'KafkaTopic', { 'strimzi.io/cluster': 'kafka' }]);
    expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(spec).toMatchObject({ partitions: 8, replicas: 3, config: { 'min.insync.replicas': 2 } });
  }
});

test('what is printed is what topics --create makes on a broker', async () => {
  const stage = await createStage({ partitions: 3 });
  const { code, stdout } = await stage.run(['topics', '--print', '--partitions', '3', '--replication', '1', '--cluster', 'main']);
  expect(code).toBe(0);
  const resources = resourcesIn(stdout);
  expect(resources).toHaveLength(12);
  const admin = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: resources.map(({ spec }) => spec.topicName) });
    for (const { metadata, spec } of resources) {
      expect(metadata.labels).toEqual({ 'strimzi.io/cluster': 'main' });
      const made = topics.find(({ name }) => name === spec.topicName);
      expect([spec.topicName, spec.partitions, spec.replicas]).toEqual([made?.name, made?.partitions.length, made?.partitions[0]?.replicas.length]);
      const { resources: [described] } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: spec.topicName }] });
      // Those that were set for the topic itself (source 1 of Kafka's protocol), and no default.
      const set = described?.configEntries.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG).map(({ configName, configValue }) => [configName, configValue]) ?? [];
      expect([spec.topicName, Object.fromEntries(set)]).toEqual([spec.topicName, Object.fromEntries(Object.entries(spec.config).map(([name, value]) => [name, String(value)]))]);
    }
  } finally {
    await admin.disconnect();
    await stage.close();
  }
}, 60_000);
