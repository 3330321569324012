import { setImmediate as letOthersRun } from 'node:timers/promises';
import { MEASURE_WINDOWS, type MeasureRow, type MeasureWindow } from '../contracts/measures.js';
import type { PlaceKey, Verdict } from '../contracts/names.js';
import { getOrInsert } from '../core/get-or-insert.js';
import { isAhead, isInWindow } from '../core/measures/cells.js';
import { createCustomerTally, type CustomerTally } from '../core/measures/customers.js';
import type { RowContext } from '../core/measures/family.js';
import type { Kept } from '../core/measures/increments.js';
import { unpackAmounts, unpackPlaces } from '../core/measures/packed.js';
import { createTally, isAheadOfTime, OTHER, QUANTITIES, type Sums, type Tally } from '../core/measures/quantities.js';
import { rowsOf, type Scope, scoped } from '../core/measures/rows.js';
import { cellsAt, type CellSums, cellsUnder, putInCells } from './cell-sums.js';
import { createCustomerTallies } from './customer-tallies.js';
import { type MeasureStore, partsOfField } from './measure-store.js';

export interface MeasureReaderParts {
  readonly store: MeasureStore;
  readonly lanes: number;
  readonly context: RowContext;
  readonly now: () => number;
}

/** How orders stand, of all that were ever measured. */
export interface Standing {
  /** Placed, and neither delivered nor cancelled. */
  readonly open: number;
  readonly verdicts: ReadonlyMap<Verdict, number>;
}

/** Measures over all lanes, whoever owns them: each worker gives the same answer. */
export interface MeasureReader {
  /** Rows over all orders, and with `by` also of each value of that key, sorted. */
  rows(windows: readonly MeasureWindow[], by: PlaceKey | null): Promise<MeasureRow[]>;
  /** Rows of each value of that key alone, sorted. */
  rowsBy(windows: readonly MeasureWindow[], by: PlaceKey): Promise<MeasureRow[]>;
  /** Rows over all orders in every window, and how orders stand, of one reading. */
  overview(): Promise<{ readonly rows: MeasureRow[]; readonly standing: Standing }>;
}

/** Sums by value of the key ('' for the whole). */
type Parts = Map<string, Tally>;

/** Lanes asked at once. */
const AT_ONCE = 8;

export function createMeasureReader({ store, lanes, context, now }: MeasureReaderParts): MeasureReader {
  /** Adds up the lanes one after the other, and lets everything else of the process go on in between: what is read of one need not stay. */
  const sum = async (key: PlaceKey | null, windows: readonly MeasureWindow[]): Promise<Map<MeasureWindow, Parts>> => {
    const at = now();
    const cellOf = cellsAt(at);
    const sums = new Map(windows.map((window): [MeasureWindow, Parts] => [window, new Map<string, Tally>()]));
    const take = (cell: string, value: string, amounts: readonly Kept[]): void => {
      const counting = isAhead(cell, at) ? amounts.filter(hasHappened) : amounts;
      for (const [window, parts] of sums) if (isInWindow(cell, window, at)) addTo(getOrInsert(parts, value, createTally), counting);
    };
    for (let first = 0; first < lanes; first += AT_ONCE) {
      const views = await Promise.all(Array.from({ length: Math.min(AT_ONCE, lanes - first) }, (_, i) => store.view(first + i, key)));
      for (const { journal, cells } of views) {
        for (const [field, packed] of cells) {
          const { cell, value } = partsOfField(field);
          take(cell, value, unpackAmounts(packed));
        }
        for (const [value, waiting] of journaled(journal, key, cellOf)) for (const [cell, added] of waiting) take(cell, value, added.list());
        await letOthersRun();
      }
    }
    return sums;
  };
  const tallyCustomers = createCustomerTallies(store, lanes, now);
  const rowsIn = (scope: Scope, tally: Tally | undefined, customers: CustomerTally | undefined): MeasureRow[] => [
    ...rowsOf(tally ?? createTally(), context, scope), ...(customers ?? createCustomerTally()).rows().map((row) => scoped(row, scope)),
  ];
  const rowsFrom = async (windows: readonly MeasureWindow[], whole: ReadonlyMap<MeasureWindow, Parts> | null, by: PlaceKey | null): Promise<MeasureRow[]> => {
    const parts = by === null ? null : await sum(by, windows);
    const nameOf = (window: MeasureWindow, value: string): string => (parts?.get(window)?.has(value) === true ? value : OTHER);
    const customers = await tallyCustomers({ windows, key: by, nameOf });
    return windows.flatMap((window) => {
      const [tallies, of] = [parts?.get(window), customers.get(window)];
      const values = by === null ? [] : [...new Set([...(tallies?.keys() ?? []), ...(of?.keys() ?? [])])].filter((value) => value !== '').sort();
      return [
        ...(whole === null ? [] : rowsIn({ window }, whole.get(window)?.get(''), of?.get(''))),
        ...values.flatMap((value) => rowsIn({ window, ...(by === null ? {} : { by: { [by]: value } }) }, tallies?.get(value), of?.get(value))),
      ];
    });
  };
  return {
    rows: async (windows, by) => rowsFrom(windows, await sum(null, windows), by),
    rowsBy: (windows, by) => rowsFrom(windows, null, by),
    async overview() {
      const whole = await sum(null, MEASURE_WINDOWS);
      return { rows: await rowsFrom(MEASURE_WINDOWS, whole, null), standing: standingIn(whole.get('all')?.get('') ?? createTally()) };
    },
  };
}

const standingIn = (all: Sums): Standing => ({
  open: all.get('placed') - all.get('delivered') - all.get('cancelled'),
  verdicts: all.each('verdict') as ReadonlyMap<Verdict, number>,
});

/** What entries of the journal add under each value of the key, summed up by cell: many of them add to the same few. */
function journaled(entries: readonly Buffer[], key: PlaceKey | null, cellOf: (bucket: number) => string): ReadonlyMap<string, CellSums> {
  const values = new Map<string, CellSums>();
  for (const entry of entries) {
    for (const group of unpackPlaces(entry.toString())) if (group.key === key) putInCells(group.amounts, cellOf, cellsUnder(values, group.value));
  }
  return values;
}

const hasHappened = ({ quantity }: Kept): boolean => {
  const name = QUANTITIES[quantity];
  return name !== undefined && !isAheadOfTime(name);
};

function addTo(tally: Tally, amounts: readonly Kept[]): void {
  for (const { quantity, of, amount } of amounts) {
    const name = QUANTITIES[quantity];
    if (name !== undefined) tally.add(name, of, amount);
  }
}
