import { SOURCE_TOPICS } from '../../contracts/names.js';
import type { Place } from '../../contracts/names.js';
import type { DeliveredLine, LineQuantity, Promised } from '../fact.js';

/**
 * What coding an order's next fact leans on: an order names its customer, places, shipments and dates over and over, so
 * each is written once and then pointed at. Writer and reader keep the same memory by taking the same steps; it is a
 * function of the facts packed so far, and small.
 */

/** The last few values of one kind; a new one takes the place of the oldest. */
export interface Ring<T> {
  readonly values: T[];
  next: number;
}
/** Few enough that looking through them is cheaper than a map. */
export const RING_SIZE = 4;
export const PLACE_RING_SIZE = 14;

export const remember = <T>(ring: Ring<T>, value: T, size: number): void => {
  ring.values[ring.next] = value;
  ring.next = ring.next + 1 === size ? 0 : ring.next + 1;
};

/** The value at this place of the ring. Throws a RangeError where there is none: the bytes aren't ours. */
export const recalled = <T>(ring: Ring<T>, at: number): T => {
  const value = ring.values[at];
  if (value === undefined) throw new RangeError('packed facts point at a value that was never named');
  return value;
};

/** The value remembered last. */
export const newest = <T>(ring: Ring<T>): T | undefined => {
  const { values, next } = ring;
  return values.length === 0 ? undefined : values[(next === 0 ? values.length : next) - 1];
};

/** Kinds of text that an order tends to repeat; append only. */
export const TEXT_KINDS = [
  'shipment', 'invoice', 'payment', 'notification', 'contact', 'survey', 'incident', 'audit', 'channel', 'topic', 'system', 'currency',
] as const;
export type TextKind = (typeof TEXT_KINDS)[number];

export interface FactsMemory {
  /** Nothing is packed yet: the next bytes begin with the format's version. */
  fresh: boolean;
  /** Id of the fact packed last, or of the one at hand: other ids are often made like it. */
  id: string;
  /** `at` of that fact. */
  at: number;
  /** The last offset by topic. */
  readonly offsets: number[];
  customerId: string | null;
  accountId: string | null;
  place: Place | null;
  readonly places: Ring<Place>;
  /** By key of a place. */
  readonly placeTexts: (Ring<string> | undefined)[];
  /** By kind of text. */
  readonly texts: (Ring<string> | undefined)[];
  readonly promises: Ring<Promised>;
  /** The last list of lines, whatever it was a list of. */
  lines: readonly (LineQuantity & Partial<DeliveredLine>)[];
}

/** Of an order without facts. */
export const createFactsMemory = (): FactsMemory => ({
  fresh: true, id: '', at: 0, offsets: SOURCE_TOPICS.map(() => 0), customerId: null, accountId: null, place: null,
  places: { values: [], next: 0 }, placeTexts: [], texts: [], promises: { values: [], next: 0 }, lines: [],
});

export const ringOf = (rings: (Ring<string> | undefined)[], kind: number): Ring<string> => (rings[kind] ??= { values: [], next: 0 });
