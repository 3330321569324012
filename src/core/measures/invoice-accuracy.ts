import { rate, type MeasureFamily } from './family.js';
import { firstInvoice } from './first-invoice.js';

/**
 * `invoice_accuracy_rate`: orders with an `invoice.issued` and without `billing_error`, put right or not / orders with an
 * `invoice.issued`; not cancelled ones, counted at the first invoice (rulings 77).
 */
export const invoiceAccuracy: MeasureFamily = {
  count({ order, cancelled, signals }, add) {
    const invoice = cancelled === null ? firstInvoice(order.history) : null;
    if (invoice === null) return;
    add('invoiced', invoice.at);
    if (!signals.some(({ signal }) => signal === 'billing_error')) add('invoiced.accurate', invoice.at);
  },

  rows: (sums) => [rate('invoice_accuracy_rate', sums.get('invoiced.accurate'), sums.get('invoiced'))],
};
