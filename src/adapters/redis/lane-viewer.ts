import { getOrInsert } from '../../core/get-or-insert.js';
import { LANE_FORMAT, NewerLaneFormatError } from '../../pipeline/lane-format.js';
import { type AskedOrder, type LaneLook, type LaneSet, type LaneViewer, LOOK_LIMIT, type SeenOrder } from '../../pipeline/lane-viewer.js';
import { DEFAULT_PREFIX, keyNames, type LaneKeys } from './keys.js';
import { traceOf } from './forgotten.js';
import { fieldsOf, readLane } from './lane-fields.js';
import { pack, type Packable } from './pack.js';
import { bytesOf, listOf, run, textOf, type RedisClient, type Reply, wholeOf } from './script.js';
import { LOOK } from './scripts/look.js';

export interface RedisLaneViewerOptions {
  /** As the lane store's. */
  readonly prefix?: string;
}

/** Ids a page. */
const PAGE = 1_000;
const NO_FACTS = Buffer.alloc(0);

/** Which of the orders are asked for under each index entry. */
const ordersByIndex = (orders: readonly AskedOrder[]): ReadonlyMap<string, readonly string[]> => {
  const byName = new Map<string, string[]>();
  for (const { orderId, indexes } of orders) {
    for (const name of indexes) getOrInsert(byName, name, (): string[] => []).push(orderId);
  }
  return byName;
};

const scoreOf = (reply: Reply | undefined): number | null => (reply === null || reply === undefined ? null : Number(textOf(reply, 'a score')));

const seen = (orders: readonly AskedOrder[], replies: readonly Reply[], standing: ReadonlyMap<string, ReadonlySet<string>>): SeenOrder[] => {
  const [facts, states, listed, due, marks, forgotten] = replies.map((reply) => listOf(reply, 'a list'));
  return orders.map(({ orderId, indexes }, i) => {
    const state = states?.[i] ?? null;
    const packed = facts?.[i] ?? null;
    return {
      orderId,
      stored: state === null ? null : { facts: packed === null ? NO_FACTS : bytesOf(packed, 'facts'), state: bytesOf(state, 'a state') },
      listed: (listed?.[i] ?? null) !== null,
      due: scoreOf(due?.[i]),
      mark: scoreOf(marks?.[i]),
      forgotten: forgotten?.[i] === 1,
      indexes: indexes.filter((name) => standing.get(name)?.has(orderId) === true),
    };
  });
};

const look = async (client: RedisClient, keys: LaneKeys, lane: number, orders: readonly AskedOrder[]): Promise<LaneLook | null> => {
  if (orders.length > LOOK_LIMIT) throw new RangeError(`at most ${LOOK_LIMIT} orders can be looked at together, not ${orders.length}`);
  const byName = ordersByIndex(orders);
  const traces = orders.flatMap(({ orderId }): Packable[] => {
    const { part, bytes } = traceOf(orderId);
    return [part, bytes];
  });
  const asked = pack([orders.map(({ orderId }) => orderId), [...byName], traces]);
  const names = [keys.lane, keys.outbox, keys.due, keys.dirty, keys.orders];
  const answer = listOf(await run(client, LOOK, names, [keys.factsOf, keys.stateOf, keys.indexOf, asked, keys.forgottenOf]), 'a look at a lane');
  const fields = fieldsOf(listOf(answer[0], 'the fields of a lane'));
  const format = fields.get('format');
  if (format === undefined) return null;
  const found = wholeOf(format, 'a format version');
  if (found > LANE_FORMAT) throw new NewerLaneFormatError(lane, found);
  const { token: _, ...state } = readLane(fields, listOf(answer[1], 'an outbox'));
  const under = listOf(answer[8], 'index entries');
  const standing = new Map([...byName].map(([name, ids], i) => {
    const scores = listOf(under[i], 'an index entry');
    return [name, new Set(ids.filter((_id, at) => (scores[at] ?? null) !== null))];
  }));
  return { ...state, orders: seen(orders, answer.slice(2, 8), standing) };
};

/** Sets whose members all have the score 0 are read in the order of their ids, so that a page begins where the last ended. */
const readById = async (client: RedisClient, key: string, take: (ids: readonly string[]) => void): Promise<void> => {
  let after = '-';
  for (;;) {
    const ids = await client.zrangebylex(key, after, '+', 'LIMIT', 0, PAGE);
    if (ids.length > 0) take(ids);
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return;
    after = `(${last}`;
  }
};

const readByCursor = async (client: RedisClient, key: string, take: (ids: readonly string[]) => void): Promise<void> => {
  let cursor = '0';
  do {
    const [next, pairs] = await client.zscan(key, cursor, 'COUNT', PAGE);
    const ids = pairs.filter((_, i) => i % 2 === 0);
    if (ids.length > 0) take(ids);
    cursor = next;
  } while (cursor !== '0');
};

const keyOf = (keys: LaneKeys, set: LaneSet): string =>
  set === 'due' ? keys.due : set === 'dirty' ? keys.dirty : set === 'orders' ? keys.orders : keys.indexOf + set.slice('index:'.length);

/** Looks at lanes in Redis. The client stays the caller's. */
export const createRedisLaneViewer = (client: RedisClient, options: RedisLaneViewerOptions = {}): LaneViewer => {
  const names = keyNames(options.prefix ?? DEFAULT_PREFIX);
  return {
    look: (lane, orders) => look(client, names.lane(lane), lane, orders),
    members(lane, set, take) {
      const key = keyOf(names.lane(lane), set);
      return set === 'due' || set === 'dirty' ? readByCursor(client, key, take) : readById(client, key, take);
    },
  };
};
