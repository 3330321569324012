import type { MeasureRow } from '../../contracts/measures.js';
import { VERDICTS } from '../../contracts/names.js';
import type { Standing } from '../../pipeline/measure-reader.js';
import { MEASURE_LABELS, type Metrics } from './metrics.js';

/** Sets the gauges of measures; a figure that is not defined any more has no series. */
export function createMeasureGauges({ measure, ordersOpen, orders }: Pick<Metrics, 'measure' | 'ordersOpen' | 'orders'>) {
  return (rows: readonly MeasureRow[], { open, verdicts }: Standing): void => {
    measure.reset();
    for (const row of rows) if (row.value !== null && isBounded(row)) measure.set(labelsOf(row), row.value);
    ordersOpen.set(open);
    for (const verdict of VERDICTS) orders.set({ verdict }, verdicts.get(verdict) ?? 0);
  };
}

const isBounded = ({ by, touchpoint, task }: MeasureRow): boolean => by === undefined && touchpoint === undefined && task === undefined;

function labelsOf(row: MeasureRow): Partial<Record<(typeof MEASURE_LABELS)[number], string>> {
  const labels: Partial<Record<(typeof MEASURE_LABELS)[number], string>> = {};
  for (const name of MEASURE_LABELS) {
    const value = row[name];
    if (value !== undefined) labels[name] = value;
  }
  return labels;
}
