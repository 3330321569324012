import { expect } from '@jest/globals';
import type { OutputTopic } from '../../src/contracts/names.js';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';
import type { LaneCommit, LaneStore, OrderReader, OrderWrite, OutboxEntry, TopicProgress } from '../../src/pipeline/ports.js';

/** A lane store that tests write to and look at. */

export interface StoreUnderTest {
  readonly store: LaneStore;
  readonly reader: OrderReader;
  /** Ends it; the next one made is empty. */
  end(): Promise<void>;
}

/** Number of lanes of a store under test. */
export const LANES = 4;

export const write = (orderId: string, given: Partial<OrderWrite> = {}): OrderWrite => ({
  orderId,
  facts: Buffer.from(`facts of ${orderId};`),
  allFacts: null,
  state: Buffer.from(`state of ${orderId}`),
  due: undefined,
  rests: null,
  indexAdd: [],
  indexRemove: [],
  dirty: false,
  customers: [],
  ...given,
});

export const commitOf = (token: string, base: number, given: Partial<LaneCommit> = {}): LaneCommit => ({
  token,
  base,
  orders: [],
  topics: new Map(),
  seq: 0,
  outbox: null,
  forget: [],
  calendar: null,
  ...given,
});

export const progress = (next: number): TopicProgress => ({
  next,
  clock: 1_700_000_000_000 + next,
  position: { offset: next - 1, timestamp: 1_700_000_000_000, digest: `digest "${String(next)}"` },
  count: { read: next, applied: next - 2, duplicate: 1, deadLetter: 1 },
});

export const entry = (firstSeq: number, lastSeq: number): OutboxEntry => ({ firstSeq, lastSeq, records: Buffer.from(`records ${String(firstSeq)}`) });

export const NO_ENDS: ReadonlyMap<OutputTopic, number> = new Map();

/** All that can be seen of the orders without claiming. */
export const observe = async ({ store, reader }: StoreUnderTest, indexes: readonly string[] = []): Promise<unknown> => {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const all = await reader.list(null, null, 10_000);
  return {
    all: all.orderIds,
    orders: await Promise.all(lanes.map((lane) => store.load(lane, [...new Set(all.orderIds)]))),
    due: await Promise.all(lanes.map((lane) => store.due(lane, Infinity, 10_000))),
    dirty: await Promise.all(lanes.map(async (lane) => [...(await store.dirty(lane, 10_000))].sort((a, b) => a.mark - b.mark || (a.orderId < b.orderId ? -1 : 1)))),
    indexes: await Promise.all(indexes.map(async (index) => (await reader.list(index, null, 10_000)).orderIds)),
    lanes: await reader.lanes(),
    deadlines: await Promise.all(lanes.map((lane) => reader.deadlines(lane))),
  };
};

export const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Ids that would break careless key names, scripts or sorting. */
export const ODD_IDS = ['{a}', '}{', 'a:b', ' ', 'line\nbreak', "quote'\"", '𝄞', '\uffee', 'ü', '0', '-1', 'nil', '+', '(x', '[y'];

/** Listed page by page. */
export const listAll = async (reader: OrderReader, index: string | null, limit: number): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await reader.list(index, cursor, limit);
    expect(page.orderIds.length).toBeLessThanOrEqual(limit);
    found.push(...page.orderIds);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
};

/** Claims, and commits the given steps one after the other; the token. */
export const own = async (store: LaneStore, lane: number, steps: readonly Partial<LaneCommit>[] = []): Promise<string> => {
  const { token, version } = await store.claim(lane, LANES);
  for (const [i, step] of steps.entries()) {
    const answer = await store.commit(lane, commitOf(token, version + i, step));
    expect(commitOutcome(answer, token, version + i)).toBe('applied');
  }
  return token;
};
