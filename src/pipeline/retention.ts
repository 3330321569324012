import { assess } from '../core/assess.js';
import type { Assessment } from '../core/assessment.js';
import type { Journey } from '../core/journey.js';
import type { OrderState } from '../core/order-state.js';
import type { AssessmentContext } from '../core/rules.js';
import type { LiveOrder } from './live-order.js';
import { REPLAY_AGE_MS, type TimeReached } from './time-reached.js';

/**
 * Which orders are kept no longer. An order at rest (settled, no deadline left) expires when the lane's calendar is more than the
 * retention past the time since which it rests; that is never before its last record was written, so that a history that is loaded is
 * kept as long as what happens now. From then on every event of it is a dead letter: taking one would need the facts
 * that are given up, and an order begun anew would say other things under ids that are taken. When its state leaves the store (see
 * expiries.ts) changes nothing of that.
 */

/** How long orders at rest are kept, ms of the calendar; null: for ever. */
export type Retention = number | null;

/**
 * The greatest time reached that events account for; it never goes back. On silent topics the wall clock stands in for the time
 * reached, but no order is forgotten because a history was loaded that lies years back, or because nothing happens any more.
 */
export interface Calendar {
  /** -Infinity before the first event. */
  at(): number;
  /** The lane's events are old news: a history is being loaded. */
  isHistory(): boolean;
  /** As a commit keeps it. */
  kept(): number | null;
  /** Goes on with the lane's time reached, as far as the greatest `occurredAt` that was read. */
  follow(reached: number): void;
}

/** @param kept as the lane's former owner left it; null: there was no event */
export function createCalendar(kept: number | null, time: Pick<TimeReached, 'latest' | 'arrived'>): Calendar {
  let at = kept ?? -Infinity;
  return {
    at: () => at,
    isHistory: () => time.arrived() - at > REPLAY_AGE_MS,
    kept: () => (at === -Infinity ? null : at),
    follow(reached) { at = Math.max(at, Math.min(reached, time.latest())); },
  };
}

/** Can nothing happen to the order any more but new facts? Most judgements are of orders that have not ended. */
const isAtRest = ({ end, nextDeadline, settled }: Pick<Assessment, 'end' | 'nextDeadline' | 'settled'>): boolean => end !== null && nextDeadline === null && settled;

/** Was an order with these facts at rest at this instant already? */
export function wasAtRest(journey: Journey, at: number, context: AssessmentContext): boolean {
  try {
    return isAtRest(assess(journey, at, context));
  } catch {
    return false;
  }
}

type Resting = Pick<OrderState, 'rests' | 'due' | 'judgedBy'>;

/** Since when the order is at rest, ms; null: it isn't, or waits to be judged, so that nobody knows. */
export const restingSince = ({ rests, due, judgedBy }: Resting): number | null => (due === null && judgedBy !== null ? rests : null);

export function hasExpired(state: Resting, calendar: number, retention: Retention): boolean {
  const since = restingSince(state);
  return retention !== null && since !== null && calendar > since + retention;
}

/**
 * What `OrderState.rests` is after a judgement.
 * @param arrived when the fact that it was judged for was written, ms; null: it was for no fact
 */
export function restsAfter({ state, journey }: LiveOrder, assessment: Assessment, arrived: number | null): number | null {
  const { due, judgedAt } = state;
  const known = Math.max(state.rests ?? 0, arrived ?? 0);
  if (isAtRest(assessment)) return Math.max(judgedAt, journey.facts.at(-1)?.at ?? 0, known);
  // Time alone may bring it to rest; what is written as it happens needs no second date for that.
  return due !== null && known - judgedAt > REPLAY_AGE_MS ? known : null;
}

/** Is an event so old that its order, if it isn't known, may be one that was given up? */
export const isTooOld = (factAt: number, calendar: number, retention: Retention): boolean => retention !== null && calendar > factAt + retention;

/** Why the order takes no event of this instant any more; null: it does. */
export function expiryOf(order: LiveOrder, factAt: number, calendar: number, retention: Retention): string | null {
  if (retention === null) return order.forgotten ? GIVEN_UP : null;
  if (order.forgotten || hasExpired(order.state, calendar, retention)) return `${GIVEN_UP} (${keptFor(retention)})`;
  return order.journey.facts.length === 0 && isTooOld(factAt, calendar, retention)
    ? `the order is not known, and an event of this age may belong to one that is no longer kept (${keptFor(retention)})` : null;
}

const GIVEN_UP = 'the order was settled, nothing happened to it for long, and it is no longer kept';

/** The setting as the text of a dead letter names it: by that, `verify` knows which one held. */
export const keptFor = (retention: number): string => `settled orders are kept for ${retention % DAY === 0 ? `${retention / DAY} days` : `${retention / 1_000} s`}`;

const DAY = 86_400_000;
