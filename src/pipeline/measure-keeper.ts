import { setImmediate as letOthersRun } from 'node:timers/promises';
import { PLACE_KEYS, type PlaceKey } from '../contracts/names.js';
import { getOrInsert } from '../core/get-or-insert.js';
import { coarserCell } from '../core/measures/cells.js';
import { isOfPair, OTHER_PAIR } from '../core/measures/feedback.js';
import type { Group, Kept } from '../core/measures/increments.js';
import { packAmounts, unpackAmounts, unpackPlaces } from '../core/measures/packed.js';
import { OTHER, QUANTITIES } from '../core/measures/quantities.js';
import { cellsAt, type CellSums, cellsUnder, putInCells, sumsIn } from './cell-sums.js';
import { type CellWrite, fieldOf, type MeasureStore, partsOfField } from './measure-store.js';

/** Entries taken from the journal at once. */
const ENTRIES = 512;
/** Cells added up in one go, with nothing else of the process running meanwhile: some milliseconds. */
const CELLS = 50;
/** Cells moved at once to coarser ones. */
const MOVES = 500;

export interface MeasureKeeper {
  /** Folds what waits in the journal into its cells. True: more may wait. */
  fold(token: string): Promise<boolean>;
  /** Moves sums that have become too old for the size of their cells. True: more may have. */
  coarsen(token: string): Promise<boolean>;
}

/** Sums as they are to be added to the store's: by key, value and cell. */
type Additions = Map<PlaceKey | null, Map<string, CellSums>>;

/**
 * Keeps a lane's cells. Only the owner does so; whoever asks meanwhile sees each amount once, in the journal or in a cell.
 * Values beyond `mostValues` of a place key, over all lanes, go under `other`, so that cells are bounded.
 */
export function createMeasureKeeper(lane: number, store: MeasureStore, mostValues: number, now: () => number): MeasureKeeper {
  const names = createNames(store, mostValues);
  const write = async (token: string, from: number, entries: number, additions: Additions, gone: readonly CellWrite[]): Promise<boolean> => {
    const cells = [...additions].flatMap(([key, values]) => [...values].flatMap(([value, sums]) => [...sums].map(([cell, added]) => ({ key, field: fieldOf(cell, value), added }))));
    const there = await store.cells(lane, cells);
    const writes: CellWrite[] = [];
    // Only the owner changes cells, and does one thing with them at a time: what was read stands until it is written.
    for (const { key, field, added } of cells) {
      for (const entry of unpackAmounts(there[writes.length] ?? '')) added.add(entry);
      const sums = added.list();
      if (writes.push({ key, field, sums: sums.length === 0 ? null : packAmounts(sums) }) % CELLS === 0) await letOthersRun();
    }
    return store.fold(lane, token, { from, entries, writes: [...gone, ...writes] });
  };
  return {
    async fold(token) {
      const { folded, entries } = await store.journal(lane, ENTRIES);
      if (entries.length === 0) return false;
      const groups = await names.bounded(entries.flatMap((entry) => unpackPlaces(entry.toString())));
      const additions: Additions = new Map();
      const cellOf = cellsAt(now());
      for (const { key, value, amounts } of groups) putInCells(amounts, cellOf, cellsUnder(valuesUnder(additions, key), value));
      return (await write(token, folded, entries.length, additions, [])) && entries.length === ENTRIES;
    },
    async coarsen(token) {
      const at = now();
      const old = (await Promise.all([null, ...PLACE_KEYS].map(async (key) => oldCells(key, await store.fields(lane, key), at)))).flat();
      const some = old.slice(0, MOVES);
      if (some.length === 0) return false;
      const { folded } = await store.journal(lane, 0);
      const sums = await store.cells(lane, some);
      const additions: Additions = new Map();
      some.forEach(({ key, target }, i) => {
        const { cell, value } = target;
        const into = sumsIn(cellsUnder(valuesUnder(additions, key), value), cell);
        for (const entry of unpackAmounts(sums[i] ?? '')) into.add(entry);
      });
      return (await write(token, folded, 0, additions, some.map(({ key, field }) => ({ key, field, sums: null })))) && old.length > some.length;
    },
  };
}

type CellOfValue = ReturnType<typeof partsOfField>;

const oldCells = (key: PlaceKey | null, fields: readonly string[], at: number): { readonly key: PlaceKey | null; readonly field: string; readonly target: CellOfValue }[] =>
  fields.flatMap((field) => {
    const { cell, value } = partsOfField(field);
    const coarser = coarserCell(cell, at);
    return coarser === null ? [] : [{ key, field, target: { cell: coarser, value } }];
  });

const valuesUnder = (additions: Additions, key: PlaceKey | null): Map<string, CellSums> => getOrInsert(additions, key, () => new Map<string, CellSums>());

/** Answers that are remembered, admitted or not; once there are more, the next fold asks for all of its names again. */
const REMEMBERED = 10_000;

/** Names that events make up: values of places, and pairs of touchpoint and task. */
function createNames(store: MeasureStore, most: number) {
  const known = new Map<string, boolean>();
  const ask = async (kind: string, names: ReadonlySet<string>): Promise<void> => {
    const unknown = [...names].filter((name) => !known.has(`${kind}|${name}`));
    if (unknown.length === 0) return;
    const answers = await store.admit(kind, unknown, most);
    unknown.forEach((name, i) => known.set(`${kind}|${name}`, answers[i] ?? false));
  };
  const isAdmitted = (kind: string, name: string): boolean => known.get(`${kind}|${name}`) === true;
  const bounded = (amounts: readonly Kept[]): readonly Kept[] =>
    (amounts.some(isPair) ? amounts.map((entry) => (isPair(entry) && !isAdmitted(PAIRS, entry.of) ? { ...entry, of: OTHER_PAIR } : entry)) : amounts);
  return {
    async bounded(groups: readonly Group[]): Promise<readonly Group[]> {
      // Not between two kinds: what is asked for first has to be known at the end.
      if (known.size > REMEMBERED) known.clear();
      const values = new Map(PLACE_KEYS.map((key) => [key, new Set<string>()]));
      const pairs = new Set<string>();
      let before: readonly Kept[] = [];
      for (const { key, value, amounts } of groups) {
        if (key !== null) values.get(key)?.add(value);
        // Those of one place follow each other, and are the same list.
        if (amounts !== before) for (const entry of amounts) if (isPair(entry)) pairs.add(entry.of);
        before = amounts;
      }
      for (const [key, names] of values) await ask(key, names);
      await ask(PAIRS, pairs);
      const last: { of: readonly Kept[]; bounded: readonly Kept[] } = { of: [], bounded: [] };
      return groups.map(({ key, value, amounts }) => {
        if (amounts !== last.of) Object.assign(last, { of: amounts, bounded: bounded(amounts) });
        return { key, value: key === null || isAdmitted(key, value) ? value : OTHER, amounts: last.bounded };
      });
    },
  };
}

const PAIRS = 'answers';
/** By the place of a quantity in the list of all: are its sums kept by pair, but for the one over all? */
const KEPT_BY_PAIR: readonly boolean[] = QUANTITIES.map((quantity) => isOfPair({ quantity, of: OTHER_PAIR }));
const isPair = ({ quantity, of }: Kept): boolean => of !== '' && KEPT_BY_PAIR[quantity] === true;
