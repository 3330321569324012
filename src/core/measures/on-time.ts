import type { MeasureCohort, MeasureTarget } from '../../contracts/measures.js';
import { rate, type MeasureFamily, type MeasuredOrder } from './family.js';
import { dueOf } from './promise-dates.js';
import type { Add } from './quantities.js';

const TARGETS: readonly MeasureTarget[] = ['original', 'baseline', 'latest'];
const COHORTS: readonly MeasureCohort[] = ['delivered', 'due'];

/**
 * `on_time_rate` by `target` and `cohort`: delivered at or before the promise + tolerance, of
 * - `delivered`: the delivered orders that had that promise at delivery. What is usually reported, and flatters: an order
 *   that never comes is in no row. Counted at the final delivery.
 * - `due`: all orders whose promise + tolerance is less than the time reached, but for those cancelled at or before it, and
 *   those not ended while logistics isn't covered. Counted when the promise fell due (rulings 23, 68).
 *
 * SCOR calls the share of orders delivered by the customer's commit date RL.2.2.
 */
export const onTime: MeasureFamily = {
  count(measured, add) {
    for (const target of TARGETS) countTarget(target, measured, add);
  },

  rows: (sums) => TARGETS.flatMap((target) => COHORTS.map((cohort) =>
    rate('on_time_rate', sums.get(`${target}.${cohort}.on_time`), sums.get(`${target}.${cohort}`), { target, cohort }))),
};

function countTarget(target: MeasureTarget, { order, delivered, cancelled }: MeasuredOrder, add: Add): void {
  const due = dueOf(target, order);
  if (due === null) return;
  const onTime = delivered !== null && delivered.at <= due;
  if (delivered !== null) {
    add(`${target}.delivered`, delivered.at);
    if (onTime) add(`${target}.delivered.on_time`, delivered.at);
  }
  if (cancelled !== null && cancelled.at <= due) return;
  if (order.history.end === null && (order.at <= due || !order.covered.has('logistics'))) return;
  // Of an order that ended before its promise passed this is known already, and counts from then on.
  add(`${target}.due`, due);
  if (onTime) add(`${target}.due.on_time`, due);
}
