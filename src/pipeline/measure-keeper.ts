import { PLACE_KEYS, type PlaceKey } from '../contracts/names.js';
import { cellOfBucket, coarserCell } from '../core/measures/cells.js';
import { isOfPair, OTHER_PAIR } from '../core/measures/feedback.js';
import { addUp, type Group, type Kept } from '../core/measures/increments.js';
import { packAmounts, unpackAmounts, unpackGroups } from '../core/measures/packed.js';
import { OTHER, QUANTITIES } from '../core/measures/quantities.js';
import { type CellWrite, fieldOf, type MeasureStore, partsOfField } from './measure-store.js';

/** Entries taken from the journal at once. */
const ENTRIES = 256;
/** Cells moved at once to coarser ones. */
const MOVES = 500;

export interface MeasureKeeper {
  /** Folds what waits in the journal into its cells. True: more may wait. */
  fold(token: string): Promise<boolean>;
  /** Moves sums that have become too old for the size of their cells. True: more may have. */
  coarsen(token: string): Promise<boolean>;
}

/** Sums by key and field, as they are to be added to the store's. */
type Additions = Map<PlaceKey | null, Map<string, (readonly Kept[])[]>>;

/**
 * Keeps a lane's cells. Only the owner does so; whoever asks meanwhile sees each amount once, in the journal or in a cell.
 * Values beyond `mostValues` of a place key, over all lanes, go under `other`, so that cells are bounded.
 */
export function createMeasureKeeper(lane: number, store: MeasureStore, mostValues: number, now: () => number): MeasureKeeper {
  const names = createNames(store, mostValues);
  const write = async (token: string, from: number, entries: number, additions: Additions, gone: readonly CellWrite[]): Promise<boolean> => {
    const cells = [...additions].flatMap(([key, fields]) => [...fields].map(([field, lists]) => ({ key, field, lists })));
    const there = await store.cells(lane, cells);
    const writes = cells.map(({ key, field, lists }, i): CellWrite => {
      const sums = addUp(unpackAmounts(there[i] ?? ''), ...lists);
      return { key, field, sums: sums.length === 0 ? null : packAmounts(sums) };
    });
    return store.fold(lane, token, { from, entries, writes: [...gone, ...writes] });
  };
  return {
    async fold(token) {
      const { folded, entries } = await store.journal(lane, ENTRIES);
      if (entries.length === 0) return false;
      const groups = await names.bounded(entries.flatMap((entry) => unpackGroups(entry.toString())));
      const additions: Additions = new Map();
      const at = now();
      for (const { key, value, amounts } of groups) for (const [cell, sums] of byCell(amounts, at)) push(additions, key, fieldOf(cell, value), sums);
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
      some.forEach(({ key, target }, i) => { push(additions, key, target, unpackAmounts(sums[i] ?? '')); });
      return (await write(token, folded, 0, additions, some.map(({ key, field }) => ({ key, field, sums: null })))) && old.length > some.length;
    },
  };
}

const oldCells = (key: PlaceKey | null, fields: readonly string[], at: number): { readonly key: PlaceKey | null; readonly field: string; readonly target: string }[] =>
  fields.flatMap((field) => {
    const { cell, value } = partsOfField(field);
    const coarser = coarserCell(cell, at);
    return coarser === null ? [] : [{ key, field, target: fieldOf(coarser, value) }];
  });

function push(additions: Additions, key: PlaceKey | null, field: string, sums: readonly Kept[]): void {
  let fields = additions.get(key);
  if (fields === undefined) additions.set(key, (fields = new Map<string, (readonly Kept[])[]>()));
  const lists = fields.get(field);
  if (lists === undefined) fields.set(field, [sums]);
  else lists.push(sums);
}

/** A cell says when; the amounts in it need not. */
function byCell(amounts: readonly Kept[], at: number): Map<string, Kept[]> {
  const cells = new Map<string, Kept[]>();
  for (const entry of amounts) {
    const cell = cellOfBucket(entry.bucket, at);
    const kept = { ...entry, bucket: 0 };
    const list = cells.get(cell);
    if (list === undefined) cells.set(cell, [kept]);
    else list.push(kept);
  }
  return cells;
}

/** Answers that are remembered, admitted or not; beyond, all are asked for again. */
const REMEMBERED = 10_000;

/** Names that events make up: values of places, and pairs of touchpoint and task. */
function createNames(store: MeasureStore, most: number) {
  const known = new Map<string, boolean>();
  const ask = async (kind: string, names: ReadonlySet<string>): Promise<void> => {
    const unknown = [...names].filter((name) => !known.has(`${kind}|${name}`));
    if (unknown.length === 0) return;
    if (known.size > REMEMBERED) known.clear();
    const answers = await store.admit(kind, [...names], most);
    [...names].forEach((name, i) => known.set(`${kind}|${name}`, answers[i] ?? false));
  };
  const isAdmitted = (kind: string, name: string): boolean => known.get(`${kind}|${name}`) === true;
  const boundedAmount = (entry: Kept): Kept => (isPair(entry) && !isAdmitted(PAIRS, entry.of) ? { ...entry, of: OTHER_PAIR } : entry);
  return {
    async bounded(groups: readonly Group[]): Promise<readonly Group[]> {
      for (const key of PLACE_KEYS) await ask(key, new Set(groups.filter((group) => group.key === key).map(({ value }) => value)));
      await ask(PAIRS, new Set(groups.flatMap(({ amounts }) => amounts.filter(isPair).map(({ of }) => of))));
      return groups.map(({ key, value, amounts }) => ({
        key, value: key === null || isAdmitted(key, value) ? value : OTHER, amounts: amounts.map(boundedAmount),
      }));
    },
  };
}

const PAIRS = 'answers';
const isPair = ({ quantity, of }: Kept): boolean => {
  const name = QUANTITIES[quantity];
  return name !== undefined && isOfPair({ quantity: name, of });
};
