import fc from 'fast-check';
import type { SourceTopic } from '../../src/contracts/names.js';
import type { Fact, FactBodies, Promised, SourceType } from '../../src/core/fact.js';

/**
 * Orders as fast-check makes them up: any events in any number, many at the same instants, promises as dates and as
 * instants, zones, partial and repeated deliveries. Few different ids, dates and amounts, so that facts concern each other.
 */

const START = Date.parse('2025-03-20T00:00:00.000Z');
const HOUR = 3_600_000;

/** Mostly whole days and hours, now and then a ms beside them. */
const instant = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom(0, 12, 23), fc.constantFrom(0, 0, 0, 1, -1))
  .map(([day, hour, beside]) => START + (day * 24 + hour) * HOUR + beside);

const promise: fc.Arbitrary<Promised> = fc.oneof(
  instant.map((at) => ({ text: new Date(at).toISOString(), instant: at })),
  instant.map((at) => ({ text: new Date(at).toISOString().slice(0, 10), instant: null })),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const party = fc.constantFrom('customer' as const, 'company' as const);
const lineId = fc.constantFrom('1', '2', '3');
const quantity = fc.constantFrom(0, 0.5, 1, 2);
const minor = fc.constantFrom(0, 998, 1000, 1002, 1003, 2000, -500);
const shipmentId = fc.constantFrom('s1', 's2');
const invoiceId = fc.constantFrom('i1', 'i2');
const reason = fc.constant(null);
const lineQuantities = fc.array(fc.record({ lineId, quantity }), { maxLength: 3 });
const orderLines = fc.array(fc.record({ lineId, sku: fc.constant('sku'), quantity }), { maxLength: 3 });
const deliveredLines = fc.array(
  fc.record({ lineId, sku: fc.constant('sku'), quantity, substituteFor: maybe(lineId), substitutionApproved: maybe(fc.boolean()) }),
  { maxLength: 3 },
);
const payment = fc.record({ paymentId: fc.constant('p1'), amountMinor: minor, reason });
const dispute = fc.record({ invoiceId: maybe(invoiceId), reason });
const about = fc.constantFrom('order_confirmation' as const, 'dispatched' as const, 'delay' as const, 'delay' as const, 'reschedule' as const, 'delivered' as const);
const notification = fc.record({ notificationId: fc.constant('n1'), channel: fc.constant('email'), about, statedDelivery: maybe(promise) });
const contact = fc.record({ contactId: fc.constantFrom('c1', 'c2'), channel: fc.constant('phone'), topic: fc.constantFrom('t1', 't2'), by: party });
const incident = fc.record({ incidentId: fc.constantFrom('x1', 'x2'), system: fc.constant('erp'), severity: fc.constant('minor' as const) });
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kolkata');

export const BODIES: { readonly [T in SourceType]: fc.Arbitrary<FactBodies[T]> } = {
  'order.placed': fc.record({
    lines: orderLines, promisedDelivery: maybe(promise), requestedDelivery: maybe(promise), dispatchBy: maybe(promise),
    timeZone: maybe(zone), totalMinor: maybe(minor), currency: maybe(fc.constantFrom('EUR', 'EUR', 'EUR', 'USD')),
  }),
  'order.amended': fc.record({ by: party, lines: maybe(orderLines), promisedDelivery: maybe(promise), totalMinor: maybe(minor) }),
  'order.cancelled': fc.record({ by: party, reason }),
  'shipment.dispatched': fc.record({ shipmentId, expedited: fc.boolean(), lines: maybe(lineQuantities) }),
  'delivery.rescheduled': fc.record({ by: party, newDelivery: maybe(promise), shipmentId: maybe(shipmentId), reason }),
  'delivery.attempt_failed': fc.record({ shipmentId: maybe(shipmentId), reason }),
  'delivery.exception': fc.record({ code: fc.constantFrom('damaged' as const, 'lost' as const), shipmentId: maybe(shipmentId), lines: maybe(lineQuantities) }),
  'delivery.completed': fc.record({ shipmentId: maybe(shipmentId), lines: maybe(deliveredLines), final: fc.boolean() }),
  'invoice.issued': fc.record({ invoiceId, totalMinor: minor, currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD'), lines: maybe(lineQuantities) }),
  'invoice.corrected': fc.record({ invoiceId, totalMinor: minor, reason }),
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
  'feedback.received': fc.record({
    surveyId: fc.constant('q1'), metric: fc.constantFrom('nps' as const, 'csat' as const, 'ces' as const), score: fc.integer({ min: 1, max: 5 }),
    scaleMin: fc.constant(0), scaleMax: fc.constant(10), higherIsBetter: fc.boolean(), touchpoint: fc.constant(null), task: fc.constant(null),
  }),
  'incident.opened': incident,
  'incident.resolved': incident,
  'audit.recorded': fc.record({
    auditId: fc.constant('a1'), step: fc.constantFrom<SourceType>('order.placed', 'delivery.completed', 'invoice.issued'),
    observed: fc.constantFrom('done' as const, 'done_poorly' as const, 'not_done' as const),
  }),
};

/** Types that change what others mean come up more often. */
const WEIGHTS: Partial<Record<SourceType, number>> = {
  'delivery.rescheduled': 5, 'notification.sent': 5, 'order.amended': 3, 'delivery.completed': 2, 'invoice.issued': 2,
};

const place = maybe(fc.record({ carrier: fc.constantFrom('', 'a', 'b'), team: fc.constantFrom('x', 'y') }, { requiredKeys: [] }));
const topic: SourceTopic = 'orders';

const factOfType = (type: SourceType): fc.Arbitrary<Omit<Fact, 'id'>> =>
  fc.record({
    at: instant, customerId: maybe(fc.constantFrom('k1', 'k2')), accountId: fc.constant(null), place,
    topic: fc.constant(topic), offset: fc.nat({ max: 999 }), type: fc.constant(type), body: BODIES[type],
  });

const anyFact = fc.oneof(...(Object.keys(BODIES) as SourceType[]).map((type) => ({ weight: WEIGHTS[type] ?? 1, arbitrary: factOfType(type) })));

/** The facts of one order, ids unique; three in four orders were placed. */
export const journeyFacts: fc.Arbitrary<readonly Fact[]> = fc
  .tuple(fc.array(anyFact, { minLength: 1, maxLength: 24 }), fc.array(factOfType('order.placed'), { maxLength: 2 }), fc.boolean(), fc.integer())
  .map(([facts, placings, always, salt]) => {
    const all = always ? [...facts, ...placings.slice(0, 1)] : [...facts, ...placings];
    // Ids in no relation to the order of making, so that ties are broken either way.
    return all.map((each, index) => ({ ...each, id: `${String((index * 7919 + Math.abs(salt)) % 104_729)}-${String(index)}` }) as Fact);
  });

/** Times reached, before, amid and long after the facts. */
export const timeReached = fc.oneof(instant, fc.integer({ min: -5, max: 120 }).map((day) => START + day * 24 * HOUR));

