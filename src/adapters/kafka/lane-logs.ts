import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { LaneLogs, PublishedRecord } from '../../pipeline/lane-logs.js';
import type { LogBounds } from '../../pipeline/ports.js';
import type { KafkaClient } from './connection.js';
import { within, withRetries } from './faults.js';
import { createPartitionAccess } from './partition-access.js';
import { sourceRecord } from './source-record.js';
import type { TopicNames } from './topics.js';
import type { RawRecord } from './wire.js';

export interface KafkaLaneLogs extends LaneLogs {
  close(): Promise<void>;
}

const CONNECT_MS = 30_000;
const CLOSE_MS = 1_000;

/**
 * Connects, for reading alone.
 * @throws when no broker answers or a topic is missing
 */
export const openKafkaLaneLogs = async (client: KafkaClient, { sources, outputs }: TopicNames): Promise<KafkaLaneLogs> => {
  const cluster = client.cluster('touchpoint-reading');
  const names = [...sources.values(), ...outputs.values()];
  await withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log: client.log }, async () => {
    await cluster.connect();
    await cluster.addMultipleTargetTopics(names);
  });
  const access = createPartitionAccess(cluster, client.log);
  const [first = ''] = names;
  const nameOf = <T>(known: ReadonlyMap<T, string>, topic: T): string => {
    const name = known.get(topic);
    if (name === undefined) throw new Error(`Topic ${String(topic)} is not among those that are configured`);
    return name;
  };
  const byTopic = <T>(known: ReadonlyMap<T, string>, found: ReadonlyMap<string, LogBounds>): ReadonlyMap<T, LogBounds> =>
    new Map([...known].flatMap(([topic, name]): [T, LogBounds][] => {
      const bounds = found.get(name);
      return bounds === undefined ? [] : [[topic, bounds]];
    }));
  return {
    topics: [...sources.keys()],
    lanes: cluster.findTopicPartitionMetadata(first).length,
    async bounds(lane) {
      const found = (await access.bounds(names, [lane])).get(lane) ?? new Map<string, LogBounds>();
      return { sources: byTopic<SourceTopic>(sources, found), outputs: byTopic<OutputTopic>(outputs, found) };
    },
    readSource: (lane, topic, from, to, take) =>
      access.scanFetches(nameOf(sources, topic), lane, from, to, (records) => take(records.map((raw) => sourceRecord(topic, lane, raw)))),
    readOutput: (lane, topic, from, to, take) =>
      access.scanFetches(nameOf(outputs, topic), lane, from, to, (records) => take(records.map(publishedRecord))),
    close: () => within(CLOSE_MS, cluster.disconnect()).catch(() => undefined),
  };
};

const publishedRecord = ({ offset, timestamp, key, value, headers = {} }: RawRecord): PublishedRecord =>
  ({ offset: Number(offset), timestamp: Number(timestamp), key, value, headers });
