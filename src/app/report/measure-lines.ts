import type { MeasureRow, Measures } from '../../contracts/measures.js';
import type { CoverableSource } from '../../contracts/names.js';
import { span } from '../../core/story/words.js';
import { columns, grouped, share } from './layout.js';

/** Which rows a reader of the report sees, in this order; those that rest on nothing are left out. */
interface Shown {
  readonly words: string;
  readonly row: Partial<MeasureRow>;
  /** Where this source is silent, none says nothing. */
  readonly source?: CoverableSource;
}

const SHOWN: readonly Shown[] = [
  { words: 'on time, of those delivered', row: { measure: 'on_time_rate', target: 'baseline', cohort: 'delivered' } },
  { words: 'on time, of those due', row: { measure: 'on_time_rate', target: 'baseline', cohort: 'due' } },
  { words: 'on time by the latest promise, of those due', row: { measure: 'on_time_rate', target: 'latest', cohort: 'due' } },
  { words: 'dispatched on time', row: { measure: 'on_time_dispatch_rate' } },
  { words: 'in full', row: { measure: 'in_full_rate' } },
  { words: 'on time and in full', row: { measure: 'on_time_in_full_rate' } },
  { words: 'perfect orders', row: { measure: 'perfect_order_rate' } },
  { words: 'new dates kept', row: { measure: 'reschedule_kept_rate' } },
  { words: 'billed right', row: { measure: 'invoice_accuracy_rate' } },
  { words: 'customer had to ask', row: { measure: 'contact_rate' }, source: 'contacts' },
  { words: 'from order to delivery, median', row: { measure: 'order_cycle_seconds', statistic: 'p50' } },
  { words: 'from order to delivery, 9 of 10 within', row: { measure: 'order_cycle_seconds', statistic: 'p90' } },
  { words: 'NPS', row: { measure: 'nps' } },
  { words: 'satisfied (CSAT)', row: { measure: 'csat' } },
  { words: 'found it easy (CES)', row: { measure: 'ces' } },
];

/** The main measures over all orders; `measures.json` has every one. */
export function measureLines(measures: Measures, covered: ReadonlySet<CoverableSource>): string[] {
  const whole = measures.filter(({ by, touchpoint, task }) => by === undefined && touchpoint === undefined && task === undefined);
  const rows = SHOWN.filter(({ source }) => source === undefined || covered.has(source)).flatMap(({ words, row }) => {
    const found = whole.find((candidate) => matches(candidate, row));
    return found === undefined || found.value === null ? [] : [[words, valueOf(found, found.value), basisOf(found)]];
  });
  return columns(rows, [0, 2]);
}

const matches = (candidate: MeasureRow, wanted: Partial<MeasureRow>): boolean =>
  Object.entries(wanted).every(([label, value]) => candidate[label as keyof MeasureRow] === value);

function valueOf({ unit, numerator = 0, denominator = 0, standardError }: MeasureRow, value: number): string {
  if (unit === 'seconds') return span(value * 1_000);
  if (unit === 'points') return `${value.toFixed(0)} ± ${(standardError ?? 0).toFixed(0)}`;
  return share(numerator, denominator);
}

const basisOf = ({ denominator = 0, unknown = 0 }: MeasureRow): string =>
  `of ${grouped(denominator)}${unknown > 0 ? `, ${grouped(unknown)} unknown` : ''}`;
