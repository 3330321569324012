import type { SourceType } from '../fact.js';
import { tells, tellsAny, type OrderTold, type Telling } from './told.js';

/** Something that data must have for a question to be answered. */
export interface Need {
  /** In words; follows "there is no", "has a" and "have no". */
  readonly what: string;
  /** The fields or events that would say it. */
  readonly fields: string;
  /** Which system of a company usually knows it. */
  readonly system: string;
  /** `order`: each order must have it. `data`: it is enough that the data has any; what never occurs can't be told from what nobody records. */
  readonly of: 'order' | 'data';
  readonly has: (told: OrderTold) => boolean;
}

const telling = (what: Telling) => (told: OrderTold): boolean => tells(told, what);

const event = (type: SourceType, what: string, system: string): Need => ({ what, fields: `\`${type}\``, system, of: 'data', has: telling(type) });
const anyEvent = (types: readonly SourceType[], what: string, system: string): Need =>
  ({ what, fields: types.map((type) => `\`${type}\``).join(' or '), system, of: 'data', has: (told) => tellsAny(told, types) });

const SHOP = 'the shop or ERP';
const WAREHOUSE = 'the warehouse or ERP';
const CARRIER = 'the carrier';
const BILLING = 'billing';
const PAYMENTS = 'the payment provider or bookkeeping';
const MESSAGES = 'whatever sends mails and messages';
const DESK = 'the help desk';

/** By name; a new question takes what is here, or adds a line. */
export const NEEDS = {
  placed: { what: 'order date and customer', fields: '`order.placed`', system: SHOP, of: 'order', has: telling('placed') },
  promise: { what: 'promised delivery date', fields: '`promisedDeliveryAt` of `order.placed`', system: SHOP, of: 'order', has: telling('promise') },
  orderedLines: { what: 'list of what was ordered', fields: '`lines` of `order.placed`', system: SHOP, of: 'order', has: telling('orderedLines') },
  total: { what: 'total of the order', fields: '`totalMinor` and `currency` of `order.placed`', system: SHOP, of: 'order', has: telling('total') },
  dispatchBy: { what: 'date to dispatch by', fields: '`dispatchBy` of `order.placed`', system: WAREHOUSE, of: 'order', has: telling('dispatchBy') },
  deliveredLines: {
    what: 'word on what a delivery held', fields: '`lines` of `delivery.completed`, or of the `shipment.dispatched` that it names', system: `${WAREHOUSE}, or ${CARRIER}`, of: 'order',
    has: telling('deliveredLines'),
  },
  invoice: { what: 'invoice', fields: '`invoice.issued`', system: BILLING, of: 'order', has: telling('invoice.issued') },
  invoiceLines: { what: 'list of what was billed', fields: '`lines` of `invoice.issued`', system: BILLING, of: 'order', has: telling('invoiceLines') },
  answer: { what: 'answer to a survey', fields: '`feedback.received` with its `orderId`', system: 'the survey tool', of: 'order', has: telling('feedback.received') },
  dispatches: event('shipment.dispatched', 'dispatch', WAREHOUSE),
  deliveries: event('delivery.completed', 'delivery', `${CARRIER} or the warehouse`),
  dateChanges: {
    what: 'change of a promised date', fields: '`delivery.rescheduled`, or `order.amended` with a date', system: `${SHOP}, if it keeps changes instead of overwriting dates`, of: 'data',
    has: telling('dateChange'),
  },
  attempts: event('delivery.attempt_failed', 'failed attempt to deliver', CARRIER),
  exceptions: event('delivery.exception', 'damage or loss', CARRIER),
  substitutes: { what: 'substituted article', fields: '`substituteFor` in the `lines` of `delivery.completed`', system: WAREHOUSE, of: 'data', has: telling('substitute') },
  expedited: { what: 'expedited shipment', fields: '`expedited` of `shipment.dispatched`', system: WAREHOUSE, of: 'data', has: telling('expedited') },
  cancellations: event('order.cancelled', 'cancellation', SHOP),
  payments: event('payment.captured', 'payment', PAYMENTS),
  failedPayments: event('payment.failed', 'failed payment', PAYMENTS),
  refunds: event('refund.issued', 'refund', PAYMENTS),
  objections: anyEvent(['billing.disputed', 'invoice.corrected'], 'dispute or correction of a bill', BILLING),
  notices: anyEvent(['notification.sent', 'notification.failed'], 'notice to a customer', MESSAGES),
  statedDates: { what: 'notice that names a date', fields: '`statedDeliveryAt` of `notification.sent`', system: MESSAGES, of: 'data', has: telling('statedDate') },
  failedNotices: event('notification.failed', 'notice that failed', MESSAGES),
  contacts: anyEvent(['contact.opened', 'contact.reopened'], 'contact of a customer', DESK),
  resolutions: event('contact.resolved', 'end of a contact', DESK),
  incidents: event('incident.opened', 'incident that names its orders', 'the IT problem log'),
  audits: event('audit.recorded', 'audit', 'whoever looks at how work was done'),
} as const satisfies Readonly<Record<string, Need>>;
export type NeedName = keyof typeof NEEDS;
