import type { PassedOrder, StoredOrder } from '../../pipeline/ports.js';
import type { LaneKeys } from './keys.js';
import { idsAfter } from './leaves.js';
import type { RedisClient } from './script.js';
import { hasManyFacts, storedOrder, unpackOrder } from './stored-order.js';

/** Orders per command: Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

/** The orders as they are stored, null where there is none; facts and state of each are of one commit. */
export const loadOrders = async (client: RedisClient, keys: LaneKeys, orderIds: readonly string[]): Promise<(StoredOrder | null)[]> => {
  const found: (StoredOrder | null)[] = [];
  const withMany: number[] = [];
  for (let from = 0; from < orderIds.length; from += AT_ONCE) {
    const some = orderIds.slice(from, from + AT_ONCE);
    for (const value of await client.mgetBuffer(some.map((id) => keys.orderOf + id))) {
      if (value !== null && hasManyFacts(value)) withMany.push(found.length);
      found.push(value === null ? null : storedOrder(value, null));
    }
  }
  for (let from = 0; from < withMany.length; from += AT_ONCE) {
    const some = withMany.slice(from, from + AT_ONCE);
    const orders = await loadWithMany(client, keys, some.map((at) => orderIds[at] ?? ''));
    some.forEach((at, i) => { found[at] = orders[i] ?? null; });
  }
  return found;
};

/** Orders with many facts. A commit may have come since it was found that they are many: both keys are read anew, at one instant. */
async function loadWithMany(client: RedisClient, keys: LaneKeys, orderIds: readonly string[]): Promise<(StoredOrder | null)[]> {
  const values = await client.mgetBuffer([...orderIds.map((id) => keys.orderOf + id), ...orderIds.map((id) => keys.factsOf + id)]);
  return orderIds.map((_, i) => {
    const value = values[i] ?? null;
    return value === null ? null : storedOrder(value, values[orderIds.length + i] ?? null);
  });
}

/** The next orders after this one (null: the first), in the order of their ids, and whether their journey is out of date. For the lane's owner. */
export const passOrders = async (client: RedisClient, keys: LaneKeys, after: string | null, limit: number): Promise<PassedOrder[]> => {
  const ids = await idsAfter(client, keys, 'orders', after, limit);
  if (ids.length === 0) return [];
  const [orders, marks] = await Promise.all([client.mgetBuffer(ids.map((id) => keys.orderOf + id)), client.zmscore(keys.dirty, ids)]);
  return ids.flatMap((orderId, i) => {
    const order = orders[i] ?? null;
    return order === null ? [] : [{ orderId, state: unpackOrder(order).state, dirty: (marks[i] ?? null) !== null }];
  });
};
