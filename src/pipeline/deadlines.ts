import { byBytes } from './byte-order.js';
import type { DueOrder, LaneStore } from './ports.js';

/** Deadlines fetched for one step at the most; more come in the next. */
const FETCH_LIMIT = 2_000;

const byTime = (a: DueOrder, b: DueOrder): number => a.at - b.at || byBytes(a.orderId, b.orderId);

/** The deadlines that a step may have to fire. The store may hold more than are fetched at once: what comes later than those has to wait. */
export interface StepDeadlines {
  /** Whose were fetched. */
  readonly orderIds: readonly string[];
  /** Is every deadline known that is earlier than this time, ms? */
  isKnownBefore(time: number): boolean;
  /** Does nothing that isn't known come before this one? Those of one instant go by their orders' ids. */
  mayFire(due: DueOrder): boolean;
}

/** @param fetched the earliest, sorted; as many as were asked for: there may be more */
function createStepDeadlines(fetched: readonly DueOrder[], limit: number): StepDeadlines {
  const last = fetched.length < limit ? undefined : fetched.at(-1);
  return {
    orderIds: fetched.map((d) => d.orderId),
    isKnownBefore: (time) => last === undefined || last.at >= time,
    mayFire: (due) => last === undefined || byTime(due, last) <= 0,
  };
}

/** Knows from when on a deadline may have passed. */
export interface DeadlineWatch {
  /** May a deadline have passed at this time reached? */
  mayBePast(time: number): boolean;
  /** An order's deadline moved. */
  note(due: number | null): void;
  /** The lane's deadlines < `until`, ms, of so many orders at the most. */
  fetch(until: number, orders: number): Promise<StepDeadlines>;
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
    async fetch(until, orders) {
      const limit = Math.min(FETCH_LIMIT, orders);
      if (until <= bound) return createStepDeadlines([], limit);
      const fetched = await store.due(lane, until, limit);
      const first = fetched[0];
      // Until its commit, whatever was fetched still stands in the store.
      bound = first === undefined ? ((await store.nextDue(lane)) ?? Infinity) : first.at;
      return createStepDeadlines(fetched, limit);
    },
  };
}
