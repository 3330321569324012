import type { DeliveredLine, Fact, FactOf, OrderLine, SourceType } from '../fact.js';
import { timelineOf, type JourneyFacts } from '../journey.js';
import { recordPromises, type PromiseHistory, type PromiseRecorder } from '../promises.js';
import type { Rules } from '../rules.js';
import { daysIn, type ZonedDays } from '../zoned-days.js';
import { befall, mend, type GrowingTrouble, type Trouble } from './trouble.js';

/** How an order ended: its first final delivery or its first cancellation, whichever the timeline has first (rulings 15). */
export interface End {
  readonly kind: 'delivered' | 'cancelled';
  readonly at: number;
  readonly fact: FactOf<'delivery.completed'> | FactOf<'order.cancelled'>;
}

/** Something else was delivered than ordered. */
export interface Substitute {
  readonly delivery: FactOf<'delivery.completed'>;
  readonly line: DeliveredLine;
}

/** A fact of any of these types. */
type AnyOf<T extends SourceType> = { [K in T]: FactOf<K> }[T];

/** Facts that move money, goods owed or goods billed: what billing is judged by. */
export type LedgerFact = AnyOf<
  | 'order.placed' | 'order.amended' | 'order.cancelled' | 'delivery.completed'
  | 'invoice.issued' | 'invoice.corrected' | 'payment.captured' | 'refund.issued'
  | 'billing.disputed' | 'billing.dispute_resolved'
>;
export type ContactFact = AnyOf<'contact.opened' | 'contact.reopened' | 'contact.resolved'>;
export type IncidentFact = AnyOf<'incident.opened' | 'incident.resolved'>;

/** An order's facts, looked at once and laid out by concern. Knows nothing of the time reached. */
export interface History {
  readonly facts: readonly Fact[];
  /** The `order.placed` that counts (rulings 3). */
  readonly placed: FactOf<'order.placed'> | null;
  readonly customerId: string | null;
  readonly days: ZonedDays;
  readonly end: End | null;
  readonly promises: PromiseHistory;
  /** The list of lines that the order ended with, or has now; null: none is known. */
  readonly ordered: { readonly lines: readonly OrderLine[]; readonly fact: Fact } | null;
  readonly dispatches: readonly FactOf<'shipment.dispatched'>[];
  /** Deliveries that count: none after a cancellation (rulings 15). */
  readonly deliveries: readonly FactOf<'delivery.completed'>[];
  /** Each line of theirs that was delivered in place of another. */
  readonly substitutes: readonly Substitute[];
  readonly attemptFailed: Trouble | null;
  readonly damaged: Trouble | null;
  readonly lost: Trouble | null;
  readonly ledger: readonly LedgerFact[];
  /** The first one named. */
  readonly currency: string | null;
  /** The order and its invoices name more than one currency: no amounts are compared (rulings 45). */
  readonly mixedCurrencies: boolean;
  readonly paymentFailed: Trouble | null;
  readonly noticesSent: readonly FactOf<'notification.sent'>[];
  /** Those that speak of a delay or of another date. */
  readonly delayNotices: readonly FactOf<'notification.sent'>[];
  readonly noticeFailed: Trouble | null;
  readonly contacts: readonly ContactFact[];
  readonly incidents: readonly IncidentFact[];
  readonly feedback: readonly FactOf<'feedback.received'>[];
  readonly audits: readonly FactOf<'audit.recorded'>[];
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] extends Trouble | null ? GrowingTrouble | null : T[K] };
interface Draft extends Growing<Omit<History, 'facts' | 'promises'>> {
  readonly facts: readonly Fact[];
  readonly promises: PromiseHistory;
  readonly recorder: PromiseRecorder;
  /** What failed notices were about, as far as no later notice of the kind got through; null: none failed. */
  untold: Set<string> | null;
}

/** Reads an order's facts once, in the timeline's order, each onto the shelf that its concern is judged from. */
export function readHistory(journey: JourneyFacts, rules: Rules): History {
  const facts = timelineOf(journey.facts);
  const first = facts[0];
  const placed = first?.type === 'order.placed' ? first : null;
  const draft = emptyHistory(facts, placed, rules);
  // A placing with a skewed clock holds from the beginning: from the first thing that happened.
  const since = Math.min(placed?.at ?? Infinity, facts[1]?.at ?? Infinity);
  if (placed !== null) shelvePlaced(draft, placed, since);
  for (let i = 0; i < facts.length; i++) {
    const fact = facts[i];
    if (fact !== undefined) take(draft, fact);
  }
  return draft;
}

/**
 * Reads on: a fact that now stands last in the facts of this history. False: it changes what came before it, so that all
 * must be read again.
 */
export function takeLast(history: History, fact: Fact): boolean {
  if (fact.type === 'order.placed' && history.placed === null) return false;
  // Only `readHistory` makes histories, and every one is a draft.
  take(history as Draft, fact);
  return true;
}

function take(draft: Draft, fact: Fact): void {
  draft.customerId ??= fact.customerId;
  shelve(draft, fact);
}

/** Most orders know little of most concerns: their lists are one and the same until something comes. */
const NONE: never[] = [];
function grown<T>(list: T[], item: T): T[] {
  if (list === NONE) return [item];
  list.push(item);
  return list;
}

function emptyHistory(facts: readonly Fact[], placed: FactOf<'order.placed'> | null, rules: Rules): Draft {
  const days = daysIn(placed?.body.timeZone ?? rules.promiseTimeZone);
  const recorder = recordPromises(days, rules.deliveryToleranceMs);
  return {
    facts, placed, days, recorder, promises: recorder.history, customerId: null, end: null, ordered: null,
    dispatches: NONE, deliveries: NONE, substitutes: NONE, attemptFailed: null, damaged: null, lost: null,
    ledger: [], currency: null, mixedCurrencies: false, paymentFailed: null,
    noticesSent: NONE, delayNotices: NONE, noticeFailed: null, untold: null, contacts: NONE, incidents: NONE, feedback: NONE, audits: NONE,
  };
}

function shelvePlaced(draft: Draft, fact: FactOf<'order.placed'>, since: number): void {
  const { lines, promisedDelivery, currency } = fact.body;
  draft.ordered = { lines, fact };
  draft.ledger.push(fact);
  if (currency !== null) noteCurrency(draft, currency);
  if (promisedDelivery !== null) draft.recorder.date(fact, promisedDelivery, 'company', since);
}

function shelve(draft: Draft, fact: Fact): void {
  switch (fact.type) {
    case 'order.placed': return; // The leading one is shelved already, any other says nothing.
    case 'order.amended': return shelveAmended(draft, fact);
    case 'order.cancelled': return shelveCancelled(draft, fact);
    case 'shipment.dispatched': draft.dispatches = grown(draft.dispatches, fact); return;
    case 'delivery.rescheduled': return shelveRescheduled(draft, fact);
    case 'delivery.attempt_failed': draft.attemptFailed = befall(draft.attemptFailed, fact); return;
    case 'delivery.exception':
      if (fact.body.code === 'damaged') draft.damaged = befall(draft.damaged, fact);
      else draft.lost = befall(draft.lost, fact);
      return;
    case 'delivery.completed': return shelveDelivery(draft, fact);
    case 'invoice.issued':
      noteCurrency(draft, fact.body.currency);
      draft.ledger.push(fact);
      return;
    case 'payment.captured':
      mend(draft.paymentFailed, fact);
      draft.ledger.push(fact);
      return;
    case 'invoice.corrected': case 'refund.issued': case 'billing.disputed': case 'billing.dispute_resolved':
      draft.ledger.push(fact);
      return;
    case 'payment.failed': draft.paymentFailed = befall(draft.paymentFailed, fact); return;
    case 'notification.sent': return shelveSent(draft, fact);
    case 'notification.failed':
      draft.noticeFailed = befall(draft.noticeFailed, fact);
      draft.untold = (draft.untold ?? new Set()).add(fact.body.about);
      return;
    case 'contact.opened': case 'contact.reopened': case 'contact.resolved': draft.contacts = grown(draft.contacts, fact); return;
    case 'feedback.received': draft.feedback = grown(draft.feedback, fact); return;
    case 'incident.opened': case 'incident.resolved': draft.incidents = grown(draft.incidents, fact); return;
    case 'audit.recorded': draft.audits = grown(draft.audits, fact); return;
  }
}

function noteCurrency(draft: Draft, currency: string): void {
  draft.currency ??= currency;
  if (draft.currency !== currency) draft.mixedCurrencies = true;
}

function shelveAmended(draft: Draft, fact: FactOf<'order.amended'>): void {
  const { by, lines, promisedDelivery, totalMinor } = fact.body;
  if (totalMinor !== null) draft.ledger.push(fact);
  if (draft.end !== null) return;
  if (lines !== null) draft.ordered = { lines, fact };
  if (promisedDelivery !== null) draft.recorder.date(fact, promisedDelivery, by, fact.at);
}

function shelveRescheduled(draft: Draft, fact: FactOf<'delivery.rescheduled'>): void {
  if (draft.end !== null) return;
  const { by, newDelivery } = fact.body;
  if (newDelivery === null) draft.recorder.noDate(fact, by);
  else draft.recorder.date(fact, newDelivery, by, fact.at);
}

function shelveCancelled(draft: Draft, fact: FactOf<'order.cancelled'>): void {
  if (draft.end !== null) return;
  draft.end = { kind: 'cancelled', at: fact.at, fact };
  draft.recorder.end(fact, 'cancelled');
  draft.ledger.push(fact);
}

function shelveDelivery(draft: Draft, fact: FactOf<'delivery.completed'>): void {
  if (draft.end?.kind === 'cancelled') return;
  draft.deliveries = grown(draft.deliveries, fact);
  draft.ledger.push(fact);
  for (const line of fact.body.lines ?? NONE) if (line.substituteFor !== null) draft.substitutes = grown(draft.substitutes, { delivery: fact, line });
  if (!fact.body.final) return;
  mend(draft.attemptFailed, fact);
  mend(draft.damaged, fact);
  mend(draft.lost, fact);
  if (draft.end !== null) return;
  draft.end = { kind: 'delivered', at: fact.at, fact };
  draft.recorder.end(fact, 'delivered');
}

function shelveSent(draft: Draft, fact: FactOf<'notification.sent'>): void {
  const { about } = fact.body;
  draft.noticesSent = grown(draft.noticesSent, fact);
  if (about === 'delay' || about === 'reschedule') draft.delayNotices = grown(draft.delayNotices, fact);
  if (draft.untold === null) return;
  draft.untold.delete(about);
  if (draft.untold.size === 0) mend(draft.noticeFailed, fact);
}
