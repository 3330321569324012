import { expect, test } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { createLaneReader } from '../../../src/adapters/kafka/lane-reader.js';
import type { Layout } from '../../../src/adapters/kafka/layout.js';
import type { FetchAnswer, FetchRequest, RawRecord } from '../../../src/adapters/kafka/wire.js';
import type { FetchedRange } from '../../../src/pipeline/ports.js';

const LANES = 400;
/** Partitions of which an answer has room for something. */
const ROOM = 16;
const AT_ONCE = 10;

interface Asked {
  readonly partitions: number;
  readonly maxWaitMs: number;
}

/** A broker of one topic, as far as fetching goes: it fills answers in the order in which it is asked, and holds empty ones. */
function createBroker(ends: readonly number[]) {
  const asked: Asked[] = [];
  let rest: () => void = () => undefined;
  const idle = new Promise<void>((resolve) => { rest = resolve; });
  const record = (offset: number): RawRecord => ({ offset: String(offset), timestamp: '1', key: null, value: Buffer.from('{}') });
  const fetch = async ({ topics, maxWaitTime = 0 }: FetchRequest): Promise<FetchAnswer> => {
    const wanted = topics.flatMap(({ partitions }) => partitions);
    asked.push({ partitions: wanted.length, maxWaitMs: maxWaitTime });
    let room = ROOM;
    const partitions = wanted.map(({ partition, fetchOffset }) => {
      const from = Number(fetchOffset);
      const end = ends[partition] ?? 0;
      const count = room > 0 ? Math.min(AT_ONCE, end - from) : 0;
      if (count > 0) room -= 1;
      return { partition, highWatermark: String(end), lastStableOffset: String(end), abortedTransactions: null, messages: Array.from({ length: count }, (_, i) => record(from + i)) };
    });
    if (room === ROOM && maxWaitTime > 0) {
      if (wanted.length === LANES) rest();
      await new Promise(setImmediate);
    }
    return { responses: [{ topicName: 'orders', partitions }] };
  };
  const metadata = Array.from({ length: LANES }, (_, partitionId) => ({ partitionId, leader: 1 }));
  const cluster = { refreshMetadataIfNecessary: () => Promise.resolve(), findTopicPartitionMetadata: () => metadata, findBroker: () => Promise.resolve({ fetch }) };
  return { asked, idle, cluster: cluster as unknown as Cluster };
}

const LAYOUT: Layout<'orders'> = {
  topics: ['orders'], lanes: LANES, placeOf: (lane) => ({ name: 'orders', partition: lane }), partitions: new Map([['orders', LANES]]), changed: () => new Error('changed'),
};

test('a backlog over many partitions is asked for in turn, no request for more than an answer is good for, and then all wait for what comes', async () => {
  const ends = Array.from({ length: LANES }, (_, lane) => (lane % 3 === 0 ? 0 : 25 + (lane % 7)));
  const { asked, idle, cluster } = createBroker(ends);
  const read = new Map<number, FetchedRange<'orders'>[]>();
  const problems: unknown[] = [];
  const reader = createLaneReader<'orders'>({
    cluster, layout: LAYOUT, maxWaitMs: 100, maxBytes: 1, maxBytesPerPartition: 1, log: () => undefined,
    listener: { assigned: () => undefined, fetched: (lane, range) => { read.set(lane, [...(read.get(lane) ?? []), range]); }, unreadable: (...what) => { problems.push(what); }, failed: (error) => { problems.push(error); } },
  });
  for (let lane = 0; lane < LANES; lane++) reader.read(lane, new Map([['orders', 0]]));
  await idle;
  await reader.stop();
  expect(problems).toEqual([]);
  expect(ends.map((_, lane) => (read.get(lane) ?? []).flatMap(({ records }) => records.map(({ offset }) => offset)))).toEqual(ends.map((end) => Array.from({ length: end }, (_, offset) => offset)));
  // Of the first lane alone, as the others were not read yet.
  expect(asked.shift()).toEqual({ partitions: 1, maxWaitMs: 100 });
  const partial = asked.filter(({ partitions }) => partitions < LANES);
  expect(new Set(partial.map(({ maxWaitMs }) => maxWaitMs))).toEqual(new Set([0]));
  expect(Math.max(...partial.map(({ partitions }) => partitions))).toBe(64);
  expect(partial.length).toBeGreaterThan(asked.length / 2);
  expect(asked.find(({ maxWaitMs }, i) => maxWaitMs > 0 && i > asked.length / 2)).toEqual({ partitions: LANES, maxWaitMs: 100 });
  // As many as it takes where every answer is full, and some that found little.
  const fewest = ends.reduce((sum, end) => sum + Math.ceil(end / AT_ONCE), 0) / ROOM;
  expect(asked.length).toBeLessThan(2 * fewest);
});
