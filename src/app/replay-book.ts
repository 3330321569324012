import { createDeadlineHeap, type Waiting } from '../adapters/memory/deadline-heap.js';
import { byBytes } from '../pipeline/byte-order.js';
import { type LiveOrder, newOrder, openOrder, packLiveOrder } from '../pipeline/live-order.js';
import { isHeapHalfFull } from './heap.js';

/**
 * The orders of a replay. Nothing has to outlive the process, so orders are packed only when the memory gets short, and those
 * first that have not been met for long: a service packs them with every commit, which costs as much as judging them.
 */

export interface BookedOrder extends Waiting {
  live: LiveOrder | null;
  /** Bytes as characters 0 to 255: strings take half the room of buffers. */
  facts: string;
  state: string;
  /** The facts that it has, and may come to have by the events that wait for it. */
  expected: number;
  /** Digests of the ids of events that were put into the window (core/journey.ts). */
  readonly prints: number[];
  /** Where its first and last event wait in the window; -1: none does. */
  first: number;
  last: number;
  /** The turn in which it was last used, and that in which it got its place in the queue of those to be packed. */
  usedIn: number;
  queuedIn: number;
}

export interface ReplayBook {
  /** The order of this id, a new one if need be. */
  of(orderId: string): BookedOrder;
  /** Unpacked. */
  open(order: BookedOrder): LiveOrder;
  /** The order has been judged: what was made for judging it goes, its deadline is noted. */
  close(order: BookedOrder): void;
  /** The order whose deadline comes first. */
  firstDue(): BookedOrder | null;
  /** A turn is over: packs half of the orders that are unpacked while the memory is short, the longest unused first. */
  settle(): void;
  /** Every order, by id, unpacked. Each is let go when the next is asked for; nothing may be taken in any more. */
  ended(): Generator<LiveOrder>;
}

/** So many orders stay unpacked whatever the memory: some 10 KB each. */
const LEAST_UNPACKED = 10_000;

export function createReplayBook(isShort: () => boolean = isHeapHalfFull, least = LEAST_UNPACKED): ReplayBook {
  const orders = new Map<string, BookedOrder>();
  const deadlines = createDeadlineHeap<BookedOrder>();
  const packing = createPackingQueue();
  return {
    of(orderId) {
      const known = orders.get(orderId);
      if (known !== undefined) return known;
      const order: BookedOrder = {
        orderId, due: Infinity, slot: -1, live: null, facts: '', state: '', expected: 0, prints: [], first: -1, last: -1, usedIn: 0, queuedIn: 0,
      };
      orders.set(orderId, order);
      return order;
    },
    open(order) {
      packing.use(order);
      return (order.live ??= unpack(order));
    },
    close(order) {
      const { live } = order;
      if (live === null) return;
      live.journey.reading = null;
      const { due } = live.state;
      if (due === live.storedDue) return;
      deadlines.set(order, due);
      live.storedDue = due;
    },
    firstDue: () => deadlines.first(),
    settle: () => { packing.settle(isShort() ? Math.max(least, Math.floor(packing.size() / 2)) : Infinity); },
    *ended() {
      const sorted = [...orders.values()].sort((a, b) => byBytes(a.orderId, b.orderId));
      orders.clear();
      for (const order of sorted) {
        const live = order.live ?? unpack(order);
        yield live;
        // What an order that has lived long points at, the collector keeps for long.
        live.journey.reading = null;
        order.live = null;
        order.facts = order.state = '';
      }
    },
  };
}

function unpack({ orderId, facts, state }: BookedOrder): LiveOrder {
  return state === '' ? newOrder(orderId) : openOrder(orderId, { facts: Buffer.from(facts, 'latin1'), state: Buffer.from(state, 'latin1') });
}

function pack(order: BookedOrder): void {
  if (order.live === null) return;
  const { facts, state } = packLiveOrder(order.live);
  order.facts += facts.toString('latin1');
  order.state = state.toString('latin1');
  order.live = null;
}

/** Unpacked orders in a queue. Whoever was used since it was queued up goes to its end instead of being packed. */
function createPackingQueue() {
  let queue: BookedOrder[] = [];
  let head = 0;
  let turn = 1;
  return {
    use(order: BookedOrder): void {
      order.usedIn = turn;
      if (order.live !== null) return;
      order.queuedIn = turn;
      queue.push(order);
    },
    size: () => queue.length - head,
    settle(capacity: number): void {
      while (queue.length - head > capacity) {
        const order = queue[head++];
        if (order === undefined) break;
        if (order.usedIn === order.queuedIn) pack(order);
        else {
          order.queuedIn = order.usedIn;
          queue.push(order);
        }
      }
      if (head > queue.length / 2) {
        queue = queue.slice(head);
        head = 0;
      }
      turn += 1;
    },
  };
}
