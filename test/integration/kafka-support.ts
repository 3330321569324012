import kafkajs, { type Kafka } from 'kafkajs';
import { createKafkaClient, type KafkaClient } from '../../src/adapters/kafka/connection.js';
import type { GroupTimes } from '../../src/adapters/kafka/group-member.js';
import { openKafkaOutput } from '../../src/adapters/kafka/output-log.js';
import { openKafkaSource } from '../../src/adapters/kafka/source-log.js';
import { createTopics, DEFAULT_RETENTION } from '../../src/adapters/kafka/topics.js';
import { OUTPUT_TOPICS, type OutputTopic, type SourceTopic } from '../../src/contracts/names.js';
import type { OutputLog, SourceLog } from '../../src/pipeline/ports.js';
import { freshPrefix, realKafka } from '../support/real-services.js';

export interface KafkaLogs {
  readonly client: KafkaClient;
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly sources: ReadonlyMap<SourceTopic, string>;
  readonly outputs: ReadonlyMap<OutputTopic, string>;
  append(topic: SourceTopic, lane: number, values: readonly string[]): Promise<void>;
  source(times?: Partial<GroupTimes>): Promise<SourceLog>;
  readonly output: OutputLog;
  /** Removes records below the offset, as retention does. */
  remove(topic: string | undefined, partition: number, below: number): Promise<void>;
  close(): Promise<void>;
}

/** Quick enough for a test, slow enough for a busy machine. */
const TIMES: Partial<GroupTimes> = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 10_000, heartbeatMs: 200 };

/** Fresh topics and a fresh group on the real broker. */
export const kafkaLogs = async ({ topics, lanes, brokers }: { topics: readonly SourceTopic[]; lanes: number; brokers?: readonly string[] }): Promise<KafkaLogs> => {
  const prefix = freshPrefix('logs');
  const addresses = brokers ?? (await realKafka()).brokers;
  const client = createKafkaClient({ brokers: addresses, clientId: 'touchpoint-test', ssl: false, sasl: null }, () => undefined);
  const sources = new Map(topics.map((topic) => [topic, `${prefix}.${topic}`]));
  const outputs = new Map(OUTPUT_TOPICS.map((topic) => [topic, `${prefix}.${topic}`]));
  const admin = client.kafka.admin();
  await admin.connect();
  await createTopics(admin, { sources, outputs, partitions: lanes, replication: 1, ...DEFAULT_RETENTION });
  await admin.disconnect();
  const producer = client.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const output = await openKafkaOutput({ client, outputs });
  const opened: SourceLog[] = [];
  return {
    client, kafka: client.kafka, groupId: `${prefix}.group`, sources, outputs, output,
    async append(topic, lane, values) {
      for (let at = 0; at < values.length; at += 500) {
        const messages = values.slice(at, at + 500).map((value) => ({ key: 'key', value, partition: lane }));
        await producer.send({ topic: sources.get(topic) ?? '', acks: -1, messages });
      }
    },
    async source(times = TIMES) {
      const source = await openKafkaSource({
        client, groupId: `${prefix}.group`, sources, owned: new Map([['cx.events', outputs.get('cx.events') ?? '']]), times,
      });
      opened.push(source);
      return source;
    },
    async remove(topic = '', partition, below) {
      const cleaner = client.kafka.admin();
      await cleaner.connect();
      // Deleting records needs metadata that only other questions load.
      await cleaner.fetchTopicMetadata({ topics: [topic] });
      await cleaner.fetchTopicOffsets(topic);
      await cleaner.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(below) }] });
      await cleaner.disconnect();
    },
    async close() {
      await Promise.all(opened.map((source) => source.stop()));
      await Promise.all([producer.disconnect(), output.close()]);
    },
  };
};
