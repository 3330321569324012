import { getOrInsert } from '../core/get-or-insert.js';
import { cellOfBucket } from '../core/measures/cells.js';
import type { Kept } from '../core/measures/increments.js';
import { QUANTITIES } from '../core/measures/quantities.js';

/** A cell says when; the amounts in it need not, and have this bucket. */
const NO_BUCKET = 0;

/** Sums by name, changed in place. */
type NamedSums = Map<string, { amount: number }>;

/** The sums of one cell. Of thousands of orders many amounts come down to few sums, so each has its place by its quantity. */
export class CellAmounts {
  readonly #plain = new Array<number>(QUANTITIES.length).fill(0);
  /** Of quantities that are kept by name. */
  readonly #named: (NamedSums | undefined)[] = new Array<NamedSums | undefined>(QUANTITIES.length).fill(undefined);

  add({ quantity, of, amount }: Kept): void {
    if (of === '') {
      this.#plain[quantity] = (this.#plain[quantity] ?? 0) + amount;
      return;
    }
    const named: NamedSums = (this.#named[quantity] ??= new Map<string, { amount: number }>());
    const sum = named.get(of);
    if (sum === undefined) named.set(of, { amount });
    else sum.amount += amount;
  }

  /** As `keep` gives them; what comes to nothing is gone. Of quantities that a newer version kept, too: then the lists are longer than ours. */
  list(): Kept[] {
    const all: Kept[] = [];
    const put = (quantity: number, of: string, amount: number): void => {
      if (amount !== 0) all.push({ bucket: NO_BUCKET, quantity, of, amount });
    };
    for (let quantity = 0; quantity < Math.max(this.#plain.length, this.#named.length); quantity++) {
      put(quantity, '', this.#plain[quantity] ?? 0);
      const named = this.#named[quantity];
      if (named === undefined) continue;
      for (const [of, { amount }] of [...named].sort(([a], [b]) => (a < b ? -1 : 1))) put(quantity, of, amount);
    }
    return all;
  }
}

/** Sums by cell. */
export type CellSums = Map<string, CellAmounts>;

/** The sums of a value's cells. */
export const cellsUnder = (values: Map<string, CellSums>, value: string): CellSums => getOrInsert(values, value, () => new Map<string, CellAmounts>());

export const sumsIn = (cells: CellSums, cell: string): CellAmounts => getOrInsert(cells, cell, () => new CellAmounts());

/** Adds amounts, as the journal has them, to the sums of the cells that they count in. */
export function putInCells(amounts: readonly Kept[], cellOf: (bucket: number) => string, cells: CellSums): void {
  let bucket = NaN;
  let cell = '';
  let sums: CellAmounts | null = null;
  for (const entry of amounts) {
    if (sums === null || entry.bucket !== bucket) {
      ({ bucket } = entry);
      const next = cellOf(bucket);
      if (sums === null || next !== cell) sums = sumsIn(cells, (cell = next));
    }
    sums.add(entry);
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
