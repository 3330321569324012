import type { MeasureName } from '../../contracts/measures.js';
import type { MeasureFamily, Row } from './family.js';
import { promisedAt } from './promise-dates.js';
import type { Sums } from './quantities.js';
import { addDuration, figuresOf, type Spread } from './spread.js';

/**
 * Of delivered orders, counted at the final delivery (rulings 73):
 * - `delivery_delay_seconds`: final delivery - original promise, negative when early.
 * - `order_cycle_seconds`: final delivery - placing; SCOR's RS.1.1, order fulfillment cycle time.
 *
 * A row per `statistic`: mean and sample deviation over exact values, percentiles by nearest rank, at most 1 % off.
 */
export const durations: MeasureFamily = {
  count({ order, placed, delivered }, add) {
    if (delivered === null) return;
    const promised = promisedAt('original', order);
    if (promised !== null) addDuration('delay', delivered.at, delivered.at - promised, add);
    addDuration('cycle', delivered.at, delivered.at - placed.at, add);
  },

  rows: (sums) => [...rowsOf('delivery_delay_seconds', 'delay', sums), ...rowsOf('order_cycle_seconds', 'cycle', sums)],
};

function rowsOf(measure: MeasureName, what: Spread, sums: Sums): Row[] {
  const { n, mean, sd, percentile } = figuresOf(what, sums);
  const values = { mean, sd, p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99) };
  return Object.entries(values).map(([statistic, value]) => ({ measure, value, statistic, denominator: n, unit: 'seconds' }));
}
