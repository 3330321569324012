import { getOrInsert } from '../core/get-or-insert.js';
import { cellOfBucket } from '../core/measures/cells.js';
import { AmountSums, type Kept } from '../core/measures/increments.js';

/** Sums by cell. */
export type CellSums = Map<string, AmountSums>;

/** The sums of a value's cells. */
export const cellsUnder = (values: Map<string, CellSums>, value: string): CellSums => getOrInsert(values, value, () => new Map<string, AmountSums>());

export const sumsIn = (cells: CellSums, cell: string): AmountSums => getOrInsert(cells, cell, () => new AmountSums());

/** A cell says when; the amounts in it need not, and have this bucket. */
const NO_BUCKET = 0;

/** Adds amounts, as the journal has them, to the sums of the cells that they count in. */
export function putInCells(amounts: readonly Kept[], cellOf: (bucket: number) => string, cells: CellSums): void {
  let bucket = NaN;
  let sums: AmountSums | null = null;
  for (const entry of amounts) {
    if (sums === null || entry.bucket !== bucket) sums = sumsIn(cells, cellOf(entry.bucket));
    ({ bucket } = entry);
    sums.add(entry, NO_BUCKET);
  }
}

/** The cells of buckets at this time, ms, of which few are met again and again. */
export function cellsAt(at: number): (bucket: number) => string {
  const known = new Map<number, string>();
  return (bucket) => {
    let cell = known.get(bucket);
    if (cell === undefined) known.set(bucket, (cell = cellOfBucket(bucket, at)));
    return cell;
  };
}
