import { byBytes } from './byte-order.js';
import type { DueOrder, LaneStore } from './ports.js';

/** Deadlines fetched for one step at the most; more come in the next. */
const FETCH_LIMIT = 2_000;

const byTime = (a: DueOrder, b: DueOrder): number => a.at - b.at || byBytes(a.orderId, b.orderId);

/**
 * The deadlines that a step may have to fire: those of the store earlier than `until`, and those that the step itself
 * brings about. They leave in the order of their instants, ties by order id, as far as they're known completely.
 */
export interface StepDeadlines {
  readonly orderIds: readonly string[];
  add(due: DueOrder): void;
  /** The next deadline < `before`; null: none is left; `unknown`: the store holds more than was fetched. */
  take(before: number): DueOrder | null | 'unknown';
}

/** @param fetch gives the earliest deadlines < `until`, sorted, at most as many as asked for */
export function createStepDeadlines(until: number, fetch: (limit: number) => readonly DueOrder[]): StepDeadlines {
  const fetched = fetch(FETCH_LIMIT);
  /** Latest first, so that the next one is at the end. */
  const waiting = fetched.toReversed();
  const last = fetched.length < FETCH_LIMIT ? undefined : fetched.at(-1);
  return {
    orderIds: fetched.map((d) => d.orderId),
    add(due) {
      if (due.at >= until) return;
      let low = 0;
      let high = waiting.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        const other = waiting[middle];
        if (other !== undefined && byTime(due, other) < 0) low = middle + 1;
        else high = middle;
      }
      waiting.splice(low, 0, due);
    },
    take(before) {
      const next = waiting.at(-1);
      const known = last === undefined || (next !== undefined && byTime(next, last) <= 0);
      if (!known && last.at < before) return 'unknown';
      if (next === undefined || next.at >= before) return null;
      waiting.pop();
      return next;
    },
  };
}

/** Knows from when on a deadline may have passed. */
export interface DeadlineWatch {
  /** May a deadline have passed at this time reached? */
  mayBePast(time: number): boolean;
  /** An order's deadline moved. */
  note(due: number | null): void;
  /** The lane's deadlines < `until`. */
  fetch(until: number): Promise<StepDeadlines>;
}

/** Asks the store only when a deadline can have passed. */
export function createDeadlineWatch(lane: number, store: LaneStore): DeadlineWatch {
  /** No deadline of the lane is earlier. */
  let bound = -Infinity;
  return {
    mayBePast: (time) => time > bound,
    note(due) {
      if (due !== null && due < bound) bound = due;
    },
    async fetch(until) {
      if (until <= bound) return createStepDeadlines(until, () => []);
      const fetched = await store.due(lane, until, FETCH_LIMIT);
      const first = fetched[0];
      // Until its commit, whatever was fetched still stands in the store.
      bound = first === undefined ? ((await store.nextDue(lane)) ?? Infinity) : first.at;
      return createStepDeadlines(until, () => fetched);
    },
  };
}
