import { expect, test } from '@jest/globals';
import { SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import type { LaneStore, SourceListener, SourceLog, SourceRecord } from '../../src/pipeline/ports.js';
import { createWorker } from '../../src/pipeline/worker.js';
import { fact } from '../support/facts.js';
import { createLaneUnderTest, eventually, factBytes } from '../support/lane-under-test.js';

/** What a fetch brings of one partition at the most. */
const RANGE_RECORDS = 500;
const RANGE_BYTES = 262_144;

/** Gives records of so many bytes of every topic of every lane, for as long as they are wanted. */
function endlessSource(source: SourceLog, lanes: number, bytes: number): { readonly source: SourceLog; readonly given: () => number; readonly isHeldBack: () => boolean } {
  const value = Buffer.from(factBytes('o', fact('delivery.attempt_failed', '05-02 08:00')).padEnd(bytes));
  const range = Math.min(RANGE_RECORDS, Math.floor(RANGE_BYTES / value.length));
  const recordOf = (topic: SourceTopic): SourceRecord => ({ topic, partition: 0, offset: 1e9, timestamp: 0, key: null, value, headers: {} });
  const records = new Map(SOURCE_TOPICS.map((topic) => [topic, new Array<SourceRecord>(range).fill(recordOf(topic))]));
  const paused = new Set<string>();
  let given = 0;
  let listener: SourceListener | null = null;
  const deliver = (lane: number, topic: SourceTopic, from: number): void => {
    if (paused.has(`${lane}/${topic}`)) return;
    given += range;
    listener?.fetched(lane, { topic, from, next: from + range, records: records.get(topic) ?? [], end: 1e9 });
    setImmediate(deliver, lane, topic, from + range);
  };
  return {
    given: () => given, isHeldBack: () => paused.size === lanes * SOURCE_TOPICS.length,
    source: {
      ...source, topics: SOURCE_TOPICS, lanes,
      async start(its) {
        listener = its;
        its.assigned(Array.from({ length: lanes }, (_, lane) => lane));
      },
      read(lane) { for (const topic of SOURCE_TOPICS) setImmediate(deliver, lane, topic, 0); },
      pause(lane, topic) { paused.add(`${lane}/${topic}`); },
      resume: () => undefined,
      bounds: async (wanted) => new Map(wanted.map((lane) => [lane, new Map(SOURCE_TOPICS.map((topic) => [topic, { start: 0, end: 1e9 }]))])),
      confirmMembership: async () => true, commitAdvice: async () => true, advisedOffsets: async () => null, stop: async () => undefined,
    },
  };
}

/** Records that a worker of so many lanes reads before any of them is worked. */
async function readAheadOf(lanes: number, bytes: number): Promise<number> {
  const { parts } = createLaneUnderTest().parts();
  const endless = endlessSource(parts.source, lanes, bytes);
  const output = { ...parts.output, start: async () => 0, end: async () => 0 };
  const loading = Promise.withResolvers<never>();
  loading.promise.catch(() => undefined);
  const worker = createWorker({ ...parts, output, source: endless.source, store: { ...parts.store, load: () => loading.promise } });
  await worker.start();
  await eventually('every topic is held back', endless.isHeldBack);
  loading.reject(new Error('away'));
  await worker.stop();
  return endless.given();
}

test('a worker of many lanes has no more of a backlog in memory than one of a few', async () => {
  const ofFew = await readAheadOf(8, 400);
  expect(ofFew).toBeGreaterThan(500_000);
  expect(await readAheadOf(64, 400)).toBeLessThan(1.6 * ofFew);
});

test.each([8, 64])('nor has one of %i lanes where records are large', async (lanes) => {
  expect(10_000 * (await readAheadOf(lanes, 10_000))).toBeLessThan(8e8);
});

test('lanes that the group gives to a worker that is stopping are not begun', async () => {
  const lane = createLaneUnderTest({ topics: ['orders'] });
  const { parts } = lane.parts();
  const begun: number[] = [];
  const commit = Promise.withResolvers<undefined>();
  const isCommitting = Promise.withResolvers<undefined>();
  const store: LaneStore = {
    ...parts.store,
    claim(index, lanes) {
      begun.push(index);
      return parts.store.claim(index, lanes);
    },
    async commit(...args) {
      isCommitting.resolve(undefined);
      await commit.promise;
      return parts.store.commit(...args);
    },
  };
  let listener: SourceListener | null = null;
  const source: SourceLog = {
    ...parts.source,
    start(its) {
      listener = its;
      return parts.source.start(its);
    },
  };
  const worker = createWorker({ ...parts, store, source });
  await worker.start();
  lane.logs.append('orders', 'o', factBytes('o', fact('delivery.attempt_failed', '05-02 08:00')));
  await isCommitting.promise;
  const stopping = worker.stop();
  // Another worker of the group stops at the same time.
  (listener as SourceListener | null)?.assigned([0, 1]);
  commit.resolve(undefined);
  await stopping;
  expect(begun).toEqual([0]);
  expect(worker.lanes()).toEqual([]);
});
