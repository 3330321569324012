import { NOTIFICATION_ABOUT } from '../../contracts/notifications.js';
import { SOURCE_EVENT_TYPES } from '../../contracts/source-types.js';
import type { FactBodies, SourceType } from '../fact.js';
import {
  deliveredLines, flag, lineQuantities, nullable, number, oneOf, orderLines, promised, repeated, repeatedOrNull, text,
} from './fields.js';
import type { Sink, Source } from './bytes.js';
import type { Field } from './fields.js';
import type { FactsMemory } from './memory.js';

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

/** One body's packing, its fields in their order. */
export interface BodyPacking {
  readonly type: SourceType;
  readonly put: (sink: Sink, body: object, memory: FactsMemory) => void;
  readonly take: (source: Source, memory: FactsMemory) => object;
}

/**
 * Writes and reads all fields of one body. Made as text: bodies that are put together name by name are, to V8, of other shapes than
 * those that `factOf` makes, and every place that reads either has to tell them apart.
 */
function packingOf(type: SourceType): BodyPacking {
  const names = Object.keys(BODIES[type]).map((name) => JSON.stringify(name));
  const puts = names.map((name, i) => `f${String(i)}.put(sink, body[${name}], memory);`);
  const takes = names.map((name, i) => `${name}: f${String(i)}.take(source, memory)`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of the table's own names
  const make = new Function(...names.map((_, i) => `f${String(i)}`), `"use strict"; return {
    put: (sink, body, memory) => { ${puts.join(' ')} },
    take: (source, memory) => ({ ${takes.join(', ')} }),
  };`) as (...fields: Field<unknown>[]) => Omit<BodyPacking, 'type'>;
  return { type, ...make(...(Object.values(BODIES[type]) as Field<unknown>[])) };
}

/** By the type's place in the contract's list, which is its code. */
export const BODY_PACKINGS: readonly BodyPacking[] = SOURCE_EVENT_TYPES.map(packingOf);

export const TYPE_CODES: ReadonlyMap<string, number> = new Map(SOURCE_EVENT_TYPES.map((type, code) => [type, code]));
