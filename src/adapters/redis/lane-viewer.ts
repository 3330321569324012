import { getOrInsert } from '../../core/get-or-insert.js';
import { LANE_FORMAT, NewerLaneFormatError } from '../../pipeline/lane-format.js';
import { type AskedOrder, type LaneLook, type LaneViewer, LOOK_LIMIT, type SeenOrder } from '../../pipeline/lane-viewer.js';
import type { StoredOrder } from '../../pipeline/ports.js';
import { isArranged, LaneNotArrangedError } from './arrange-lane.js';
import { NO_DEADLINE } from './deadlines.js';
import { DEFAULT_PREFIX, keyNames, type LaneKeys } from './keys.js';
import { traceOf } from './forgotten.js';
import { indexBeginning } from './index-entry.js';
import { fieldsOf, readLane } from './lane-fields.js';
import { idsAfter, type OrderSet } from './leaves.js';
import { pack, type Packable } from './pack.js';
import { bytesOf, listOf, run, textOf, type RedisClient, type Reply, wholeOf } from './script.js';
import { LOOK } from './scripts/look.js';
import { storedOrder } from './stored-order.js';

export interface RedisLaneViewerOptions {
  /** As the lane store's. */
  readonly prefix?: string;
}

/** Ids a page. */
const PAGE = 1_000;

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
  const [stored, facts, deadlines, marks, forgotten] = replies.map((reply) => listOf(reply, 'a list'));
  return orders.map(({ orderId, indexes }, i) => {
    const deadline = deadlines?.[i] ?? null;
    return {
      orderId,
      stored: storedIn(stored?.[i] ?? null, facts?.[i] ?? null),
      listed: deadline !== null,
      due: deadline === null || textOf(deadline, 'a deadline') === NO_DEADLINE ? null : scoreOf(deadline),
      mark: scoreOf(marks?.[i]),
      forgotten: forgotten?.[i] === 1,
      indexes: indexes.filter((name) => standing.get(name)?.has(orderId) === true),
    };
  });
};

const storedIn = (order: Reply, many: Reply): StoredOrder | null =>
  (order === null ? null : storedOrder(bytesOf(order, 'an order'), many === null ? null : bytesOf(many, 'facts')));

const look = async (client: RedisClient, keys: LaneKeys, lane: number, orders: readonly AskedOrder[]): Promise<LaneLook | null> => {
  if (orders.length > LOOK_LIMIT) throw new RangeError(`at most ${LOOK_LIMIT} orders can be looked at together, not ${orders.length}`);
  const traces = orders.flatMap(({ orderId }): Packable[] => {
    const { part, bytes } = traceOf(orderId);
    return [part, bytes];
  });
  const byName = [...ordersByIndex(orders)];
  const asked = pack([orders.map(({ orderId }) => orderId), byName.map(([name, ids]) => [indexBeginning(name), ids]), traces]);
  const beginnings = [keys.orderOf, keys.factsOf, keys.orders.leafOf, keys.index.leafOf, keys.forgottenOf];
  const answer = listOf(await run(client, LOOK, [keys.lane, keys.outbox, keys.dirty, keys.orders.names, keys.index.names], [...beginnings, asked]), 'a look at a lane');
  const fields = fieldsOf(listOf(answer[0], 'the fields of a lane'));
  const format = fields.get('format');
  if (format === undefined) return null;
  const found = wholeOf(format, 'a format version');
  if (found > LANE_FORMAT) throw new NewerLaneFormatError(lane, found);
  if (!isArranged(found, fields.has('arranging'))) throw new LaneNotArrangedError(keys.lane);
  const { token: _, ...state } = readLane(fields, listOf(answer[1], 'an outbox'));
  const under = listOf(answer[7], 'index entries');
  const standing = new Map(byName.map(([name, ids], i) => {
    const found = listOf(under[i], 'an index entry');
    return [name, new Set(ids.filter((_, at) => found[at] === 1))];
  }));
  return { ...state, orders: seen(orders, answer.slice(2, 7), standing) };
};

/** Reads pages, each from where the last one ended. */
const readById = async (client: RedisClient, keys: LaneKeys, set: OrderSet, take: (ids: readonly string[]) => void): Promise<void> => {
  let after: string | null = null;
  for (;;) {
    const ids: readonly string[] = await idsAfter(client, keys, set, after, PAGE);
    if (ids.length > 0) take(ids);
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return;
    after = last;
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

/** Looks at lanes in Redis. The client stays the caller's. */
export const createRedisLaneViewer = (client: RedisClient, options: RedisLaneViewerOptions = {}): LaneViewer => {
  const names = keyNames(options.prefix ?? DEFAULT_PREFIX);
  return {
    look: (lane, orders) => look(client, names.lane(lane), lane, orders),
    members: (lane, set, take) => (set === 'dirty' ? readByCursor(client, names.lane(lane).dirty, take) : readById(client, names.lane(lane), set, take)),
  };
};
