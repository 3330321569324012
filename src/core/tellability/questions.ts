import type { MeasureName } from '../../contracts/measures.js';
import type { SignalName } from '../../contracts/names.js';
import type { NeedName } from './needs.js';
import { tells, tellsAny, type OrderTold } from './told.js';

/** A question that a company asks of its orders, and what data must have to answer it. */
export interface Question {
  readonly asks: string;
  readonly signals: readonly SignalName[];
  readonly measures: readonly MeasureName[];
  readonly of: Concern;
  readonly needs: readonly NeedName[];
  /** What would be gained; follows "It would show". */
  readonly shows: string;
}

/** The orders that a question is about. */
export interface Concern {
  readonly words: string;
  /** The same of a single order. */
  readonly one: string;
  readonly covers: (told: OrderTold) => boolean;
}

const PLACED: Concern = { words: 'orders', one: 'order', covers: (told) => tells(told, 'placed') };
/** Some of the placed orders. */
const those = (words: string, one: string, covers: Concern['covers']): Concern => ({ words, one, covers: (told) => PLACED.covers(told) && covers(told) });
const KEPT = those('orders that were not cancelled', 'order that was not cancelled', (told) => !tells(told, 'cancelled'));
const DISPATCHED = those('orders that left the house', 'order that left the house', (told) => tellsAny(told, ['delivered', 'shipment.dispatched']));
const DELIVERED = those('delivered orders', 'delivered order', (told) => tells(told, 'delivered'));
const INVOICED = those('orders with an invoice', 'order with an invoice', (told) => tells(told, 'invoice.issued'));
const CALLED_OFF = those('cancelled orders that were paid', 'cancelled order that was paid', (told) => tells(told, 'cancelled') && tells(told, 'payment.captured'));
const CHANGED = those('orders whose promised date was moved or missed', 'order whose promised date was moved or missed', (told) => tellsAny(told, ['dateChange', 'late']));
const IN_TOUCH = those('orders whose customer was in touch', 'order whose customer was in touch', (told) => tellsAny(told, ['contact.opened', 'contact.reopened']));
const NOTIFIED = those('orders with a notice', 'order with a notice', (told) => tellsAny(told, ['notification.sent', 'notification.failed']));

/** In the order in which a customer lives through them. */
export const QUESTIONS: readonly Question[] = [
  { asks: 'How many orders are there, and how many arrive?', signals: [], measures: ['orders_placed', 'orders_delivered', 'signal_count', 'pattern_count', 'customers_hurt'], of: PLACED, needs: ['deliveries'],
    shows: 'what was promised and is still owed' },
  { asks: 'Which orders does the company call off?', signals: ['cancelled_by_company'], measures: ['orders_cancelled'], of: PLACED, needs: ['cancellations'],
    shows: 'which orders the company could not fulfil, and why' },
  { asks: 'Do orders leave the house in time?', signals: ['late_dispatch'], measures: ['on_time_dispatch_rate'], of: KEPT, needs: ['dispatchBy', 'dispatches'],
    shows: 'whether lateness begins in the house or on the road' },
  { asks: 'Do deliveries keep their first promise?', signals: ['late_delivery'], measures: ['on_time_rate', 'orders_overdue_open', 'delivery_delay_seconds'], of: KEPT, needs: ['promise', 'deliveries'],
    shows: 'who waits longer than promised, how long, and where' },
  { asks: 'How long do orders take, and how evenly?', signals: [], measures: ['order_cycle_seconds', 'within_customer_sd_seconds'], of: KEPT, needs: ['dispatches', 'deliveries'],
    shows: 'which step takes the time, and which customers never know what to expect' },
  { asks: 'Are promised dates moved, and do the new ones hold?', signals: ['broken_reschedule', 'repeated_reschedule', 'reschedule_without_date'], measures: ['promise_revisions_per_order', 'reschedule_kept_rate'],
    of: KEPT, needs: ['promise', 'dateChanges'], shows: 'orders that look punctual only because their date was moved' },
  { asks: 'Were customers told when their date was moved or missed?', signals: ['change_not_notified', 'change_notified_late'], measures: ['change_notice'], of: CHANGED, needs: ['notices'],
    shows: 'who heard of a delay in time, too late, or never: a moved date is forgiven, silence is not' },
  { asks: 'Is what customers are told true?', signals: ['inaccurate_update', 'inconsistent_updates'], measures: [], of: NOTIFIED, needs: ['statedDates'],
    shows: 'notices that name a date which nobody promised, or contradict each other' },
  { asks: 'Do notices reach the customers?', signals: ['notification_failed'], measures: [], of: NOTIFIED, needs: ['failedNotices'], shows: 'customers who were told nothing though a notice was sent' },
  { asks: 'Does the carrier meet the customer?', signals: ['delivery_attempt_failed'], measures: [], of: DISPATCHED, needs: ['attempts'], shows: 'deliveries that took several attempts' },
  { asks: 'Do goods arrive whole?', signals: ['damaged', 'lost'], measures: [], of: DISPATCHED, needs: ['exceptions'], shows: 'what is broken or lost on the way, and with whom' },
  { asks: 'Does all arrive that was ordered?', signals: ['quantity_shortfall', 'quantity_overage'], measures: ['in_full_rate', 'on_time_in_full_rate', 'perfect_order_rate', 'unit_fill_rate'], of: DELIVERED,
    needs: ['orderedLines', 'deliveredLines'], shows: 'orders that count as delivered while a part of them is missing' },
  { asks: 'Are articles substituted, with consent?', signals: ['substitution'], measures: [], of: DELIVERED, needs: ['substitutes'], shows: 'customers who got something else than they chose' },
  { asks: 'Does the bill match the order?', signals: ['billing_error'], measures: ['invoice_accuracy_rate'], of: DELIVERED, needs: ['total', 'invoice'], shows: 'customers who were billed too much or too little' },
  { asks: 'Are goods billed that did not come?', signals: ['billing_error'], measures: [], of: INVOICED, needs: ['invoiceLines', 'deliveredLines'], shows: 'customers who pay for what they never got' },
  { asks: 'Is no more taken than billed?', signals: ['billing_error'], measures: [], of: INVOICED, needs: ['payments'], shows: 'customers who paid twice, or too much' },
  { asks: 'Do customers get their money back in time?', signals: ['billing_error'], measures: [], of: CALLED_OFF, needs: ['refunds'], shows: 'whose money is kept after a cancellation' },
  { asks: 'Do customers have to object to their bills?', signals: ['billing_error'], measures: [], of: INVOICED, needs: ['objections'], shows: 'bills that were wrong by the customer\'s word' },
  { asks: 'Do payments fail?', signals: ['payment_failed'], measures: [], of: PLACED, needs: ['failedPayments'], shows: 'orders that were nearly lost at the till' },
  { asks: 'Do customers have to ask, and to ask again?', signals: ['repeat_contact'], measures: ['contact_rate'], of: PLACED, needs: ['contacts'], shows: 'which failures make customers call, and what the calls cost' },
  { asks: 'Are their questions answered?', signals: ['contact_unresolved'], measures: [], of: IN_TOUCH, needs: ['resolutions'], shows: 'customers who were left without an answer' },
  { asks: 'Which orders do IT problems affect?', signals: ['incident_affected'], measures: [], of: PLACED, needs: ['incidents'], shows: 'what an outage costs in orders and customers' },
  { asks: 'What do customers say of it?', signals: ['poor_feedback'], measures: ['nps', 'csat', 'ces'], of: DELIVERED, needs: ['answer'], shows: 'which failures customers mind, by their own word' },
  { asks: 'Was work done that is recorded as done?', signals: ['recorded_not_done'], measures: [], of: PLACED, needs: ['audits'], shows: 'records that say what nobody did' },
  { asks: 'How many shipments are hurried?', signals: [], measures: ['expedited_rate'], of: DISPATCHED, needs: ['expedited'], shows: 'lateness that was bought off with express freight' },
];
