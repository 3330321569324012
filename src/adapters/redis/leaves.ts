import { byBytes } from '../../pipeline/byte-order.js';
import { ARRANGED_SINCE, LaneNotArrangedError } from './arrange-lane.js';
import { indexBeginning } from './index-entry.js';
import type { LaneKeys, LeafKeys } from './keys.js';
import { listOf, run, textOf, type RedisClient } from './script.js';
import { PAGE } from './scripts/page.js';

/** What of a lane is kept in leaves (scripts/leaves.ts): every order, those with a deadline, or those under an index entry. */
export type OrderSet = 'orders' | 'due' | `index:${string}`;

const INDEX = 'index:';

/** @param index null: every order */
export const setOf = (index: string | null): OrderSet => (index === null ? 'orders' : `${INDEX}${index}`);

/** The next ids after this one (null: the first), in byte order, at most `limit`. @throws LaneNotArrangedError */
export const idsAfter = async (client: RedisClient, keys: LaneKeys, set: OrderSet, after: string | null, limit: number): Promise<string[]> => {
  const [{ names, leafOf }, beginning]: [LeafKeys, string] = set === 'orders' || set === 'due' ? [keys.orders, ''] : [keys.index, indexBeginning(set.slice(INDEX.length))];
  const args = [leafOf, beginning, after === null ? '' : beginning + after, String(limit), set === 'due' ? '1' : '0', String(ARRANGED_SINCE)];
  const reply = await run(client, PAGE, [names, keys.lane], args);
  if (reply === null) throw new LaneNotArrangedError(keys.lane);
  const found = listOf(reply, 'a page of orders').map((member) => textOf(member, 'an order').slice(beginning.length));
  return found.sort(byBytes).slice(0, limit);
};
