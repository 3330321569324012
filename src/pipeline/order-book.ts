import type { Fact } from '../core/fact.js';
import { type LiveOrder, newOrder, openOrder, writeOf } from './live-order.js';
import type { LaneStore, OrderWrite } from './ports.js';

/** The orders that a lane works on. */
export interface OrderBook {
  /** Brings these orders into memory; they stay there until `settle`. */
  prepare(orderIds: ReadonlySet<string>): Promise<void>;
  /** Throws when the order was not prepared: reading it here would be a round trip per order. */
  get(orderId: string): LiveOrder;
  /** The order has news for the store. @param stale its journey changes too; true by default */
  touch(order: LiveOrder, stale?: boolean): void;
  /** As `touch`: the order has this fact, known since `arrived` (ms), and stays to be judged with it. Its journey stays as it was published. */
  leaveUnjudged(order: LiveOrder, fact: Fact, arrived: number): void;
  touchedCount(): number;
  /** Everything touched since the last call of `writes`. */
  touched(): readonly LiveOrder[];
  /** What the store must write for everything touched since the last call. */
  writes(): OrderWrite[];
  /** Lets go of what is over capacity. */
  settle(): void;
  /** The lane gave these orders up: what is known of them here is no longer true. */
  forget(orderIds: readonly string[]): void;
}

/**
 * A lane's orders, read through a bounded cache (least recently used go first). Only the lane's owner may use it.
 * @param capacity facts of the orders that are kept
 * @param forgets the lane may have given up orders: of those that it doesn't know it is asked
 */
export function createOrderBook(lane: number, store: LaneStore, capacity: number, forgets = false): OrderBook {
  const orders = new Map<string, LiveOrder>();
  const touched: LiveOrder[] = [];
  let facts = 0;
  const weigh = (order: LiveOrder): void => {
    facts += order.journey.facts.length - order.weight;
    order.weight = order.journey.facts.length;
  };
  const drop = (id: string): void => {
    facts -= orders.get(id)?.weight ?? 0;
    orders.delete(id);
  };
  const add = (id: string, order: LiveOrder): void => {
    orders.set(id, order);
    weigh(order);
  };
  const touch = (order: LiveOrder, stale: boolean): void => {
    order.stale ||= stale;
    if (order.touched) return;
    order.touched = true;
    touched.push(order);
  };
  let mayBeForgotten = forgets;
  const load = async (ids: readonly string[]): Promise<void> => {
    const stored = await store.load(lane, ids);
    const unknown = ids.filter((_, i) => stored[i] == null);
    const answers = mayBeForgotten && unknown.length > 0 ? await store.forgotten(lane, unknown) : [];
    unknown.forEach((id, i) => { add(id, newOrder(id, answers[i] === true)); });
    ids.forEach((id, i) => {
      const found = stored[i];
      if (found != null) add(id, openOrder(id, found));
    });
  };
  return {
    async prepare(orderIds) {
      const missing: string[] = [];
      for (const id of orderIds) {
        const order = orders.get(id);
        if (order === undefined) missing.push(id);
        else {
          orders.delete(id);
          orders.set(id, order);
        }
      }
      if (missing.length > 0) await load(missing);
    },
    get(orderId) {
      const order = orders.get(orderId);
      if (order === undefined) throw new Error(`order used before it was loaded in lane ${lane}`);
      return order;
    },
    touch: (order, stale = true) => touch(order, stale),
    leaveUnjudged(order, fact, arrived) {
      order.state.judgedBy = null;
      // If it turns out to be at rest, then since now.
      order.state.rests = Math.max(order.state.rests ?? 0, fact.at, arrived);
      order.customerId ??= fact.customerId;
      touch(order, false);
    },
    touchedCount: () => touched.length,
    touched: () => touched,
    writes: () => touched.splice(0).map((order) => {
      weigh(order);
      return writeOf(order);
    }),
    settle() {
      for (const [id, order] of orders) {
        if (facts <= capacity) break;
        if (!order.touched) drop(id);
      }
    },
    forget(orderIds) {
      for (const id of orderIds) drop(id);
      mayBeForgotten ||= orderIds.length > 0;
    },
  };
}
