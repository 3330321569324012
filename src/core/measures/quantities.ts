import type { Place } from '../../contracts/names.js';
import { getOrInsert } from '../get-or-insert.js';

/**
 * What is counted of orders. Each is a sum of whole numbers, so that whatever an order added can be taken away again
 * exactly, and the sums of several lanes and stretches of time are added to give the whole. Stored data names a quantity by
 * its place in this list: add new ones at the end, and move or remove none.
 */
export const QUANTITIES = [
  'placed', 'delivered', 'cancelled', 'overdue',
  'every.delivered', 'every.delivered.on_time', 'every.due', 'every.due.on_time',
  'original.delivered', 'original.delivered.on_time', 'original.due', 'original.due.on_time',
  'baseline.delivered', 'baseline.delivered.on_time', 'baseline.due', 'baseline.due.on_time',
  'latest.delivered', 'latest.delivered.on_time', 'latest.due', 'latest.due.on_time',
  'in_full.known', 'in_full', 'in_full.unknown', 'otif.known', 'otif', 'otif.unknown', 'perfect',
  'ordered.units', 'ordered.millionths', 'filled.units', 'filled.millionths',
  'delay.sum', 'delay.squares.low', 'delay.squares.middle', 'delay.squares.high', 'delay.bin',
  'cycle.sum', 'cycle.squares.low', 'cycle.squares.middle', 'cycle.squares.high', 'cycle.bin',
  'kept_orders', 'revisions', 'reschedule.kept', 'reschedule.broken', 'change_notice',
  'dispatched', 'dispatched.expedited', 'dispatch_by', 'dispatch_by.on_time',
  'invoiced', 'invoiced.accurate', 'contacted', 'signal', 'pattern',
  'nps.answers', 'nps.good', 'nps.poor', 'csat.answers', 'csat.good', 'ces.answers', 'ces.good', 'verdict',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Quantities named `beginning.part`, by part. To be made once: a text that is put together anew is found letter by letter. */
export const quantitiesOf = <B extends string, P extends string>(beginning: B, parts: readonly P[]): { readonly [K in P]: `${B}.${K}` } =>
  // One entry for each part, named by it.
  Object.fromEntries(parts.map((part) => [part, `${beginning}.${part}`])) as { readonly [K in P]: `${B}.${K}` };

/**
 * Quantities that are known before their time: they count once the time reached is greater than their instant. So an order
 * that came early need not be looked at once more when its promise passes.
 */
const AHEAD_OF_TIME: ReadonlySet<Quantity> = new Set<Quantity>([
  'every.due', 'every.due.on_time', 'original.due', 'original.due.on_time', 'baseline.due', 'baseline.due.on_time', 'latest.due', 'latest.due.on_time',
]);

export const isAheadOfTime = (quantity: Quantity): boolean => AHEAD_OF_TIME.has(quantity);

/** Does it count by this time reached, ms? */
export const countsBy = (time: number, quantity: Quantity, at: number): boolean => time > at || !isAheadOfTime(quantity);

/** One thing that an order, or an answer of a customer, adds to the measures. */
export interface Amount {
  readonly quantity: Quantity;
  /** Which one of the quantity: a signal, a pattern, a bucket, a bin; '' where there is but one. */
  readonly of: string;
  /** The instant at which it counts, ms: a window holds what counts within it. */
  readonly at: number;
  /** A whole number. */
  readonly amount: number;
}

/** Stands for all values of a place, and pairs of touchpoint and task, that are beyond the number kept apart. */
export const OTHER = 'other';

/** Everything that something adds, and the place that it is counted under besides the whole. */
export interface Contribution {
  readonly place: Place;
  readonly amounts: readonly Amount[];
}

/** Takes what is to be added; `amount` is 1 unless told. */
export type Add = (quantity: Quantity, at: number, amount?: number, of?: string) => void;

/** Sums over orders, to make measures of. */
export interface Sums {
  /** The sum of a quantity of which there is but one. */
  get(quantity: Quantity): number;
  /** The sums of a quantity by what they are of; '' among them where there is one for all. */
  each(quantity: Quantity): ReadonlyMap<string, number>;
}

/** Sums that grow. */
export interface Tally extends Sums {
  add(quantity: Quantity, of: string, amount: number): void;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

export function createTally(): Tally {
  // Most of what is added is of quantities of which there is but one.
  const wholes = new Map<Quantity, { sum: number }>();
  const parts = new Map<Quantity, Map<string, number>>();
  return {
    get: (quantity) => wholes.get(quantity)?.sum ?? 0,
    each(quantity) {
      const whole = wholes.get(quantity);
      const under = parts.get(quantity) ?? NOTHING;
      return whole === undefined ? under : new Map([['', whole.sum], ...under]);
    },
    add(quantity, of, amount) {
      if (of === '') {
        const whole = wholes.get(quantity);
        if (whole === undefined) wholes.set(quantity, { sum: amount });
        else whole.sum += amount;
        return;
      }
      const under = getOrInsert(parts, quantity, () => new Map<string, number>());
      under.set(of, (under.get(of) ?? 0) + amount);
    },
  };
}
