import type { Ratio } from './throughput-report.js';

/** A ratio, and what it must not be below (`least`) or above (`most`), where that is known. */
export interface Judged extends Ratio {
  readonly least?: number;
  readonly most?: number;
  /** What is aimed at beyond `least`. */
  readonly better?: number;
  /** Of the value; default: none, as it is a ratio. */
  readonly unit?: string;
}

/** What a row of the benchmark found. */
export interface Finding {
  readonly ratios: readonly Judged[];
  /** In Markdown. */
  readonly table: string;
  /** What was measured, in a sentence. */
  readonly note: string;
}

/** A Markdown table, which reads as one on a terminal too. */
export const tableOfRows = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...cells] = rows;
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
};

/** Does it keep what is asked of it? Nothing is asked where there are no bounds. */
export const keeps = ({ value, least = -Infinity, most = Infinity }: Judged): boolean => value >= least && value <= most;

/** Ratios first: they are what can be compared between machines. */
export function shownFinding({ ratios, table, note }: Finding): string {
  return [...ratios.map((ratio) => `- ${ratio.name}: ${shownValue(ratio)}${verdictOn(ratio)}`), '', table, '', note].join('\n');
}

function shownValue({ value, unit }: Judged): string {
  if (unit === undefined) return value.toFixed(2);
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${unit}`;
}

function verdictOn(ratio: Judged): string {
  const { value, least, most, better } = ratio;
  if (least === undefined && most === undefined) return '';
  const wanted = least === undefined ? `at most ${most ?? ''}` : `at least ${least}`;
  const aim = better === undefined ? '' : `; better ${better}${value >= better ? '' : ': not reached'}`;
  return ` (${wanted}${keeps(ratio) ? '' : ': not kept'}${aim})`;
}
