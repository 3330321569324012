import type { MeasureRow, MeasureWindow } from '../../contracts/measures.js';
import { FAMILIES } from './catalogue.js';
import type { Row, RowContext } from './family.js';
import { feedbackRows } from './feedback.js';
import type { Sums } from './quantities.js';

/** Which part of all orders, and what stretch of time, rows are for. */
export interface Scope {
  readonly window: MeasureWindow;
  /** Absent: all places. */
  readonly by?: MeasureRow['by'];
}

/** The measures that are sums over orders and answers, a row each, zeros and nulls included. */
export const rowsOf = (sums: Sums, context: RowContext, scope: Scope): MeasureRow[] =>
  [...FAMILIES.flatMap((family) => family.rows(sums, context)), ...feedbackRows(sums)].map((row) => scoped(row, scope));

/** Puts a row into its scope. */
export const scoped = ({ measure, ...row }: Row, { window, by }: Scope): MeasureRow => ({ measure, window, ...(by === undefined ? {} : { by }), ...row });
