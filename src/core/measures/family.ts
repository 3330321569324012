import type { MeasureName, MeasureUnit } from '../../contracts/measures.js';
import type { Assessment } from '../assessment.js';
import type { FactOf } from '../fact.js';
import type { Case } from '../signals/rule.js';
import type { End } from '../timeline/history.js';
import type { Add, Sums } from './quantities.js';

/** An order that was placed, as measures look at it. */
export interface MeasuredOrder {
  readonly order: Case;
  readonly placed: FactOf<'order.placed'>;
  /** How and when it ended; one of them at the most. */
  readonly delivered: End | null;
  readonly cancelled: End | null;
  readonly signals: Assessment['signals'];
  readonly patterns: Assessment['patterns'];
}

/** A row of the measures without the window and the place that it is for. */
export interface Row {
  readonly measure: MeasureName;
  readonly value: number | null;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly unit: MeasureUnit;
  readonly [label: string]: string | number | null | readonly string[] | undefined;
}

/** What rows depend on besides sums. */
export interface RowContext {
  /** Names of the configured patterns, in their order: each has a row. */
  readonly patterns: readonly string[];
}

/** Measures that are made of the same quantities. */
export interface MeasureFamily {
  /** What one placed order adds: a function of its facts and of the time reached. */
  readonly count: (measured: MeasuredOrder, add: Add) => void;
  readonly rows: (sums: Sums, context: RowContext) => readonly Row[];
}

/** A share; null where there is nothing to take it of. */
export const rate = (measure: MeasureName, numerator: number, denominator: number, labels: Readonly<Record<string, string | number>> = {}): Row => ({
  measure, value: denominator === 0 ? null : numerator / denominator, numerator, denominator, unit: 'ratio', ...labels,
});
