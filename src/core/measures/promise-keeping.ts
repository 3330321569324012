import { brokenDates, dateOverdueAt } from '../signals/broken-reschedule.js';
import { rate, type MeasureFamily } from './family.js';

/**
 * Of placed orders that weren't cancelled:
 * - `promise_revisions_per_order`: how often a promise in force was replaced by another date or by none, by either side /
 *   those orders. Both are counted at the placing, so that a window compares the same orders (rulings 74).
 * - `reschedule_kept_rate`: dates that the company moved the delivery to and that were in force at a final delivery not
 *   after them / those and the ones that passed in force; counted at the delivery, or when they passed (rulings 31, 75).
 */
export const promiseKeeping: MeasureFamily = {
  count({ order, placed, delivered, cancelled }, add) {
    if (cancelled !== null) return;
    const { periods, latest } = order.history.promises;
    add('kept_orders', placed.at);
    let revisions = 0;
    for (const { closedBy } of periods) if (closedBy === 'company' || closedBy === 'customer') revisions += 1;
    if (revisions > 0) add('revisions', placed.at, revisions);
    const kept = delivered !== null && latest !== null && latest.companysNewDate && delivered.at <= dateOverdueAt(latest, order);
    if (kept) add('reschedule.kept', delivered.at);
    for (const period of brokenDates(order)) add('reschedule.broken', Math.max(dateOverdueAt(period, order), period.since));
  },

  rows(sums) {
    const kept = sums.get('reschedule.kept');
    return [
      rate('promise_revisions_per_order', sums.get('revisions'), sums.get('kept_orders')),
      rate('reschedule_kept_rate', kept, kept + sums.get('reschedule.broken')),
    ];
  },
};
