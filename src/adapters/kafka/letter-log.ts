import type { LogBounds } from '../../pipeline/ports.js';
import type { StoredLetter } from '../../pipeline/letter.js';
import type { KafkaClient } from './connection.js';
import { withRetries } from './faults.js';
import { createPartitionAccess } from './partition-access.js';
import type { RawRecord } from './wire.js';

/** The dead-letter topic, read without a group: what it held when it was opened. */
export interface LetterLog {
  /** Per partition. */
  readonly bounds: readonly LogBounds[];
  /** All records, partition by partition, in pieces of about a megabyte; the next one is read when it is asked for. */
  read(): AsyncGenerator<readonly StoredLetter[]>;
  /** The record at this place; null when there is none. */
  at(partition: number, offset: number): Promise<StoredLetter | null>;
  close(): Promise<void>;
}

export interface LetterLogOptions {
  readonly client: KafkaClient;
  /** Name on the broker. */
  readonly topic: string;
  readonly partitions: number;
}

const CONNECT_MS = 30_000;

/** Connects and takes the bounds of today. @throws when no broker answers or the topic is missing */
export const openLetterLog = async ({ client, topic, partitions }: LetterLogOptions): Promise<LetterLog> => {
  const cluster = client.cluster('touchpoint-letters');
  await withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log: client.log }, () => cluster.connect());
  const access = createPartitionAccess(cluster, client.log);
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const found = await access.bounds([topic], all);
  const bounds = all.map((partition) => found.get(partition)?.get(topic) ?? { start: 0, end: 0 });
  return {
    bounds,
    async *read() {
      for (const [partition, { start, end }] of bounds.entries()) {
        for await (const records of access.pieces(topic, partition, start, end)) yield records.map((raw) => storedLetter(partition, raw));
      }
    },
    async at(partition, offset) {
      const range = bounds[partition];
      if (range === undefined || offset < range.start || offset >= range.end) return null;
      const raw = await access.recordAt(topic, partition, offset);
      return raw === null ? null : storedLetter(partition, raw);
    },
    close: () => cluster.disconnect(),
  };
};

const storedLetter = (partition: number, { offset, timestamp, key, value, headers = {} }: RawRecord): StoredLetter =>
  ({ partition, offset: Number(offset), timestamp: Number(timestamp), key, value, headers });
