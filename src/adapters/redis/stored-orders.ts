import type { PassedOrder, StoredOrder } from '../../pipeline/ports.js';
import type { LaneKeys } from './keys.js';
import type { RedisClient } from './script.js';

/** Orders per command: Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

const NO_FACTS = Buffer.alloc(0);

/** The orders as they are stored, null where there is none; facts and state of each are of one commit. */
export const loadOrders = async (client: RedisClient, keys: LaneKeys, orderIds: readonly string[]): Promise<(StoredOrder | null)[]> => {
  const found: (StoredOrder | null)[] = [];
  for (let from = 0; from < orderIds.length; from += AT_ONCE) {
    const some = orderIds.slice(from, from + AT_ONCE);
    const values = await client.mgetBuffer([...some.map((id) => keys.factsOf + id), ...some.map((id) => keys.stateOf + id)]);
    for (let i = 0; i < some.length; i++) {
      const state = values[some.length + i] ?? null;
      found.push(state === null ? null : { facts: values[i] ?? NO_FACTS, state });
    }
  }
  return found;
};

/** The next orders after this one (null: the first), in the order of their ids, and whether their journey is out of date. For the lane's owner. */
export const passOrders = async (client: RedisClient, keys: LaneKeys, after: string | null, limit: number): Promise<PassedOrder[]> => {
  const ids = await client.zrangebylex(keys.orders, after === null ? '-' : `(${after}`, '+', 'LIMIT', 0, limit);
  if (ids.length === 0) return [];
  const [states, marks] = await Promise.all([client.mgetBuffer(ids.map((id) => keys.stateOf + id)), client.zmscore(keys.dirty, ids)]);
  return ids.flatMap((orderId, i) => {
    const state = states[i] ?? null;
    return state === null ? [] : [{ orderId, state, dirty: (marks[i] ?? null) !== null }];
  });
};
