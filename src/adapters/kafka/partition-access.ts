import type { Cluster } from 'kafkajs';
import type { LogBounds } from '../../pipeline/ports.js';
import { isFault, withRetries } from './faults.js';
import { stretchOf } from './fetched-partition.js';
import type { Place } from './layout.js';
import type { KafkaLog } from './log.js';
import { fetchFrom, READ_COMMITTED, type RawRecord } from './wire.js';

/** Questions about single partitions, outside of any group. */
export interface PartitionAccess {
  /** Bounds of these partitions of every given topic, asked for now: [partition][topic]. */
  bounds(topics: readonly string[], partitions: readonly number[]): Promise<ReadonlyMap<number, ReadonlyMap<string, LogBounds>>>;
  /** Bounds of these partitions, by `TOPIC|PARTITION`. */
  boundsOf(places: readonly Place[]): Promise<ReadonlyMap<string, LogBounds>>;
  end(topic: string, partition: number): Promise<number>;
  /** The record at this offset; null when there is none. */
  recordAt(topic: string, partition: number, offset: number): Promise<RawRecord | null>;
  /** What one fetch from this offset gives; `next` is the offset at the end of the partition. Rejects with KafkaJSOffsetOutOfRange outside of it. */
  stretch(topic: string, partition: number, offset: number, maxBytes: number): Promise<{ readonly records: readonly RawRecord[]; readonly next: number }>;
  /** Calls back for the records of [from, to) that are there, in order. */
  scan(topic: string, partition: number, from: number, to: number, take: (record: RawRecord) => void): Promise<void>;
  /** As `scan`, a fetch at a time; the next one is asked for once the answer resolved. */
  scanFetches(topic: string, partition: number, from: number, to: number, take: (records: readonly RawRecord[]) => Promise<void>): Promise<void>;
  /** The same in pieces of a fetch each: the next one is read when it is asked for. */
  pieces(topic: string, partition: number, from: number, to: number): AsyncGenerator<readonly RawRecord[]>;
}

export const placeName = ({ name, partition }: Place): string => `${name}|${partition}`;

const EARLIEST = -2;
const LATEST = -1;
/** Each question is answered within this time or fails; ms. */
const ANSWER_MS = 20_000;
const ONE_RECORD_BYTES = 1;
const SCAN_BYTES = 1_048_576;

/** @param cluster connected; used for these questions only */
export const createPartitionAccess = (cluster: Cluster, log: KafkaLog): PartitionAccess => {
  const patiently = <T>(what: string, action: () => Promise<T>): Promise<T> =>
    withRetries(cluster, { what, withinMs: ANSWER_MS, log }, action);

  const offsets = (topics: readonly string[], partitions: readonly number[], fromTimestamp: number): Promise<ReadonlyMap<string, number>> =>
    offsetsOf(new Map(topics.map((topic) => [topic, partitions])), fromTimestamp);
  const offsetsOf = (wanted: ReadonlyMap<string, readonly number[]>, fromTimestamp: number): Promise<ReadonlyMap<string, number>> =>
    patiently(`asking for the ${fromTimestamp === EARLIEST ? 'start' : 'end'} of ${[...wanted.keys()].join(', ')}`, async () => {
      await cluster.addMultipleTargetTopics([...wanted.keys()]);
      const answer = await cluster.fetchTopicsOffset([...wanted].map(([topic, partitions]) => ({ topic, partitions: partitions.map((partition) => ({ partition })), fromTimestamp })));
      return new Map(answer.flatMap(({ topic, partitions: found }) =>
        found.map(({ partition, offset }): [string, number] => [`${topic}|${partition}`, Number(offset)])));
    });

  const fetchPartition = async (topic: string, partition: number, offset: number, maxBytes: number): Promise<{ records: readonly RawRecord[]; next: number }> => {
    await cluster.addMultipleTargetTopics([topic]);
    const [nodeId = '-1'] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const answer = await fetchFrom(cluster, nodeId, {
      isolationLevel: READ_COMMITTED, maxWaitTime: 0, minBytes: 0, maxBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes, rank: 0 }] }],
    });
    const raw = answer.responses[0]?.partitions[0];
    if (raw === undefined) return { records: [], next: offset };
    const { records, next, stuck } = stretchOf(raw, offset);
    // Asked for alone, a broker sends at least one whole batch: if that is empty, nothing lies at this offset.
    return { records, next: stuck ? offset + 1 : next };
  };

  const required = (found: ReadonlyMap<string, number>, topic: string, partition: number): number => {
    const offset = found.get(`${topic}|${partition}`);
    if (offset === undefined) throw new Error(`No broker knows partition ${partition} of topic ${topic}: create it with \`touchpoint topics --create\``);
    return offset;
  };

  async function* pieces(topic: string, partition: number, from: number, to: number): AsyncGenerator<readonly RawRecord[]> {
    // What retention removed can't be read any more; whoever needs to know compares the numbers in the records.
    const oldest = required(await offsets([topic], [partition], EARLIEST), topic, partition);
    for (let at = Math.max(from, oldest); at < to;) {
      const asked = at;
      const { records, next } = await patiently(`reading ${topic}, partition ${partition}, from offset ${asked}`, async () => {
        const stretch = await fetchPartition(topic, partition, asked, SCAN_BYTES);
        if (stretch.next === asked) throw new Error(`the partition ends at offset ${asked}, before ${to}`);
        return stretch;
      });
      yield records.filter((record) => Number(record.offset) < to);
      at = next;
    }
  }

  const scanFetches: PartitionAccess['scanFetches'] = async (topic, partition, from, to, take) => {
    for await (const records of pieces(topic, partition, from, to)) await take(records);
  };

  return {
    pieces,
    stretch: (topic, partition, offset, maxBytes) => patiently(`reading ${topic}, partition ${partition}, from offset ${offset}`, () => fetchPartition(topic, partition, offset, maxBytes)),
    async bounds(topics, partitions) {
      const starts = await offsets(topics, partitions, EARLIEST);
      const ends = await offsets(topics, partitions, LATEST);
      return new Map(partitions.map((partition) => [partition, new Map(topics.map((topic): [string, LogBounds] => [
        topic, { start: required(starts, topic, partition), end: required(ends, topic, partition) },
      ]))]));
    },
    async boundsOf(places) {
      const wanted = new Map<string, number[]>();
      for (const { name, partition } of places) wanted.set(name, [...(wanted.get(name) ?? []), partition]);
      const starts = await offsetsOf(wanted, EARLIEST);
      const ends = await offsetsOf(wanted, LATEST);
      return new Map(places.map(({ name, partition }): [string, LogBounds] => [
        placeName({ name, partition }), { start: required(starts, name, partition), end: required(ends, name, partition) },
      ]));
    },
    end: async (topic, partition) => required(await offsets([topic], [partition], LATEST), topic, partition),
    recordAt: (topic, partition, offset) => patiently(`reading offset ${offset} of ${topic}, partition ${partition},`, async () => {
      const { records } = await fetchPartition(topic, partition, offset, ONE_RECORD_BYTES);
      const first = records[0];
      return first !== undefined && Number(first.offset) === offset ? first : null;
    }).catch((error: unknown) => {
      if (isFault(error, 'KafkaJSOffsetOutOfRange')) return null;
      throw error;
    }),
    scan: (topic, partition, from, to, take) => scanFetches(topic, partition, from, to, (records) => {
      for (const record of records) take(record);
      return Promise.resolve();
    }),
    scanFetches,
  };
};
