import { COVERABLE_SOURCES, type CoverableSource, type SignalName } from '../../src/contracts/names.js';
import { assess, everythingOf } from '../../src/core/assess.js';
import type { Assessment, SignalState } from '../../src/core/assessment.js';
import type { Fact, FactBodies, FactHeader, OrderLine, Promised, SourceType } from '../../src/core/fact.js';
import { createJourney, place } from '../../src/core/journey.js';
import { DEFAULT_RULES, type Rules } from '../../src/core/rules.js';

/** A shorthand for tests: facts with everything that a case doesn't speak of filled in, and their assessment. */

/** `05-10 18:00`, also with seconds and ms, in 2025 and UTC; ms since the epoch. */
export const on = (text: string): number => {
  const [day = '', time = '00:00'] = text.split(' ');
  const ms = Date.parse(`2025-${day}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(ms)) throw new Error(`no instant: ${text}`);
  return ms;
};

/** A promise as an event gives it: a date, or an instant in the shorthand of `on`. */
export const promised = (text: string): Promised =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? { text, instant: null } : { text: new Date(on(text)).toISOString(), instant: on(text) };

export const line = (lineId: string, quantity = 1): OrderLine => ({ lineId, sku: `sku-${lineId}`, quantity });
export const delivered = (lineId: string, quantity = 1, substitute: { for?: string; approved?: boolean } = {}) =>
  ({ ...line(lineId, quantity), substituteFor: substitute.for ?? null, substitutionApproved: substitute.approved ?? null });

const payment = { paymentId: 'p1', amountMinor: 1000, reason: null };
const notification = { notificationId: 'n1', channel: 'email', about: 'order_confirmation', statedDelivery: null } as const;
const contact = { contactId: 'c1', channel: 'phone', topic: 'where_is_my_order', by: 'customer' } as const;
const incident = { incidentId: 'x1', system: 'checkout', severity: 'minor' } as const;
const dispute = { invoiceId: null, reason: null };

const USUAL: FactBodies = {
  'order.placed': {
    lines: [line('1')], promisedDelivery: null, requestedDelivery: null, dispatchBy: null, timeZone: null,
    totalMinor: 1000, currency: 'EUR',
  },
  'order.amended': { by: 'company', lines: null, promisedDelivery: null, totalMinor: null },
  'order.cancelled': { by: 'customer', reason: null },
  'shipment.dispatched': { shipmentId: 's1', expedited: false, lines: null },
  'delivery.rescheduled': { by: 'company', newDelivery: null, shipmentId: null, reason: null },
  'delivery.attempt_failed': { shipmentId: null, reason: null },
  'delivery.exception': { code: 'damaged', shipmentId: null, lines: null },
  'delivery.completed': { shipmentId: null, lines: [delivered('1')], final: true },
  'invoice.issued': { invoiceId: 'i1', totalMinor: 1000, currency: 'EUR', lines: null },
  'invoice.corrected': { invoiceId: 'i1', totalMinor: 1000, reason: null },
  'payment.captured': payment,
  'payment.failed': payment,
  'refund.issued': payment,
  'billing.disputed': dispute,
  'billing.dispute_resolved': dispute,
  'notification.sent': notification,
  'notification.failed': notification,
  'contact.opened': contact,
  'contact.reopened': contact,
  'contact.resolved': contact,
  'feedback.received': { surveyId: 'q1', metric: 'csat', score: 3, scaleMin: 1, scaleMax: 5, higherIsBetter: true, touchpoint: null, task: null },
  'incident.opened': incident,
  'incident.resolved': incident,
  'audit.recorded': { auditId: 'a1', step: 'delivery.completed', observed: 'done' },
};

let count = 0;

/** A fact of this type at `when` (in the shorthand of `on`), differing from the usual one in `said` alone. */
export function fact<T extends SourceType>(type: T, when: string, said: Partial<FactBodies[T]> = {}, header: Partial<FactHeader> = {}): Fact {
  count += 1;
  return {
    id: `f${String(count).padStart(6, '0')}`, at: on(when), customerId: type === 'order.placed' ? 'customer-1' : null, accountId: null,
    place: null, topic: 'orders', offset: count, ...header, type, body: { ...USUAL[type], ...said },
  } as Fact;
}

export interface Circumstances {
  /** The time reached, in the shorthand of `on`; by default the greatest time of any fact. */
  readonly asOf?: string;
  readonly notCovered?: readonly CoverableSource[];
  readonly rules?: Partial<Rules>;
}

/** The assessment of an order of which these facts are known, in whatever order they came. */
export function assessed(facts: readonly Fact[], { asOf, notCovered = [], rules = {} }: Circumstances = {}): Assessment {
  const journey = createJourney('order-1');
  for (const each of facts) place(journey, each);
  const at = asOf === undefined ? Math.max(...facts.map((each) => each.at)) : on(asOf);
  const covered = new Set(COVERABLE_SOURCES.filter((source) => !notCovered.includes(source)));
  return everythingOf(assess(journey, at, { rules: { ...DEFAULT_RULES, ...rules }, covered }));
}

/** The signal as assessed; undefined: neither open nor resolved. */
export const signalIn = (assessment: Assessment, name: SignalName): SignalState | undefined =>
  assessment.signals.find(({ signal }) => signal === name);

/** `open`, `resolved`, or `-` for a signal that isn't listed. */
export const stateOf = (name: SignalName, facts: readonly Fact[], circumstances?: Circumstances): string =>
  signalIn(assessed(facts, circumstances), name)?.state ?? '-';

export const patternsOf = (facts: readonly Fact[], circumstances?: Circumstances): readonly string[] =>
  assessed(facts, circumstances).patterns.map(({ pattern }) => pattern);
