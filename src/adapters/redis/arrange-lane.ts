import { indexBeginning } from './index-entry.js';
import { beginningOf, type LaneKeys } from './keys.js';
import { keysBeginning } from './scan-keys.js';
import { run, wholeOf, type RedisClient } from './script.js';
import { ARRANGED, ARRANGE_INDEX, ARRANGE_ORDERS } from './scripts/arrange.js';

/**
 * Formats before this one kept an order's facts and state under two keys, all orders in one sorted set, their deadlines in another, and each index
 * entry in one of its own: {cx:3}:f:<order>, :s:<order>, :orders, :due, :i:<name>.
 */
export const ARRANGED_SINCE = 6;

/** A worker of an older version has the lane, or the one that claimed it is still moving what that left. Soon it can be read. */
export class LaneNotArrangedError extends Error {
  override readonly name = 'LaneNotArrangedError';
  constructor(lane: string) {
    super(`the lane of ${lane} is still kept as an older version left it: a worker of this version moves that when it claims the lane; ask again then`);
  }
}

/** @param isArranging the lane's hash has the field `arranging` */
export const isArranged = (format: number, isArranging: boolean): boolean => format >= ARRANGED_SINCE && !isArranging;

/** Orders moved in one call; Redis serves nobody else meanwhile. */
const AT_ONCE = 500;

/** Told of a lane that is arranged: how many orders are to be moved; null: all is done. */
export type TellArranging = (orders: number | null) => void;

/**
 * Moves what a former format kept to where it is kept now, piece by piece; whoever claims the lane while that isn't done goes on with it.
 * False: somebody else claimed the lane.
 */
export async function arrangeLane(client: RedisClient, keys: LaneKeys, token: string, tell: TellArranging): Promise<boolean> {
  const tag = beginningOf(keys);
  tell(await client.zcard(`${tag}orders`));
  const orders = [keys.lane, `${tag}orders`, `${tag}due`, keys.orders.names, keys.orders.first];
  const ordersMoved = () => run(client, ARRANGE_ORDERS, orders, [token, `${tag}s:`, keys.factsOf, keys.orderOf, keys.orders.leafOf, String(AT_ONCE)]);
  if (!(await untilNoneIsLeft(ordersMoved))) return false;
  const beginning = `${tag}i:`;
  for await (const former of keysBeginning(client, beginning)) {
    const entries = former.map((key) => indexBeginning(key.slice(beginning.length)));
    const entriesMoved = () => run(client, ARRANGE_INDEX, [keys.lane, keys.index.names, ...former], [token, keys.index.leafOf, String(AT_ONCE), ...entries]);
    if (!(await untilNoneIsLeft(entriesMoved))) return false;
  }
  const done = (await run(client, ARRANGED, [keys.lane], [token])) === 1;
  if (done) tell(null);
  return done;
}

/** @param move one piece, as the scripts answer */
async function untilNoneIsLeft(move: () => ReturnType<typeof run>): Promise<boolean> {
  for (;;) {
    const moved = wholeOf(await move(), 'a number of orders');
    if (moved <= 0) return moved === 0;
  }
}
