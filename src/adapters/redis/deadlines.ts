import { byBytes } from '../../pipeline/byte-order.js';
import type { DueOrder } from '../../pipeline/ports.js';
import type { LaneKeys } from './keys.js';
import { bytesOf, listOf, run, textOf, wholeOf, type RedisClient, type Reply } from './script.js';
import { COUNT_DEADLINES } from './scripts/count-deadlines.js';
import { DUE } from './scripts/due.js';

/** The score of an order without a deadline, as Redis writes it. */
export const NO_DEADLINE = 'inf';

/** As the lane store's `due`. */
export const dueBefore = async (client: RedisClient, { orders }: LaneKeys, before: number, limit: number): Promise<DueOrder[]> => {
  const reply = listOf(await run(client, DUE, [orders.first], [orders.leafOf, String(before), String(limit)]), 'a list of deadlines');
  const found: DueOrder[] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) found.push({ orderId: textOf(reply[i], 'an order'), at: wholeOf(reply[i + 1], 'a deadline') });
  return found.sort((a, b) => a.at - b.at || byBytes(a.orderId, b.orderId)).slice(0, limit);
};

/** Leaves counted in one call, some 4 us each; Redis serves nobody else meanwhile. */
const LEAVES_AT_ONCE = 250;

/** As the order reader's `deadlines`. */
export const countDeadlines = async (client: RedisClient, { orders }: LaneKeys): Promise<number> => {
  let sum = 0;
  let last: Reply = null;
  do {
    const args: (string | Buffer)[] = [orders.leafOf, last === null ? '-' : Buffer.concat([Buffer.from('('), bytesOf(last, 'a leaf')]), String(LEAVES_AT_ONCE)];
    const [found, name = null]: readonly Reply[] = listOf(await run(client, COUNT_DEADLINES, [orders.names], args), 'deadlines of some leaves');
    sum += wholeOf(found, 'a number of deadlines');
    last = name;
  } while (last !== null);
  return sum;
};

/** As the lane store's `nextDue`. */
export const earliestDeadline = async (client: RedisClient, { orders }: LaneKeys): Promise<number | null> => {
  const [, at] = await client.zrange(orders.first, '0', '0', 'WITHSCORES');
  return at === undefined ? null : Number(at);
};
