/** Every event type of the contract's section 2, by topic, in the order of its table. Append only: stored facts count on it. */
export const SOURCE_EVENT_TYPES = [
  'order.placed', 'order.amended', 'order.cancelled',
  'shipment.dispatched', 'delivery.rescheduled', 'delivery.attempt_failed', 'delivery.exception', 'delivery.completed',
  'invoice.issued', 'invoice.corrected', 'payment.captured', 'payment.failed', 'refund.issued',
  'billing.disputed', 'billing.dispute_resolved',
  'notification.sent', 'notification.failed',
  'contact.opened', 'contact.reopened', 'contact.resolved',
  'feedback.received',
  'incident.opened', 'incident.resolved',
  'audit.recorded',
] as const;
export type SourceEventType = (typeof SOURCE_EVENT_TYPES)[number];
