import { nothingSaid, type Said } from './said.js';

/** What is kept of an order beside its facts. */
export interface OrderState {
  readonly said: Said;
  /** The time reached at which it was last assessed; never goes back. Ms. */
  judgedAt: number;
  /** When time alone may change the answer; null: never. Ms. */
  due: number | null;
  /** A rule threw on these facts: assessed again once it is mended. */
  unassessed: boolean;
  /**
   * Since when nothing can happen to it any more but new facts: it is settled and has no deadline left. The latest of the time reached when
   * it came to that, its facts, and when those were written to the log; null: it isn't at rest. Where time alone may bring it to rest (`due`),
   * or it waits to be judged (`judgedBy` null), the earliest from which it then rests, if that is known. Ms.
   */
  rests: number | null;
  /**
   * What the order has added to the measures, packed (core/measures/packed.ts), to be taken away again exactly; and, where it isn't that of
   * the order's facts, the place under which it did so, as JSON. [] while it has added nothing.
   */
  counted: readonly (string | number)[];
  /** The catalogue that it was judged by last, with all its facts; null: it has to be judged again. */
  judgedBy: string | null;
  /** The id of the journey that was read back as published last, while nobody has compared it with the present one; else null. */
  published: string | null;
}

/**
 * The beginning of the year 1, ms: the earliest date that databases and languages have in common, and earlier than whatever happens to an
 * order, so that no deadline has passed by it. The time of orders judged before any is reached.
 */
export const BEGINNING = -62_135_596_800_000;

/** Of an order of which nothing is known yet. */
export const newOrderState = (): OrderState => ({
  said: nothingSaid(), judgedAt: BEGINNING, due: null, unassessed: false, rests: null, counted: [], judgedBy: null, published: null,
});
