import type { MeasureRow } from '../../contracts/measures.js';
import { VERDICTS } from '../../contracts/names.js';
import type { Standing } from '../../pipeline/measure-reader.js';
import { MEASURE_LABELS, type Metrics } from './metrics.js';

/** Values of one key of place that are shown, those with the most orders: more belong into a question to the API. */
const MOST_SHOWN = 25;

/** Sets the gauges of measures; a figure that is not defined any more has no series. */
export function createMeasureGauges({ measure, measureBy, ordersOpen, orders }: Pick<Metrics, 'measure' | 'measureBy' | 'ordersOpen' | 'orders'>) {
  return (rows: readonly MeasureRow[], { open, verdicts }: Standing): void => {
    measure.reset();
    for (const row of rows) if (row.value !== null && isBounded(row)) measure.set(labelsOf(row), row.value);
    measureBy.reset();
    for (const { key, value, figure, row } of shownPlaces(rows)) measureBy.set({ measure: row.measure, window: row.window, key, value }, figure);
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

interface PlaceRow {
  readonly key: string;
  readonly value: string;
  readonly figure: number;
  readonly row: MeasureRow;
}

function shownPlaces(rows: readonly MeasureRow[]): PlaceRow[] {
  const places = rows.flatMap((row) => {
    const figure = row.value;
    return figure === null ? [] : Object.entries(row.by ?? {}).map(([key, value]): PlaceRow => ({ key, value, figure, row }));
  });
  return [...new Set(places.map(({ key }) => key))].flatMap((key) => {
    const ofKey = places.filter((place) => place.key === key);
    const shown = largest(ofKey);
    return ofKey.filter(({ value, row }) => shown.has(value) && isMain(row));
  });
}

/** By orders placed in the window that has most of them. */
function largest(places: readonly PlaceRow[]): ReadonlySet<string> {
  const orders = new Map<string, number>();
  for (const { value, figure, row } of places) if (row.measure === 'orders_placed') orders.set(value, Math.max(orders.get(value) ?? 0, figure));
  return new Set([...orders].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, MOST_SHOWN).map(([value]) => value));
}

/** One figure a measure and value: the on-time rate that has no fault, and nothing of a single signal or answer. */
const isMain = ({ target, cohort, statistic, bucket, signal, pattern, touchpoint, task }: MeasureRow): boolean =>
  (target === undefined || (target === 'baseline' && cohort === 'due'))
  && [statistic, bucket, signal, pattern, touchpoint, task].every((label) => label === undefined);
