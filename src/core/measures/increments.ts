import { PLACE_KEYS, type Place, type PlaceKey } from '../../contracts/names.js';
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

/** Amounts under one value of a place key; key null: all of them. */
export interface Group {
  readonly key: PlaceKey | null;
  readonly value: string;
  /** As `keep` gives them. */
  readonly amounts: readonly Kept[];
}

/** What a step adds to the measures, summed up: to the whole, and under each value of the places. */
export interface Increments {
  /** @param amounts as `keep` gives them */
  add(place: Place, amounts: readonly Kept[]): void;
  /** What doesn't come to nothing; empties it. */
  take(): Group[];
}

/** @param coarsen says, as of the present, under which bucket what lies in a bucket is to be added up; absent: under its own */
export function createIncrements(coarsen: () => (bucket: number) => number = () => (bucket) => bucket): Increments {
  let bucketFor: ((bucket: number) => number) | null = null;
  // There are far fewer places than orders: what is of one place is summed up before it goes under each of the place's values.
  let places = new Map<string, PlaceSums>();
  return {
    add(place, amounts) {
      if (amounts.length === 0) return;
      bucketFor ??= coarsen();
      const name = nameOf(place);
      let of = places.get(name);
      if (of === undefined) places.set(name, (of = { place, sums: new Map() }));
      for (const entry of amounts) {
        const bucket = bucketFor(entry.bucket);
        addTo(of.sums, keyOf(bucket, entry), bucket, entry);
      }
    },
    take() {
      const groups = groupsOf(places.values());
      places = new Map();
      bucketFor = null;
      return groups;
    },
  };
}

interface PlaceSums {
  readonly place: Place;
  readonly sums: Sums;
}

/** Places have one name if they have the same values, whatever characters those are made of. */
function nameOf(place: Place): string {
  let name = '';
  for (const key of PLACE_KEYS) {
    const value = place[key] ?? '';
    name += `${value.length}:${value}`;
  }
  return name;
}

/** The sums of all places, and those under each value of a place key, without those that come to nothing. */
function groupsOf(places: Iterable<PlaceSums>): Group[] {
  const whole: Sums = new Map();
  const parts = new Map<PlaceKey, Map<string, Sums>>(PLACE_KEYS.map((key) => [key, new Map<string, Sums>()]));
  for (const { place, sums } of places) {
    const all = [whole];
    for (const [key, values] of parts) {
      const value = place[key];
      if (value !== undefined && value !== '') all.push(sumsUnder(values, value));
    }
    for (const [key, sum] of sums) for (const each of all) addTo(each, key, sum.bucket, sum);
  }
  const groups: Group[] = [{ key: null, value: '', amounts: listed(whole) }];
  for (const [key, values] of parts) for (const [value, sums] of values) groups.push({ key, value, amounts: listed(sums) });
  return groups.filter(({ amounts }) => amounts.length > 0);
}

function sumsUnder(values: Map<string, Sums>, value: string): Sums {
  let sums = values.get(value);
  if (sums === undefined) values.set(value, (sums = new Map<number | string, Sum>()));
  return sums;
}

/** Adds lists of amounts up; what comes to nothing is gone. Each list by itself is best sorted. */
export function addUp(...lists: readonly (readonly Kept[])[]): Kept[] {
  const sums: Sums = new Map();
  for (const list of lists) grow(sums, list);
  return listed(sums);
}

/** A sum while it grows; changed in place, since every amount of every order passes through several. */
interface Sum extends Kept {
  amount: number;
}
/** By what is summed up; where there is but one of a quantity by a number, and a small one, which a map finds faster. */
type Sums = Map<number | string, Sum>;

/** More than there are quantities. */
const QUANTITIES_AT_MOST = 128;
/** The bucket that is counted from: of 2021, so that those of a century around it make small numbers. */
const ORIGIN = 2_700_000;

const keyOf = (bucket: number, { quantity, of }: Kept): number | string => {
  const key = (bucket - ORIGIN) * QUANTITIES_AT_MOST + quantity;
  return of === '' ? key : `${key}:${of}`;
};

function grow(sums: Sums, amounts: readonly Kept[]): void {
  for (const entry of amounts) addTo(sums, keyOf(entry.bucket, entry), entry.bucket, entry);
}

function addTo(sums: Sums, key: number | string, bucket: number, { quantity, of, amount }: Kept): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { bucket, quantity, of, amount });
  else sum.amount += amount;
}

function listed(sums: Sums): Kept[] {
  const all: Kept[] = [];
  for (const sum of sums.values()) if (sum.amount !== 0) all.push(sum);
  return all.sort(inOrder);
}
