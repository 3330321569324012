import { NOTIFICATION_ABOUT } from '../../contracts/notifications.js';
import { SOURCE_EVENT_TYPES } from '../../contracts/source-types.js';
import type { FactBodies, SourceType } from '../fact.js';
import {
  deliveredLines, flag, lineQuantities, nullable, number, oneOf, orderLines, promised, repeated, repeatedOrNull, text,
} from './fields.js';
import type { Field } from './fields.js';

/**
 * How the body of each type is packed: its fields in the order of the table. The type of the table asks for every field
 * of every body. Changing an order or a field makes another format; a new version of it, that is.
 */
type BodyTable = { readonly [T in SourceType]: { readonly [K in keyof FactBodies[T]]: Field<FactBodies[T][K]> } };

const party = oneOf(['customer', 'company']);
const note = nullable(text);
const amount = nullable(number);

const payment = { paymentId: repeated('payment'), amountMinor: number, reason: note };
const dispute = { invoiceId: repeatedOrNull('invoice'), reason: note };
const notification = { notificationId: repeated('notification'), channel: repeated('channel'), about: oneOf(NOTIFICATION_ABOUT), statedDelivery: promised };
const contact = { contactId: repeated('contact'), channel: repeated('channel'), topic: repeated('topic'), by: party };
const incident = { incidentId: repeated('incident'), system: repeated('system'), severity: oneOf(['minor', 'major', 'critical']) };

const BODIES: BodyTable = {
  'order.placed': {
    lines: orderLines, promisedDelivery: promised, requestedDelivery: promised, dispatchBy: promised,
    timeZone: note, totalMinor: amount, currency: repeatedOrNull('currency'),
  },
  'order.amended': { by: party, lines: nullable(orderLines), promisedDelivery: promised, totalMinor: amount },
  'order.cancelled': { by: party, reason: note },
  'shipment.dispatched': { shipmentId: repeated('shipment'), expedited: flag, lines: nullable(lineQuantities) },
  'delivery.rescheduled': { by: party, newDelivery: promised, shipmentId: repeatedOrNull('shipment'), reason: note },
  'delivery.attempt_failed': { shipmentId: repeatedOrNull('shipment'), reason: note },
  'delivery.exception': { code: oneOf(['damaged', 'lost']), shipmentId: repeatedOrNull('shipment'), lines: nullable(lineQuantities) },
  'delivery.completed': { shipmentId: repeatedOrNull('shipment'), lines: nullable(deliveredLines), final: flag },
  'invoice.issued': { invoiceId: repeated('invoice'), totalMinor: number, currency: repeated('currency'), lines: nullable(lineQuantities) },
  'invoice.corrected': { invoiceId: repeated('invoice'), totalMinor: number, reason: note },
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
  'feedback.received': {
    surveyId: repeated('survey'), metric: oneOf(['nps', 'csat', 'ces']), score: number, scaleMin: number, scaleMax: number,
    higherIsBetter: flag, touchpoint: note, task: note,
  },
  'incident.opened': incident,
  'incident.resolved': incident,
  'audit.recorded': { auditId: repeated('audit'), step: oneOf(SOURCE_EVENT_TYPES), observed: oneOf(['done', 'done_poorly', 'not_done']) },
};

/** One body's packing, fields in their order. */
export interface BodyPacking {
  readonly type: SourceType;
  readonly names: readonly string[];
  readonly fields: readonly Field<unknown>[];
}

/** By the type's place in the contract's list, which is its code. */
export const BODY_PACKINGS: readonly BodyPacking[] = SOURCE_EVENT_TYPES.map((type) => ({
  type, names: Object.keys(BODIES[type]), fields: Object.values(BODIES[type]) as Field<unknown>[],
}));

export const TYPE_CODES: ReadonlyMap<string, number> = new Map(SOURCE_EVENT_TYPES.map((type, code) => [type, code]));
