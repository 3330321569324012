import fc from 'fast-check';
import { PLACE_KEYS, SOURCE_TOPICS, type Place } from '../../src/contracts/names.js';
import { NOTIFICATION_ABOUT } from '../../src/contracts/notifications.js';
import { SOURCE_EVENT_TYPES } from '../../src/contracts/source-types.js';
import type { Fact, FactBodies, Promised, SourceType } from '../../src/core/fact.js';
import { placeOfValues } from '../../src/core/place.js';

/** Objects like those of the program: with a prototype. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record(model, { noNullPrototype: true });

/** Facts of every type with whatever can stand in them; ids and texts of a small pool often, so that they repeat. */

const anyText = fc.oneof(
  fc.constantFrom('a', 'b', 'email', 'S-1', 'S-2', 'order-17:placed', 'order-17:paid', 'EUR', 'x'.repeat(256), '', '😀a', '😀b', 'abcd😀', 'abcd😁'),
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.stringMatching(/^[0-9a-f]{4,40}$/),
  fc.string({ unit: 'binary', maxLength: 80 }).filter((text) => text.isWellFormed()),
);
const id = anyText;
const at = fc.oneof(fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }), fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }));
const offset = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 52 - 1 }));
const money = fc.oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.maxSafeInteger());
const quantity = fc.oneof(fc.nat(100), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const party = fc.constantFrom('customer' as const, 'company' as const);
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });

const instantText = at.chain((ms) => {
  const iso = new Date(ms).toISOString();
  return fc.constantFrom(
    { text: iso, instant: ms },
    { text: `${iso.slice(0, 19)}Z`, instant: Math.floor(ms / 1000) * 1000 },
    { text: `${iso.slice(0, 23)}999+00:00`, instant: ms },
    { text: iso.replace('T', 't'), instant: ms },
    { text: '2016-12-31T23:59:60Z', instant: Date.UTC(2016, 11, 31, 23, 59, 59, 999) },
  );
});
const dateText = at.map((ms): Promised => ({ text: new Date(ms).toISOString().slice(0, 10), instant: null }));
const promised: fc.Arbitrary<Promised | null> = orNull(fc.oneof(instantText, dateText));

const line = { lineId: id, quantity };
const lineQuantities = fc.array(record(line), { maxLength: 4 });
const orderLines = fc.array(record({ ...line, sku: id }), { maxLength: 4 });
const deliveredLines = fc.array(record({ ...line, sku: id, substituteFor: orNull(id), substitutionApproved: orNull(fc.boolean()) }), { maxLength: 4 });

const payment = record({ paymentId: id, amountMinor: money, reason: orNull(anyText) });
const dispute = record({ invoiceId: orNull(id), reason: orNull(anyText) });
const notification = record({ notificationId: id, channel: anyText, about: fc.constantFrom(...NOTIFICATION_ABOUT), statedDelivery: promised });
const contact = record({ contactId: id, channel: anyText, topic: anyText, by: party });
const incident = record({ incidentId: id, system: anyText, severity: fc.constantFrom('minor' as const, 'major' as const, 'critical' as const) });
const score = fc.double({ noNaN: true, noDefaultInfinity: true });

const BODIES: { readonly [T in SourceType]: fc.Arbitrary<FactBodies[T]> } = {
  'order.placed': record({
    lines: orderLines, promisedDelivery: promised, requestedDelivery: promised, dispatchBy: promised,
    timeZone: orNull(anyText), totalMinor: orNull(money), currency: orNull(anyText),
  }),
  'order.amended': record({ by: party, lines: orNull(orderLines), promisedDelivery: promised, totalMinor: orNull(money) }),
  'order.cancelled': record({ by: party, reason: orNull(anyText) }),
  'shipment.dispatched': record({ shipmentId: id, expedited: fc.boolean(), lines: orNull(lineQuantities) }),
  'delivery.rescheduled': record({ by: party, newDelivery: promised, shipmentId: orNull(id), reason: orNull(anyText) }),
  'delivery.attempt_failed': record({ shipmentId: orNull(id), reason: orNull(anyText) }),
  'delivery.exception': record({ code: fc.constantFrom('damaged' as const, 'lost' as const), shipmentId: orNull(id), lines: orNull(lineQuantities) }),
  'delivery.completed': record({ shipmentId: orNull(id), lines: orNull(deliveredLines), final: fc.boolean() }),
  'invoice.issued': record({ invoiceId: id, totalMinor: money, currency: anyText, lines: orNull(lineQuantities) }),
  'invoice.corrected': record({ invoiceId: id, totalMinor: money, reason: orNull(anyText) }),
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
  'feedback.received': record({
    surveyId: id, metric: fc.constantFrom('nps' as const, 'csat' as const, 'ces' as const), score, scaleMin: score, scaleMax: score,
    higherIsBetter: fc.boolean(), touchpoint: orNull(anyText), task: orNull(anyText),
  }),
  'incident.opened': incident,
  'incident.resolved': incident,
  'audit.recorded': record({
    auditId: id, step: fc.constantFrom(...SOURCE_EVENT_TYPES), observed: fc.constantFrom('done' as const, 'done_poorly' as const, 'not_done' as const),
  }),
};

const place: fc.Arbitrary<Place | null> = orNull(
  fc.array(fc.option(anyText, { nil: undefined }), { minLength: PLACE_KEYS.length, maxLength: PLACE_KEYS.length }).map(placeOfValues),
);

export const factOfType = (type: SourceType): fc.Arbitrary<Fact> =>
  record({
    id, at, customerId: orNull(anyText), accountId: orNull(anyText), place, topic: fc.constantFrom(...SOURCE_TOPICS), offset,
    type: fc.constant(type), body: BODIES[type] as fc.Arbitrary<FactBodies[SourceType]>,
  }) as fc.Arbitrary<Fact>;

export const facts: fc.Arbitrary<Fact[]> = fc.array(fc.constantFrom(...SOURCE_EVENT_TYPES).chain(factOfType), { maxLength: 30 });
