import type { Place, SourceTopic } from '../contracts/names.js';

/**
 * A fact: what one source event says of its order, reduced to what rules can use. Everything an assessment
 * needs is in its facts; free extra fields of the event are dropped.
 */

/** Who brought a change about. */
export type Party = 'customer' | 'company';

/**
 * A promise as given. `instant` is in ms since the epoch, or null where the text is a date (`YYYY-MM-DD`): the end
 * of that day in the order's zone, which only the whole journey knows.
 */
export interface Promised {
  readonly text: string;
  readonly instant: number | null;
}

export interface LineQuantity {
  readonly lineId: string;
  readonly quantity: number;
}
export interface OrderLine extends LineQuantity {
  readonly sku: string;
}
export interface DeliveredLine extends OrderLine {
  readonly substituteFor: string | null;
  /** null: not said. */
  readonly substitutionApproved: boolean | null;
}

interface Payment {
  readonly paymentId: string;
  readonly amountMinor: number;
  readonly reason: string | null;
}
interface Dispute {
  readonly invoiceId: string | null;
  readonly reason: string | null;
}
interface Notification {
  readonly notificationId: string;
  readonly channel: string;
  readonly about: NotificationAbout;
  readonly statedDelivery: Promised | null;
}
interface Contact {
  readonly contactId: string;
  readonly channel: string;
  readonly topic: string;
  readonly by: Party;
}
interface Incident {
  readonly incidentId: string;
  readonly system: string;
  readonly severity: 'minor' | 'major' | 'critical';
}

export type NotificationAbout =
  | 'order_confirmation' | 'dispatched' | 'delay' | 'reschedule' | 'substitution' | 'cancellation' | 'delivered' | 'other';

/** What is kept of each event type beyond the header; null stands for "not said". Money in minor units. */
export interface FactBodies {
  'order.placed': {
    readonly lines: readonly OrderLine[];
    readonly promisedDelivery: Promised | null;
    readonly requestedDelivery: Promised | null;
    readonly dispatchBy: Promised | null;
    readonly timeZone: string | null;
    readonly totalMinor: number | null;
    readonly currency: string | null;
  };
  'order.amended': {
    readonly by: Party;
    readonly lines: readonly OrderLine[] | null;
    readonly promisedDelivery: Promised | null;
    readonly totalMinor: number | null;
  };
  'order.cancelled': { readonly by: Party; readonly reason: string | null };
  'shipment.dispatched': { readonly shipmentId: string; readonly expedited: boolean; readonly lines: readonly LineQuantity[] | null };
  'delivery.rescheduled': { readonly by: Party; readonly newDelivery: Promised | null; readonly shipmentId: string | null; readonly reason: string | null };
  'delivery.attempt_failed': { readonly shipmentId: string | null; readonly reason: string | null };
  'delivery.exception': { readonly code: 'damaged' | 'lost'; readonly shipmentId: string | null; readonly lines: readonly LineQuantity[] | null };
  'delivery.completed': { readonly shipmentId: string | null; readonly lines: readonly DeliveredLine[] | null; readonly final: boolean };
  'invoice.issued': { readonly invoiceId: string; readonly totalMinor: number; readonly currency: string; readonly lines: readonly LineQuantity[] | null };
  'invoice.corrected': { readonly invoiceId: string; readonly totalMinor: number; readonly reason: string | null };
  'payment.captured': Payment;
  'payment.failed': Payment;
  'refund.issued': Payment;
  'billing.disputed': Dispute;
  'billing.dispute_resolved': Dispute;
  'notification.sent': Notification;
  'notification.failed': Notification;
  'contact.opened': Contact;
  'contact.reopened': Contact;
  'contact.resolved': Contact;
  'feedback.received': {
    readonly surveyId: string;
    readonly metric: 'nps' | 'csat' | 'ces';
    readonly score: number;
    readonly scaleMin: number;
    readonly scaleMax: number;
    readonly higherIsBetter: boolean;
    readonly touchpoint: string | null;
    readonly task: string | null;
  };
  'incident.opened': Incident;
  'incident.resolved': Incident;
  'audit.recorded': { readonly auditId: string; readonly step: SourceType; readonly observed: 'done' | 'done_poorly' | 'not_done' };
}

export type SourceType = keyof FactBodies;

/** What every fact carries. All facts have this one shape, so that reading them stays fast. */
export interface FactHeader {
  /** The event's id: unique per order. */
  readonly id: string;
  /** `occurredAt` in ms since the epoch. */
  readonly at: number;
  readonly customerId: string | null;
  readonly accountId: string | null;
  readonly place: Place | null;
  /** Where the record was read: evidence points there. The partition is the lane's and so isn't kept. */
  readonly topic: SourceTopic;
  readonly offset: number;
}

export type FactOf<T extends SourceType> = FactHeader & { readonly type: T; readonly body: FactBodies[T] };
/** A fact of any type; `type` tells the `body`. */
export type Fact = { [T in SourceType]: FactOf<T> }[SourceType];

/** Facts are placed by time, ties by id (rulings 2). */
export const byPlace = (a: FactHeader, b: FactHeader): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
