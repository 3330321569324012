import { byBytes } from './byte-order.js';
import { noOutputs, type StepOutputs } from './judge.js';
import type { LiveOrder } from './live-order.js';
import type { OutputRecord } from './ports.js';

/**
 * What a stretch of events says when it is applied order by order, brought into the order in which it would have been said had one event been
 * applied after the other, whatever their orders.
 */
export interface Sayings {
  /** What judgements said so far, in the order in which they were made. */
  readonly outputs: StepOutputs;
  /**
   * A judgement said the records from this place on; where there are none, nothing is noted.
   * @param after the event after which it would have been said; -1: before them all
   * @param due the deadline that it was judged for, or a later one of the order that came before it, ms; -Infinity: it was an event
   */
  note(from: number, after: number, due: number, orderId: string): void;
  /** All that was noted, each in its turn. */
  inTurn(): OutputRecord[];
}

interface Saying {
  readonly from: number;
  readonly to: number;
  readonly after: number;
  readonly due: number;
  readonly orderId: string;
}

/** After an event what it brought about comes first, then the deadlines that passed with it, by their instants and orders. */
const byTurn = (a: Saying, b: Saying): number =>
  a.after - b.after || (a.due === b.due ? byBytes(a.orderId, b.orderId) || a.from - b.from : a.due - b.due);

/** @param lastSeq the number of the last record that was said before */
export function createSayings(lastSeq: number): Sayings {
  const outputs = noOutputs(lastSeq);
  const sayings: Saying[] = [];
  return {
    outputs,
    note(from, after, due, orderId) {
      const to = outputs.records.length;
      if (to > from) sayings.push({ from, to, after, due, orderId });
    },
    inTurn() {
      sayings.sort(byTurn);
      return sayings.flatMap(({ from, to }) => outputs.records.slice(from, to));
    },
  };
}

export interface Firing {
  readonly sayings: Sayings;
  /** The time reached before each event of the stretch, and at last after all of them; ms, rising. */
  readonly reached: readonly number[];
  /** Judges the order for a deadline, into the outputs of the sayings. */
  readonly judge: (order: LiveOrder, due: number) => void;
  /** Is the deadline known to be the next? */
  readonly mayFire: (order: LiveOrder, due: number) => boolean;
}

/**
 * Fires an order's deadlines that the time reached has passed, each at its own instant.
 * @param until the time reached, ms
 * @param last the place of the order's event before; -1: none
 */
export function fireDue({ sayings, reached, judge, mayFire }: Firing, order: LiveOrder, until: number, last: number): void {
  let turn = -Infinity;
  for (let { due } = order.state; due !== null && due < until && mayFire(order, due); due = order.state.due) {
    // One that a deadline brings about for an instant that has passed already comes right after it.
    turn = Math.max(turn, due);
    const from = sayings.outputs.records.length;
    judge(order, due);
    sayings.note(from, Math.max(last, passedAfter(reached, turn)), turn, order.orderId);
  }
}

/** The event after which a deadline has passed: the first after which the time reached is greater; -1: it was before them all. */
function passedAfter(reached: readonly number[], due: number): number {
  let low = 0;
  let high = reached.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((reached[middle] ?? Infinity) > due) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
