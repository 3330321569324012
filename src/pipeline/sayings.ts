import { byBytes } from './byte-order.js';
import type { OutputRecord } from './ports.js';

/**
 * What a stretch of events says when it is applied order by order, brought into the order in which it would have been said had one event been
 * applied after the other, whatever their orders.
 */
export interface Sayings {
  /**
   * A judgement said the records from one place (inclusive) to another (exclusive); none: nothing is noted.
   * @param after the event after which it would have been said; -1: before them all
   * @param due the deadline that it was judged for, or a later one of the order that came before it, ms; -Infinity: it was an event
   */
  note(from: number, to: number, after: number, due: number, orderId: string): void;
  /** Those of these records that were noted, each in its turn. */
  inTurn(records: readonly OutputRecord[]): OutputRecord[];
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

export function createSayings(): Sayings {
  const sayings: Saying[] = [];
  return {
    note(from, to, after, due, orderId) {
      if (to > from) sayings.push({ from, to, after, due, orderId });
    },
    inTurn(records) {
      sayings.sort(byTurn);
      return sayings.flatMap(({ from, to }) => records.slice(from, to));
    },
  };
}

/**
 * The event after which a deadline has passed: the first after which the time reached is greater; -1: it was before them all.
 * @param reached the time reached before each event, and at last after all of them; rising
 */
export function passedAfter(reached: readonly number[], due: number): number {
  let low = 0;
  let high = reached.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((reached[middle] ?? Infinity) > due) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
