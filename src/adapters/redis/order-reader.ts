import { formatCursor, parseCursor, START } from '../../pipeline/page-cursor.js';
import type { LaneStanding, OrderPage, OrderReader } from '../../pipeline/ports.js';
import { renewalOf } from '../../pipeline/upkeep.js';
import { DEFAULT_PREFIX, keyNames, type KeyNames, type LaneKeys } from './keys.js';
import { isArranged, LaneNotArrangedError } from './arrange-lane.js';
import { countDeadlines } from './deadlines.js';
import { readHalt, readSpan, readUpkeep } from './lane-fields.js';
import { idsAfter, setOf } from './leaves.js';
import { loadOrders } from './stored-orders.js';
import type { RedisClient } from './script.js';

export interface RedisOrderReaderOptions {
  /** As the lane store's. */
  readonly prefix?: string;
  /** Number of lanes: the partition count of the source topics. */
  readonly lanes: number;
}

/** Lanes asked together while listing: enough to hide the round trips of empty ones, few enough not to read in vain. */
const LANES_AT_ONCE = 8;

const list = async (client: RedisClient, names: KeyNames, lanes: number, index: string | null, cursor: string | null, limit: number): Promise<OrderPage> => {
  const start = cursor === null ? START : parseCursor(cursor);
  const found: { readonly lane: number; readonly orderId: string }[] = [];
  // One more than asked for tells whether there is a next page.
  for (let first = start.lane; first < lanes && found.length <= limit; first += LANES_AT_ONCE) {
    const count = Math.min(LANES_AT_ONCE, lanes - first);
    const pages = await Promise.all(
      Array.from({ length: count }, (_, i) => {
        return idsAfter(client, names.lane(first + i), setOf(index), first + i === start.lane ? start.after : null, limit + 1 - found.length);
      }),
    );
    pages.forEach((orderIds, i) => {
      for (const orderId of orderIds) found.push({ lane: first + i, orderId });
    });
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    orderIds: page.map(({ orderId }) => orderId),
    cursor: found.length > limit && last !== undefined ? formatCursor(last.lane, last.orderId) : null,
  };
};

/** null: the lane was never claimed. */
const summary = async (client: RedisClient, keys: LaneKeys, lane: number): Promise<LaneStanding | null> => {
  const [[seq, halt, version, upkeep], oldest] = await Promise.all([client.hmget(keys.lane, 'seq', 'halt', 'version', 'upkeep'), client.lindex(keys.outbox, 0)]);
  if (seq === null || seq === undefined) return null;
  return {
    lane,
    halt: halt === null || halt === undefined ? null : readHalt(halt),
    outbox: oldest === null ? 0 : Number(seq) - readSpan(oldest).firstSeq + 1,
    renewal: renewalOf(Number(version ?? 0), readUpkeep(upkeep == null ? undefined : Buffer.from(upkeep))),
  };
};

/** Else an order may be there that wasn't found. @throws LaneNotArrangedError */
async function requireArranged(client: RedisClient, keys: LaneKeys): Promise<void> {
  const [format = null, arranging = null] = await client.hmget(keys.lane, 'format', 'arranging');
  // One that was never claimed has nothing to arrange.
  if (format !== null && !isArranged(Number(format), arranging !== null)) throw new LaneNotArrangedError(keys.lane);
}

/** Reads orders of every lane from Redis's primaries, so that each worker answers for all with nothing stale. */
export const createRedisOrderReader = (client: RedisClient, options: RedisOrderReaderOptions): OrderReader => {
  const names = keyNames(options.prefix ?? DEFAULT_PREFIX);
  return {
    async order(lane, orderId) {
      const keys = names.lane(lane);
      const [order = null] = await loadOrders(client, keys, [orderId]);
      if (order === null) await requireArranged(client, keys);
      return order;
    },
    list: (index, cursor, limit) => list(client, names, options.lanes, index, cursor, limit),
    async lanes() {
      const lanes = Array.from({ length: options.lanes }, (_, lane) => summary(client, names.lane(lane), lane));
      return (await Promise.all(lanes)).filter((lane) => lane !== null);
    },
    deadlines: (lane) => countDeadlines(client, names.lane(lane)),
  };
};
