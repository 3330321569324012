import { randomUUID } from 'node:crypto';
import type { OutputTopic } from '../../contracts/names.js';
import { checkCommit, checkEnds } from '../../pipeline/check-commit.js';
import type { LaneHalts } from '../../pipeline/lane-halts.js';
import type { LaneViewer } from '../../pipeline/lane-viewer.js';
import type { MeasureStore } from '../../pipeline/measure-store.js';
import type { ClaimedLane, CommitAnswer, DirtyOrder, LaneCommit, LaneStore, OrderReader } from '../../pipeline/ports.js';
import { createLaneState, EVERY_ORDER, forgetOrders, passOrders, readOrder, removeOrder, writeOrder, type LaneState } from './lane-state.js';
import { createMemoryLaneHalts } from './lane-halts.js';
import { createMemoryLaneViewer } from './lane-viewer.js';
import { createMemoryMeasureStore } from './measures.js';
import { createMemoryOrderReader } from './order-reader.js';

/** The lane store of the embedded mode: as the Redis one in everything but surviving the process. */
export type MemoryLaneStore = LaneStore & OrderReader & LaneViewer & { readonly halts: LaneHalts; readonly measures: MeasureStore };

const claimed = (lane: LaneState): ClaimedLane => ({
  token: lane.token,
  version: lane.version,
  lanes: lane.lanes,
  topics: new Map(lane.topics),
  seq: lane.seq,
  outputEnds: new Map(lane.ends),
  outbox: [...lane.outbox],
  calendar: lane.calendar,
  forgotten: lane.givenUp,
  halt: lane.halt,
  upkeep: lane.upkeep,
  decision: lane.decision,
});

const apply = (lane: LaneState, commit: LaneCommit): void => {
  const version = commit.base + 1;
  for (const order of commit.orders) writeOrder(lane, order, version);
  for (const order of commit.forget) removeOrder(lane, order);
  for (const [topic, progress] of commit.topics) lane.topics.set(topic, progress);
  if (commit.outbox !== null) lane.outbox.push({ ...commit.outbox, records: Buffer.from(commit.outbox.records) });
  if (commit.measures != null) lane.measures.journal.push(Buffer.from(commit.measures));
  lane.seq = commit.seq;
  if (commit.upkeep !== undefined) lane.upkeep = commit.upkeep;
  if (commit.carriesOut === true) lane.decision = null;
  lane.calendar = commit.calendar;
  lane.version = version;
};

/** An end never goes back: a late repeat of an older call must not undo a newer one. */
const keepEnds = (lane: LaneState, ends: ReadonlyMap<OutputTopic, number>): void => {
  for (const [topic, end] of ends) if (end > (lane.ends.get(topic) ?? -1)) lane.ends.set(topic, end);
};

const oldestMarks = (dirty: ReadonlyMap<string, number>, limit: number): readonly DirtyOrder[] => {
  const oldest: DirtyOrder[] = [];
  for (const [orderId, mark] of dirty) {
    if (oldest.length >= limit) break;
    oldest.push({ orderId, mark });
  }
  return oldest;
};

type Lanes = Map<number, LaneState>;

const owned = (lanes: Lanes, number: number, token: string): LaneState | null => {
  const lane = lanes.get(number);
  return lane !== undefined && lane.token === token ? lane : null;
};

type Reads = Pick<LaneStore, 'held' | 'orderIds' | 'load' | 'forgotten' | 'pass' | 'due' | 'nextDue' | 'dirty'>;

const createReads = (lanes: Lanes): Reads => ({
  async held(number) {
    const lane = lanes.get(number);
    return { token: lane?.token ?? null, version: lane?.version ?? 0 };
  },
  async orderIds(number, index, after, limit) {
    return lanes.get(number)?.index.list(index ?? EVERY_ORDER, after, limit) ?? [];
  },
  async load(number, orderIds) {
    const lane = lanes.get(number);
    return orderIds.map((orderId) => (lane === undefined ? null : readOrder(lane, orderId)));
  },
  async forgotten(number, orderIds) {
    return orderIds.map((orderId) => lanes.get(number)?.forgotten.has(orderId) === true);
  },
  async pass(number, after, limit) {
    const lane = lanes.get(number);
    return lane === undefined ? [] : passOrders(lane, after, limit);
  },
  async due(number, before, limit) {
    const waiting = lanes.get(number)?.deadlines.before(before, limit) ?? [];
    return waiting.map(({ orderId, due }) => ({ orderId, at: due }));
  },
  async nextDue(number) {
    return lanes.get(number)?.deadlines.first()?.due ?? null;
  },
  async dirty(number, limit) {
    return oldestMarks(lanes.get(number)?.dirty ?? new Map(), limit);
  },
});

type OwnersWrites = Pick<LaneStore, 'claim' | 'commit' | 'trim' | 'clean' | 'halt' | 'clear'>;

const createOwnersWrites = (lanes: Lanes, newToken: () => string): OwnersWrites => ({
  async claim(number, count) {
    const lane = lanes.get(number) ?? createLaneState(count);
    lanes.set(number, lane);
    lane.token = newToken();
    return claimed(lane);
  },
  async commit(number, commit): Promise<CommitAnswer> {
    checkCommit(commit);
    const lane = lanes.get(number);
    if (lane === undefined) return { token: null, version: 0 };
    if (lane.token === commit.token && lane.version === commit.base) apply(lane, commit);
    return { token: lane.token, version: lane.version };
  },
  async trim(number, token, seq, ends) {
    checkEnds(ends);
    const lane = owned(lanes, number, token);
    if (lane === null || seq > lane.seq) return false;
    lane.outbox = lane.outbox.filter((entry) => entry.lastSeq > seq);
    keepEnds(lane, ends);
    return true;
  },
  async clean(number, token, orders, ends) {
    checkEnds(ends);
    const lane = owned(lanes, number, token);
    if (lane === null) return false;
    for (const { orderId, mark } of orders) if (lane.dirty.get(orderId) === mark) lane.dirty.delete(orderId);
    keepEnds(lane, ends);
    return true;
  },
  async halt(number, token, halt) {
    const lane = owned(lanes, number, token);
    if (lane === null) return false;
    lane.halt = halt;
    return true;
  },
  async clear(number, token) {
    const lane = owned(lanes, number, token);
    if (lane !== null) forgetOrders(lane);
    return lane !== null;
  },
});

/**
 * A lane store in this process's memory. Nothing is shared with other processes and nothing outlives this one.
 * @param newToken makes the tokens of owners; no two may be equal
 */
export const createMemoryLaneStore = (newToken: () => string = randomUUID): MemoryLaneStore => {
  const lanes: Lanes = new Map();
  const seen = new Map<string, string>();
  return {
    ...createReads(lanes),
    ...createOwnersWrites(lanes, newToken),
    ...createMemoryOrderReader(lanes),
    ...createMemoryLaneViewer(lanes),
    halts: createMemoryLaneHalts(lanes),
    measures: createMemoryMeasureStore(lanes),
    async firstSeen(keys) {
      return keys.map(({ key, coordinates }) => {
        const first = seen.get(key);
        if (first === undefined) seen.set(key, coordinates);
        return first === undefined || first === coordinates;
      });
    },
    async close() {
      lanes.clear();
      seen.clear();
    },
  };
};
