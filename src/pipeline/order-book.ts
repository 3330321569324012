import type { Fact } from '../core/fact.js';
import { createFactsMemory, type FactsMemory, packFacts, unpackFacts } from '../core/facts-codec.js';
import { indexKeys } from '../core/index-keys.js';
import { createJourney, type Journey, place, timelineOf } from '../core/journey.js';
import { type OrderState, packOrderState, unpackOrderState } from '../core/order-state.js';
import { nothingSaid } from '../core/said.js';
import type { LaneStore, OrderWrite, StoredOrder } from './ports.js';

/** An order in the owner's memory: decoded once, kept while it is busy. */
export interface LiveOrder {
  readonly orderId: string;
  readonly journey: Journey;
  readonly state: OrderState;
  customerId: string | null;
  /** Facts of this step, not yet packed. */
  readonly fresh: Fact[];
  /** What the packed facts make known to the next one. */
  readonly packed: FactsMemory;
  /** As the store has them. */
  storedKeys: readonly string[];
  storedDue: number | null;
  touched: boolean;
}

const newOrder = (orderId: string): LiveOrder => ({
  orderId, journey: createJourney(orderId), customerId: null, fresh: [], packed: createFactsMemory(), storedKeys: [], storedDue: null, touched: false,
  state: { said: nothingSaid(), judgedAt: 0, due: null, unassessed: false, counted: [] },
});

/** Throws on bytes of another format. */
export function openOrder(orderId: string, stored: StoredOrder): LiveOrder {
  const journey = createJourney(orderId);
  const packed = createFactsMemory();
  for (const fact of unpackFacts(stored.facts, packed)) place(journey, fact);
  const state = unpackOrderState(stored.state.toString());
  const customerId = customerOf(journey);
  return {
    orderId, journey, state, customerId, fresh: [], packed, touched: false,
    storedKeys: indexKeys(state.said, customerId), storedDue: state.due,
  };
}

/** A lane's orders, read through a bounded cache (least recently used go first). Only the lane's owner may use it. */
export function createOrderBook(lane: number, store: LaneStore, capacity: number) {
  const orders = new Map<string, LiveOrder>();
  const touched: LiveOrder[] = [];
  return {
    /** Brings these orders into memory; they stay there until `settle`. */
    async prepare(orderIds: ReadonlySet<string>): Promise<void> {
      const missing: string[] = [];
      for (const id of orderIds) {
        const order = orders.get(id);
        if (order === undefined) missing.push(id);
        else {
          orders.delete(id);
          orders.set(id, order);
        }
      }
      if (missing.length === 0) return;
      const stored = await store.load(lane, missing);
      missing.forEach((id, i) => {
        const found = stored[i];
        orders.set(id, found == null ? newOrder(id) : openOrder(id, found));
      });
    },
    /** Throws when the order was not prepared: reading it here would be a round trip per order. */
    get(orderId: string): LiveOrder {
      const order = orders.get(orderId);
      if (order === undefined) throw new Error(`order used before it was loaded in lane ${lane}`);
      return order;
    },
    /** The order has news for the store. */
    touch(order: LiveOrder): void {
      if (order.touched) return;
      order.touched = true;
      touched.push(order);
    },
    touchedCount: (): number => touched.length,
    /** What the store must write for everything touched since the last call. */
    writes(): OrderWrite[] {
      return touched.splice(0).map(writeOf);
    },
    /** Lets go of what is over capacity. */
    settle(): void {
      if (orders.size <= capacity) return;
      for (const [id, order] of orders) {
        if (orders.size <= capacity) break;
        if (!order.touched) orders.delete(id);
      }
    },
    /** The cached orders, for a sweep. */
    size: (): number => orders.size,
  };
}
export type OrderBook = ReturnType<typeof createOrderBook>;

function writeOf(order: LiveOrder): OrderWrite {
  const facts = order.fresh.length === 0 ? null : packFresh(order);
  const keys = indexKeys(order.state.said, order.customerId);
  const before = order.storedKeys;
  const { due } = order.state;
  const write: OrderWrite = {
    orderId: order.orderId, facts, state: Buffer.from(packOrderState(order.state)),
    due: due === order.storedDue ? undefined : due,
    indexAdd: keys.filter((k) => !before.includes(k)), indexRemove: before.filter((k) => !keys.includes(k)),
    dirty: true,
  };
  order.storedKeys = keys;
  order.storedDue = due;
  order.touched = false;
  return write;
}

function packFresh(order: LiveOrder): Buffer {
  const bytes = packFacts(order.fresh, order.packed);
  order.fresh.length = 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The first customer that the order's timeline names. */
function customerOf(journey: Journey): string | null {
  for (const fact of timelineOf(journey.facts)) if (fact.customerId !== null) return fact.customerId;
  return null;
}
