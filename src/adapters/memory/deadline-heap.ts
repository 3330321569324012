import { byBytes } from '../../pipeline/byte-order.js';

/** Something that can wait for an instant. `slot` is the heap's: where it stands there, -1 while it doesn't. */
export interface Waiting {
  readonly orderId: string;
  /** ms since the epoch. */
  due: number;
  slot: number;
}

export interface DeadlineHeap<T extends Waiting> {
  readonly size: number;
  /** Puts, moves or (null) removes the deadline of an item. */
  set(item: T, due: number | null): void;
  /** Items with a deadline < `before`, earliest first, ties by order id in byte order, at most `limit`. */
  before(before: number, limit: number): T[];
  first(): T | null;
}

const earlier = (a: Waiting, b: Waiting): boolean => a.due < b.due || (a.due === b.due && byBytes(a.orderId, b.orderId) < 0);

/** Moves the item at `slot` towards the root until its parent is earlier. */
const rise = (heap: Waiting[], slot: number): void => {
  const item = heap[slot];
  if (item === undefined) return;
  let at = slot;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !earlier(item, parent)) break;
    heap[at] = parent;
    parent.slot = at;
    at = above;
  }
  heap[at] = item;
  item.slot = at;
};

/** Moves the item at `slot` away from the root until no child is earlier. */
const sink = (heap: Waiting[], slot: number): void => {
  const item = heap[slot];
  if (item === undefined) return;
  let at = slot;
  for (;;) {
    let below = 2 * at + 1;
    let child = heap[below];
    if (child === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && earlier(right, child)) {
      child = right;
      below += 1;
    }
    if (!earlier(child, item)) break;
    heap[at] = child;
    child.slot = at;
    at = below;
  }
  heap[at] = item;
  item.slot = at;
};

const remove = (heap: Waiting[], item: Waiting): void => {
  const { slot } = item;
  item.slot = -1;
  const last = heap.pop();
  if (last === undefined || last === item) return;
  heap[slot] = last;
  last.slot = slot;
  rise(heap, slot);
  sink(heap, last.slot);
};

const insertLatestFirst = <T extends Waiting>(frontier: T[], item: T): void => {
  let low = 0;
  let high = frontier.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = frontier[middle];
    if (other !== undefined && earlier(item, other)) low = middle + 1;
    else high = middle;
  }
  frontier.splice(low, 0, item);
};

/** A binary heap whose items know their place, so that a deadline moves or goes without leaving anything behind. */
export const createDeadlineHeap = <T extends Waiting>(): DeadlineHeap<T> => {
  const heap: T[] = [];
  return {
    get size() {
      return heap.length;
    },
    set(item, due) {
      if (due === null) {
        if (item.slot >= 0) remove(heap, item);
        return;
      }
      item.due = due;
      if (item.slot < 0) {
        item.slot = heap.length;
        heap.push(item);
      }
      rise(heap, item.slot);
      sink(heap, item.slot);
    },
    first: () => heap[0] ?? null,
    before(before, limit) {
      const found: T[] = [];
      // Items whose parent was taken, latest first: the next one to take is at its end.
      const frontier: T[] = [];
      const reach = (slot: number): void => {
        const item = heap[slot];
        if (item !== undefined && item.due < before) insertLatestFirst(frontier, item);
      };
      reach(0);
      while (found.length < limit) {
        const next = frontier.pop();
        if (next === undefined) break;
        found.push(next);
        reach(2 * next.slot + 1);
        reach(2 * next.slot + 2);
      }
      return found;
    },
  };
};
