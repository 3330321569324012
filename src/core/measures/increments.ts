import { PLACE_KEYS, type Place, type PlaceKey } from '../../contracts/names.js';
import { getOrInsert } from '../get-or-insert.js';
import { valuesOf } from '../place.js';
import { QUANTITIES, type Quantity } from './quantities.js';

/**
 * Amounts as they are kept: by bucket, the stretch of BUCKET_MS in which they count, and by the place of their quantity in
 * the list of all.
 */
export interface Kept {
  readonly bucket: number;
  readonly quantity: number;
  readonly of: string;
  readonly amount: number;
}

/** The finest stretch of time that windows are made of; ms. */
export const BUCKET_MS = 600_000;
export const bucketOf = (at: number): number => Math.floor(at / BUCKET_MS);

/** Where a quantity stands in the list of all. */
const INDEX: ReadonlyMap<Quantity, number> = new Map(QUANTITIES.map((quantity, index) => [quantity, index]));

export const inOrder = (a: Kept, b: Kept): number =>
  a.bucket - b.bucket || a.quantity - b.quantity || (a.of < b.of ? -1 : a.of > b.of ? 1 : 0);

export const kept = (quantity: Quantity, at: number, amount = 1, of = ''): Kept => ({ bucket: bucketOf(at), quantity: INDEX.get(quantity) ?? 0, of, amount });

/** Sorted by bucket and quantity, each of them once: two lists of the same amounts are equal. The list given is used up. */
export function keep(amounts: Kept[]): readonly Kept[] {
  sort(amounts);
  let last: Kept | undefined;
  let isUnique = true;
  for (const entry of amounts) {
    if (last !== undefined && inOrder(last, entry) === 0) isUnique = false;
    last = entry;
  }
  return isUnique ? amounts : addUp(amounts);
}

/** By insertion: an order has a few dozen amounts at the most, most of them in their places. */
function sort(amounts: Kept[]): void {
  for (let i = 1; i < amounts.length; i++) {
    const entry = amounts[i];
    if (entry === undefined) return;
    let at = i;
    for (let before = amounts[at - 1]; before !== undefined && inOrder(before, entry) > 0; before = amounts[at - 1]) amounts[at--] = before;
    amounts[at] = entry;
  }
}

/** What has to be added for `before` to become `now`; both as `keep` gives them. */
export function difference(before: readonly Kept[], now: readonly Kept[]): Kept[] {
  const changes: Kept[] = [];
  let i = 0;
  for (const entry of now) {
    for (let old = before[i]; old !== undefined && inOrder(old, entry) < 0; old = before[++i]) changes.push(negative(old));
    const same = before[i];
    if (same === undefined || inOrder(same, entry) !== 0) changes.push(entry);
    else {
      i += 1;
      if (same.amount !== entry.amount) changes.push({ ...entry, amount: entry.amount - same.amount });
    }
  }
  for (; i < before.length; i++) {
    const old = before[i];
    if (old !== undefined) changes.push(negative(old));
  }
  return changes;
}

export const negative = (entry: Kept): Kept => ({ ...entry, amount: -entry.amount });

/** What is added at one place. */
export interface PlaceAmounts {
  readonly place: Place;
  /** As `keep` gives them. */
  readonly amounts: readonly Kept[];
}

/** Amounts under one value of a place key; key null: all of them. */
export interface Group {
  readonly key: PlaceKey | null;
  readonly value: string;
  /** As `keep` gives them. */
  readonly amounts: readonly Kept[];
}

/** Where amounts of a place count: in the whole, and under each value that the place names. */
export function groupsOf({ place, amounts }: PlaceAmounts): Group[] {
  const groups: Group[] = [{ key: null, value: '', amounts }];
  for (const key of PLACE_KEYS) {
    const value = place[key];
    if (value !== undefined && value !== '') groups.push({ key, value, amounts });
  }
  return groups;
}

/** What a step adds to the measures, summed up by place. */
export interface Increments {
  /** @param amounts as `keep` gives them */
  add(place: Place, amounts: readonly Kept[]): void;
  /** What doesn't come to nothing; empties it. */
  take(): PlaceAmounts[];
}

/** @param coarsen says, as of the present, under which bucket what lies in a bucket is to be added up; absent: under its own */
export function createIncrements(coarsen: () => (bucket: number) => number = () => (bucket) => bucket): Increments {
  let places = new Map<string, { readonly place: Place; readonly lists: (readonly Kept[])[] }>();
  return {
    add(place, amounts) {
      if (amounts.length > 0) getOrInsert(places, nameOf(place), () => ({ place, lists: [] })).lists.push(amounts);
    },
    take() {
      const all: PlaceAmounts[] = [];
      const bucketFor = coarsen();
      for (const { place, lists } of places.values()) {
        const amounts = coarsened(lists, bucketFor);
        if (amounts.length > 0) all.push({ place, amounts });
      }
      places = new Map();
      return all;
    },
  };
}

/** All of the lists under coarser buckets, as `keep` gives them. Most places have one order in a step, whose few amounts are sorted faster than summed up. */
function coarsened(lists: readonly (readonly Kept[])[], bucketFor: (bucket: number) => number): readonly Kept[] {
  const [first = []] = lists;
  if (lists.length === 1) return keep(first.map(({ bucket, quantity, of, amount }) => ({ bucket: bucketFor(bucket), quantity, of, amount })));
  const sums = new AmountSums();
  for (const list of lists) for (const entry of list) sums.add(entry, bucketFor(entry.bucket));
  return sums.list();
}

/** Places have one name if they have the same values, whatever characters those are made of. */
function nameOf(place: Place): string {
  let name = '';
  for (const value of valuesOf(place)) name += value === undefined ? '0:' : `${value.length}:${value}`;
  return name;
}

/** Adds lists of amounts up; what comes to nothing is gone. Each list by itself is best sorted. */
export function addUp(...lists: readonly (readonly Kept[])[]): Kept[] {
  const sums = new AmountSums();
  for (const list of lists) for (const entry of list) sums.add(entry);
  return sums.list();
}

/** A sum while it grows; changed in place, since every amount of every order passes through several. */
interface Sum extends Kept {
  amount: number;
}

/** More than there are quantities. */
const QUANTITIES_AT_MOST = 128;
/** The bucket that is counted from: of 2021, so that those of a century around it make small numbers. */
const ORIGIN = 2_700_000;

/** Amounts that are added up one by one. */
export class AmountSums {
  /** By bucket and quantity, as one number, and a small one, which a map finds faster. */
  readonly #sums = new Map<number, Sum>();
  /** Where there is more than one of a quantity. */
  readonly #named = new Map<number, Map<string, Sum>>();

  /** @param bucket under which it counts, where that isn't its own */
  add({ bucket: own, quantity, of, amount }: Kept, bucket = own): void {
    const key = (bucket - ORIGIN) * QUANTITIES_AT_MOST + quantity;
    let sums: Map<number | string, Sum> = this.#sums;
    let name: number | string = key;
    if (of !== '') {
      const named = this.#named.get(key);
      if (named === undefined) this.#named.set(key, (sums = new Map<string, Sum>()));
      else sums = named;
      name = of;
    }
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { bucket, quantity, of, amount });
    else sum.amount += amount;
  }

  /** As `keep` gives them; what comes to nothing is gone. */
  list(): Kept[] {
    const all: Kept[] = [];
    for (const sums of [this.#sums, ...this.#named.values()]) for (const sum of sums.values()) if (sum.amount !== 0) all.push(sum);
    return all.sort(inOrder);
  }
}
