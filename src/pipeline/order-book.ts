import type { Fact } from '../core/fact.js';
import { type FinishedOrder, type LiveOrder, newOrder, openOrder, writeOf } from './live-order.js';
import type { LaneStore, StoredOrder } from './ports.js';

/** The orders that a lane works on. Each is unpacked when it is asked for and packed again once it is finished: nothing of it is kept in between. */
export interface OrderBook {
  /** Reads these orders, in place of those read before. */
  prepare(orderIds: ReadonlySet<string>): Promise<void>;
  /** Throws when the order was not prepared, or is finished: reading it here would be a round trip per order. */
  get(orderId: string): LiveOrder;
  /** The order has news for the store. @param stale its journey changes too; true by default */
  touch(order: LiveOrder, stale?: boolean): void;
  /** As `touch`: the order has this fact, known since `arrived` (ms), and stays to be judged with it. Its journey stays as it was published. */
  leaveUnjudged(order: LiveOrder, fact: Fact, arrived: number): void;
  /** The orders that were asked for and aren't finished. */
  open(): Iterable<LiveOrder>;
  /** Nothing more comes of the order before the next commit: it leaves the memory, and what the store must write of it, if it was touched, is made up. */
  finish(order: LiveOrder): void;
  /** What the store must write for everything that was finished since the last call. */
  writes(): FinishedOrder[];
  /** The lane gave orders up. */
  forget(orderIds: readonly string[]): void;
}

/**
 * Only the lane's owner may use it.
 * @param forgets the lane may have given up orders: of those that the store doesn't have it is asked
 */
export function createOrderBook(lane: number, store: LaneStore, forgets = false): OrderBook {
  let read = new Map<string, StoredOrder | 'unknown' | 'forgotten'>();
  const open = new Map<string, LiveOrder>();
  let written: FinishedOrder[] = [];
  let mayBeForgotten = forgets;
  const load = async (ids: readonly string[]): Promise<typeof read> => {
    const stored = await store.load(lane, ids);
    const unknown = ids.filter((_, i) => stored[i] == null);
    const forgotten = mayBeForgotten && unknown.length > 0 ? await store.forgotten(lane, unknown) : [];
    const found: typeof read = new Map(unknown.map((id, i) => [id, forgotten[i] === true ? 'forgotten' : 'unknown']));
    ids.forEach((id, i) => {
      const order = stored[i];
      if (order != null) found.set(id, order);
    });
    return found;
  };
  const unpack = (id: string): LiveOrder => {
    const found = read.get(id);
    if (found === undefined) throw new Error(`order used before it was loaded in lane ${lane}`);
    read.delete(id);
    const order = typeof found === 'string' ? newOrder(id, found === 'forgotten') : openOrder(id, found);
    open.set(id, order);
    return order;
  };
  const touch = (order: LiveOrder, stale = true): void => {
    order.stale ||= stale;
    order.touched = true;
  };
  return {
    async prepare(orderIds) {
      open.clear();
      read = orderIds.size === 0 ? new Map<string, never>() : await load([...orderIds]);
    },
    get: (orderId) => open.get(orderId) ?? unpack(orderId),
    touch,
    leaveUnjudged(order, fact, arrived) {
      order.state.judgedBy = null;
      // If it turns out to be at rest, then since now.
      order.state.rests = Math.max(order.state.rests ?? 0, fact.at, arrived);
      order.customerId ??= fact.customerId;
      touch(order, false);
    },
    open: () => open.values(),
    finish(order) {
      open.delete(order.orderId);
      if (order.touched) written.push(writeOf(order));
    },
    writes() {
      const writes = written;
      written = [];
      return writes;
    },
    forget(orderIds) {
      mayBeForgotten ||= orderIds.length > 0;
    },
  };
}
