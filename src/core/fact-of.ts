/// <reference lib="es2024.string" />
import { parseInstant } from '../contracts/instant.js';
import type { Place, PlaceKey, SourceTopic } from '../contracts/names.js';
import { SOURCE_EVENT_TYPES } from '../contracts/source-types.js';
import type { SourceEvent, SourceEventOf } from '../contracts/sources.js';
import type { DeliveredLine, Fact, FactBodies, LineQuantity, OrderLine, Promised, SourceType } from './fact.js';
import { placeOfValues, said } from './place.js';

/** What a fact keeps of a reason, in UTF-16 units: enough to be read, too little to fill a journey. */
export const LONGEST_REASON = 256;

type Missing = null | undefined;

const reasonOf = (text: string | Missing): string | null =>
  text == null ? null : (text.length > LONGEST_REASON ? text.slice(0, LONGEST_REASON) : text).toWellFormed();

const promisedOf = (text: string | Missing): Promised | null =>
  text == null ? null : { text, instant: text.length === 10 ? null : parseInstant(text) };

/** Adding zero turns -0, which JSON can say, into 0: the two are equal but don't look it. */
const quantityOf = (value: number): number => value + 0;

const lineQuantities = (lines: readonly LineQuantity[] | Missing): readonly LineQuantity[] | null =>
  lines == null ? null : lines.map((line) => ({ lineId: line.lineId, quantity: quantityOf(line.quantity) }));

const orderLines = (lines: readonly OrderLine[]): readonly OrderLine[] =>
  lines.map((line) => ({ lineId: line.lineId, quantity: quantityOf(line.quantity), sku: line.sku }));

type SentDeliveredLine = NonNullable<SourceEventOf<'delivery.completed'>['lines']>[number];
const deliveredLines = (lines: readonly SentDeliveredLine[] | Missing): readonly DeliveredLine[] | null =>
  lines == null
    ? null
    : lines.map((line) => ({
        lineId: line.lineId,
        quantity: quantityOf(line.quantity),
        sku: line.sku,
        substituteFor: line.substituteFor ?? null,
        substitutionApproved: line.substitutionApproved ?? null,
      }));

const placeOf = (place: { readonly [K in PlaceKey]?: string | Missing } | Missing): Place | null => {
  if (place == null) return null;
  const { location, team, carrier, region, channel, shift, system } = place;
  const values = [said(location), said(team), said(carrier), said(region), said(channel), said(shift), said(system)];
  return values.every((value) => value === undefined) ? null : placeOfValues(values);
};

type PaymentEvent = SourceEventOf<'payment.captured' | 'payment.failed' | 'refund.issued'>;
const payment = (e: PaymentEvent): FactBodies['payment.captured'] => ({
  paymentId: e.paymentId, amountMinor: quantityOf(e.amountMinor), reason: reasonOf(e.reason),
});
const dispute = (e: SourceEventOf<'billing.disputed' | 'billing.dispute_resolved'>): FactBodies['billing.disputed'] => ({
  invoiceId: e.invoiceId ?? null, reason: reasonOf(e.reason),
});
const notification = (e: SourceEventOf<'notification.sent' | 'notification.failed'>): FactBodies['notification.sent'] => ({
  notificationId: e.notificationId, channel: e.channel, about: e.about, statedDelivery: promisedOf(e.statedDeliveryAt),
});
const contact = (e: SourceEventOf<'contact.opened' | 'contact.reopened' | 'contact.resolved'>): FactBodies['contact.opened'] => ({
  contactId: e.contactId, channel: e.channel, topic: e.topic, by: e.initiatedBy ?? 'customer',
});
const incident = (e: SourceEventOf<'incident.opened' | 'incident.resolved'>): FactBodies['incident.opened'] => ({
  incidentId: e.incidentId, system: e.system, severity: e.severity,
});

const minorOf = (amount: number | Missing): number | null => (amount == null ? null : quantityOf(amount));

/** By event type, what a fact keeps of it beyond the header. */
const BODY_OF: { readonly [T in SourceType]: (event: SourceEventOf<T>) => FactBodies[T] } = {
  'order.placed': (e) => ({
    lines: orderLines(e.lines),
    promisedDelivery: promisedOf(e.promisedDeliveryAt),
    requestedDelivery: promisedOf(e.requestedDeliveryAt),
    dispatchBy: promisedOf(e.dispatchBy),
    timeZone: e.timeZone ?? null,
    totalMinor: minorOf(e.totalMinor),
    currency: e.currency ?? null,
  }),
  'order.amended': (e) => ({
    by: e.initiatedBy,
    lines: e.lines == null ? null : orderLines(e.lines),
    promisedDelivery: promisedOf(e.promisedDeliveryAt),
    totalMinor: minorOf(e.totalMinor),
  }),
  'order.cancelled': (e) => ({ by: e.initiatedBy, reason: reasonOf(e.reason) }),
  'shipment.dispatched': (e) => ({ shipmentId: e.shipmentId, expedited: e.expedited ?? false, lines: lineQuantities(e.lines) }),
  'delivery.rescheduled': (e) => ({
    by: e.initiatedBy, newDelivery: promisedOf(e.newDeliveryAt), shipmentId: e.shipmentId ?? null, reason: reasonOf(e.reason),
  }),
  'delivery.attempt_failed': (e) => ({ shipmentId: e.shipmentId ?? null, reason: reasonOf(e.reason) }),
  'delivery.exception': (e) => ({ code: e.code, shipmentId: e.shipmentId ?? null, lines: lineQuantities(e.lines) }),
  'delivery.completed': (e) => ({ shipmentId: e.shipmentId ?? null, lines: deliveredLines(e.lines), final: e.final ?? true }),
  'invoice.issued': (e) => ({
    invoiceId: e.invoiceId, totalMinor: quantityOf(e.totalMinor), currency: e.currency, lines: lineQuantities(e.lines),
  }),
  'invoice.corrected': (e) => ({ invoiceId: e.invoiceId, totalMinor: quantityOf(e.totalMinor), reason: reasonOf(e.reason) }),
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
  'feedback.received': (e) => ({
    surveyId: e.surveyId,
    metric: e.metric,
    score: quantityOf(e.score),
    scaleMin: quantityOf(e.scaleMin),
    scaleMax: quantityOf(e.scaleMax),
    higherIsBetter: e.higherIsBetter ?? true,
    touchpoint: e.touchpoint ?? null,
    task: e.task ?? null,
  }),
  'incident.opened': incident,
  'incident.resolved': incident,
  'audit.recorded': (e) => ({ auditId: e.auditId, step: e.step, observed: e.observed }),
};

export interface OrderFact {
  /** null: about no single order. */
  readonly orderId: string | null;
  readonly fact: Fact;
}

/** The program's own copy of each type's name: comparing with it is comparing pointers, where a text just read is compared letter by letter. */
const KINDS: ReadonlyMap<string, { readonly type: SourceType; readonly bodyOf: (event: SourceEvent) => FactBodies[SourceType] }> = new Map(
  // The table is keyed by type, so the entry found fits the event; TypeScript can't see that through a union.
  SOURCE_EVENT_TYPES.map((type) => [type, { type, bodyOf: BODY_OF[type] as (event: SourceEvent) => FactBodies[SourceType] }]),
);

/**
 * Reduces a validated event to the fact that rules can use. Topic and offset say where it was read, for evidence. Throws a
 * TypeError on a type that isn't one of ours.
 */
export const factOf = (event: SourceEvent, topic: SourceTopic, offset: number): OrderFact => {
  const kind = KINDS.get(event.type);
  if (kind === undefined) throw new TypeError('a fact can only be made of a validated event');
  const fact = {
    id: event.id,
    at: parseInstant(event.occurredAt),
    customerId: event.customerId ?? null,
    accountId: event.accountId ?? null,
    place: placeOf(event.place),
    topic,
    offset,
    type: kind.type,
    body: kind.bodyOf(event),
  } as Fact;
  return { orderId: event.orderId ?? null, fact };
};
