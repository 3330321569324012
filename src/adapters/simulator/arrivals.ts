import type { SourceTopic } from '../../contracts/names.js';
import type { EventBody } from './draft.js';

/** An event on its way into a log. */
export interface SimulatedEvent {
  readonly topic: SourceTopic;
  /** The order's id; null for an event without one. */
  readonly key: string | null;
  /** The contract's shape, ready for JSON. */
  readonly event: EventBody;
  /** When it arrives, ms of the wall clock; never before it happened. */
  readonly at: number;
}

/** Events under way, given out in order of arrival; those of one instant in the order in which they were put in. */
export interface Arrivals {
  readonly size: number;
  put(event: SimulatedEvent): void;
  /** The earliest one that arrives at or before `until`; null when there is none. */
  take(until: number): SimulatedEvent | null;
}

interface Entry {
  readonly event: SimulatedEvent;
  readonly turn: number;
}

const before = (a: Entry, b: Entry): boolean => a.event.at < b.event.at || (a.event.at === b.event.at && a.turn < b.turn);

/** A binary heap. */
export const createArrivals = (): Arrivals => {
  const heap: Entry[] = [];
  let turns = 0;

  const swapIfBefore = (child: number, parent: number): boolean => {
    const [a, b] = [heap[child], heap[parent]];
    if (a === undefined || b === undefined || !before(a, b)) return false;
    heap[child] = b;
    heap[parent] = a;
    return true;
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!swapIfBefore(at, parent)) return;
      at = parent;
    }
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) return;
      const child = right !== undefined && before(right, left) ? 2 * at + 2 : 2 * at + 1;
      if (!swapIfBefore(child, at)) return;
      at = child;
    }
  };

  return {
    get size() {
      return heap.length;
    },
    put(event) {
      heap.push({ event, turn: turns });
      turns += 1;
      rise(heap.length - 1);
    },
    take(until) {
      const first = heap[0];
      if (first === undefined || first.event.at > until) return null;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first.event;
    },
  };
};
