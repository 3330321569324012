import type { MeasureCohort, MeasureTarget } from '../../contracts/measures.js';
import { rate, type MeasureFamily, type MeasuredOrder } from './family.js';
import { dueOf } from './promise-dates.js';
import { quantitiesOf, type Add, type Quantity, type Sums } from './quantities.js';

const TARGETS: readonly MeasureTarget[] = ['original', 'baseline', 'latest'];
const COHORTS: readonly MeasureCohort[] = ['delivered', 'due'];

const PARTS = ['delivered', 'delivered.on_time', 'due', 'due.on_time'] as const;
const QUANTITIES = {
  every: quantitiesOf('every', PARTS), original: quantitiesOf('original', PARTS), baseline: quantitiesOf('baseline', PARTS), latest: quantitiesOf('latest', PARTS),
} satisfies Record<string, Record<string, Quantity>>;

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
    const [original, baseline, latest] = TARGETS.map((target) => dueOf(target, measured.order));
    // Of most orders no promise was ever changed: one sum stands for all three.
    if (original === baseline && original === latest) return countBy('every', original, measured, add);
    countBy('original', original, measured, add);
    countBy('baseline', baseline, measured, add);
    countBy('latest', latest, measured, add);
  },

  rows: (sums) => TARGETS.flatMap((target) => COHORTS.map((cohort) =>
    rate('on_time_rate', sumOf(sums, target, `${cohort}.on_time`), sumOf(sums, target, cohort), { target, cohort }))),
};

const sumOf = (sums: Sums, target: MeasureTarget, what: (typeof PARTS)[number]): number =>
  sums.get(QUANTITIES.every[what]) + sums.get(QUANTITIES[target][what]);

function countBy(target: keyof typeof QUANTITIES, due: number | null | undefined, { order, delivered, cancelled }: MeasuredOrder, add: Add): void {
  if (due === null || due === undefined) return;
  const quantities = QUANTITIES[target];
  const onTime = delivered !== null && delivered.at <= due;
  if (delivered !== null) {
    add(quantities.delivered, delivered.at);
    if (onTime) add(quantities['delivered.on_time'], delivered.at);
  }
  if (cancelled !== null && cancelled.at <= due) return;
  if (order.history.end === null && (order.at <= due || !order.covered.has('logistics'))) return;
  // Of an order that ended before its promise passed this is known already, and counts from then on.
  add(quantities.due, due);
  if (onTime) add(quantities['due.on_time'], due);
}
