import type { MeasureRow, Measures } from '../../src/contracts/measures.js';

/** Holds measures against those of an independent reference. */

/** Statistics that sketches tell. */
const SKETCHED = /^p\d+$/;
const OF_SKETCH = 0.01;
/** Sums of integers may differ from a reference's floating point by so much. */
const OF_FLOATS = 1e-9;

/** What tells one row from another. */
const LABELS = ['measure', 'window', 'target', 'cohort', 'statistic', 'signal', 'pattern', 'bucket', 'process', 'touchpoint', 'task'] as const;

type Row = Readonly<Record<string, unknown>>;

export interface Comparison {
  /** Numbers that were compared, and of these those that have to be equal to the last digit. */
  readonly figures: number;
  readonly exact: number;
  /** In words; none where all agree. */
  readonly differences: readonly string[];
}

const keyOf = (row: Row): string => JSON.stringify(LABELS.map((label) => row[label] ?? null));

/** Every row of the reference, and every figure in it: counts exactly, means and deviations to 1e-9, quantiles to 1 %. */
export function compareMeasures(found: Measures, reference: readonly Row[]): Comparison {
  const overall = new Map(found.filter(({ by }) => by === undefined).map((row): [string, MeasureRow] => [keyOf(row), row]));
  const differences: string[] = [];
  let figures = 0;
  let exact = 0;
  for (const expected of reference) {
    const row: Row | undefined = overall.get(keyOf(expected));
    for (const [name, value] of Object.entries(expected)) {
      if (name === 'unit' || (LABELS as readonly string[]).includes(name)) continue;
      figures += 1;
      const tolerance = toleranceOf(expected, name, value);
      if (tolerance === 0) exact += 1;
      if (!agree(row?.[name], value, tolerance)) differences.push(`${keyOf(expected)} ${name}: ${String(row?.[name])} for ${String(value)}`);
    }
  }
  return { figures, exact, differences };
}

function toleranceOf({ statistic }: Row, name: string, value: unknown): number {
  if (name !== 'value' && name !== 'standardError') return 0;
  if (typeof statistic === 'string' && SKETCHED.test(statistic)) return OF_SKETCH;
  return Number.isInteger(value) && statistic === undefined ? 0 : OF_FLOATS;
}

function agree(found: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof found === 'number' && typeof expected === 'number') return Math.abs(found - expected) <= tolerance * Math.abs(expected);
  return JSON.stringify(found) === JSON.stringify(expected);
}
