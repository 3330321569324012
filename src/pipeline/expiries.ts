import { asError } from '../core/as-error.js';
import { type JudgeParts, noOutputs, sayLast } from './judge.js';
import { type LiveOrder, openOrder, openState } from './live-order.js';
import type { OrderBook } from './order-book.js';
import { createPause } from './pause.js';
import type { LaneStore, OrderRemoval, PassedOrder } from './ports.js';
import { type Calendar, hasExpired, restingSince, type Retention } from './retention.js';
import type { StepResult } from './step.js';
import type { Upkeep } from './upkeep.js';

/**
 * Takes expired orders out of the store. No index says when an order expires: at a million orders that would take a hundred
 * megabytes, to be a few hours more exact about half a year. Instead the lane passes all its orders now and then, some at a time, and only
 * once one of them can have expired. That an expired order is still there shows in nothing but memory.
 */
export interface Expiries {
  /** Is there something to look at by now? */
  isDue(): boolean;
  /** The next orders, and which of them are to leave. Changes nothing, so that it may be tried again after a fault. */
  next(): Promise<Passage>;
  /** What a commit writes to give the expired orders of a passage up. One on which a rule throws stays until the next round: its alert could not be ended. */
  giveUp(passage: Passage, lastSeq: number): StepResult;
  /** What was found is about to be committed. */
  passed(passage: Passage): void;
  /** An order is about to be written that came to rest, or rests since another time (null: it doesn't). */
  note(rests: number | null): void;
  /** What is known of the lane's orders, to be kept with it: else whoever claims it next would have to pass them all to find out. */
  state(): Pick<Upkeep, 'restFrom'>;
}

export interface Passage {
  /** Unpacked, so that what is open of them can be closed. */
  readonly expired: readonly LiveOrder[];
  readonly last: string | null;
  /** The earliest time since which one of those that stay is at rest. */
  readonly earliest: number;
}

export interface ExpiriesParts {
  readonly lane: number;
  readonly store: Pick<LaneStore, 'pass' | 'load'>;
  readonly book: Pick<OrderBook, 'forget'>;
  readonly calendar: Calendar;
  readonly retention: Retention;
  /** Says the last of those that leave. */
  readonly judge: JudgeParts;
  /** The wall clock, ms. */
  readonly now: () => number;
}

/** Orders looked at together, and so the most that one commit takes out. */
const AT_ONCE = 200;
/** Rest after orders of which none had expired, and after all were passed; ms of the wall clock. */
const PAUSE_MS = 100;
const ROUND_PAUSE_MS = 1_000;
/** Later than any order rests since; a number, since it is kept as JSON. */
const NEVER = 8.64e15;
/** A round waits until it finds a day's orders; where orders are kept for less than a hundred days, a hundredth of that. */
const slackOf = (retention: number): number => Math.min(86_400_000, retention / 100);

/** @param isNew the lane has no orders yet */
export function createExpiries({ lane, store, book, calendar, retention, judge, now }: ExpiriesParts, { restFrom }: Pick<Upkeep, 'restFrom'>, isNew: boolean): Expiries {
  /** No order is at rest since before; -Infinity: nobody has looked. */
  let bound = isNew ? NEVER : (restFrom ?? -Infinity);
  /** The same of what this round has passed; null: no round is under way. */
  let round: number | null = null;
  let after: string | null = null;
  const pause = createPause(now);
  return {
    isDue(): boolean {
      if (retention === null || !pause.isOver()) return false;
      return round !== null || calendar.at() > bound + retention + slackOf(retention);
    },
    async next() {
      const orders = await store.pass(lane, after, AT_ONCE);
      const states = orders.map((order) => ({ order, state: openState(order.orderId, order) }));
      // One whose journey waits to be published is needed for that.
      const leaving = states.filter(({ order, state }) => hasExpired(state, calendar.at(), retention) && !order.dirty).map(({ order }) => order.orderId);
      const stored = leaving.length === 0 ? [] : await store.load(lane, leaving);
      const expired = leaving.flatMap((id, i) => {
        const found = stored[i];
        return found == null ? [] : [openOrder(id, found)];
      });
      const staying = states.filter(({ order }) => !leaving.includes(order.orderId));
      return { expired, last: lastOf(orders), earliest: Math.min(NEVER, ...staying.map(({ state }) => restingSince(state) ?? NEVER)) };
    },
    giveUp: (passage, lastSeq) => giveUp(judge, passage, retention, lastSeq),
    passed({ expired, last, earliest }) {
      book.forget(expired.map(({ orderId }) => orderId));
      after = last;
      round = Math.min(round ?? NEVER, earliest);
      if (expired.length === 0) pause.begin(PAUSE_MS);
      if (last !== null) return;
      bound = round;
      round = null;
      pause.begin(ROUND_PAUSE_MS);
    },
    note(rests) {
      if (rests === null) return;
      bound = Math.min(bound, rests);
      if (round !== null) round = Math.min(round, rests);
    },
    state: () => (bound === -Infinity ? {} : { restFrom: bound }),
  };
}

/** Where the next passage goes on; null: these were the last orders. */
const lastOf = (orders: readonly PassedOrder[]): string | null => (orders.length < AT_ONCE ? null : (orders.at(-1)?.orderId ?? null));

function giveUp(judge: JudgeParts, { expired }: Passage, retention: Retention, lastSeq: number): StepResult {
  const outputs = noOutputs(lastSeq);
  const forget: OrderRemoval[] = [];
  for (const order of expired) {
    try {
      sayLast(judge, order, (order.state.rests ?? 0) + (retention ?? 0), outputs);
      forget.push({ orderId: order.orderId, indexes: order.storedKeys, customerId: order.customerId });
    } catch (error) {
      judge.telemetry.unassessed(judge.lane, order.orderId, asError(error));
    }
  }
  // What it has added to sums stays there: it is as true as it was. What it tells of its customer goes with the customer's name.
  return { consumed: 0, orders: [], forget, outputs, measures: null };
}
