import { codeUnitAt } from '../../contracts/code-unit.js';
import { NOTICE_BUCKETS, PLACE_KEYS, SIGNALS, VERDICTS, type Place, type PlaceKey } from '../../contracts/names.js';
import { type Group, groupsOf, type Kept, type PlaceAmounts } from './increments.js';
import { placeInList, placeValues } from './packed-place.js';
import { QUANTITIES, type Quantity } from './quantities.js';

/**
 * Amounts as text that can stand in JSON as it is: numbers in base 64, five bits a character and the sixth for "more
 * follows", the lowest first. Buckets and quantities are told by their distance to the one before, so that an amount of 1
 * takes a character or two.
 */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
/** By character code. */
const VALUES: readonly number[] = Array.from({ length: 128 }, (_, code) => DIGITS.indexOf(String.fromCharCode(code)));
const MORE = 32;

/** Names that have a number; their order is stored, so new ones go to the end. Others are written out. */
const NAMED: Partial<Record<Quantity, readonly string[]>> = { signal: SIGNALS, change_notice: NOTICE_BUCKETS, verdict: VERDICTS };
const NAMES: readonly (readonly string[] | undefined)[] = QUANTITIES.map((quantity) => NAMED[quantity]);

interface Reading {
  readonly text: string;
  readonly length: number;
  at: number;
}

/** @param amounts as `keep` gives them */
export function packAmounts(amounts: readonly Kept[]): string {
  let bucket = 0;
  let quantity = 0;
  for (const entry of amounts) {
    const next = entry.bucket !== bucket;
    if (next) quantity = 0;
    const step = entry.quantity - quantity;
    putDigits(step * 8 + (next ? 4 : 0) + (entry.of === '' ? 0 : 2) + (entry.amount === 1 ? 0 : 1));
    if (next) putSigned(entry.bucket - bucket);
    if (entry.of !== '') putName(entry);
    if (entry.amount !== 1) putSigned(entry.amount);
    ({ bucket, quantity } = entry);
  }
  return written();
}

/** @throws RangeError when the text isn't what `packAmounts` wrote */
export function unpackAmounts(text: string): Kept[] {
  const { length } = text;
  const reading: Reading = { text, length, at: 0 };
  const amounts: Kept[] = [];
  let bucket = 0;
  let quantity = 0;
  while (reading.at < length) {
    const head = takeDigits(reading);
    const flags = head % 8;
    if (flags >= 4) {
      bucket += takeSigned(reading);
      quantity = 0;
    }
    quantity += (head - flags) / 8;
    const of = flags % 4 >= 2 ? takeName(reading, quantity) : '';
    amounts.push({ bucket, quantity, of, amount: flags % 2 === 1 ? takeSigned(reading) : 1 });
  }
  return amounts;
}

/** By its number, from 1 on; or 0, its length, and the name. */
function putName({ quantity, of }: Kept): void {
  const known = NAMES[quantity]?.indexOf(of) ?? -1;
  putDigits(known + 1);
  if (known >= 0) return;
  putDigits(of.length);
  text = written() + of;
}

function takeName(reading: Reading, quantity: number): string {
  const known = takeDigits(reading);
  if (known > 0) return NAMES[quantity]?.[known - 1] ?? damaged();
  const length = takeDigits(reading);
  const of = reading.text.slice(reading.at, reading.at + length);
  if (of.length < length) damaged();
  reading.at += length;
  return of;
}

/** What was written, but for the last characters, which have a room of their own: a text that grows by single ones is a chain of as many pieces. */
let text = '';
const room = Buffer.alloc(1024);
let used = 0;
/** More characters than a number takes. */
const MOST_DIGITS = 16;

function putDigits(value: number): void {
  if (used > room.length - MOST_DIGITS) text = written();
  let rest = value;
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) room[used++] = CODES[(rest % MORE) + MORE] as number;
  room[used++] = CODES[rest] as number;
}

/** The sign is the lowest bit; exact within ±2^52. */
const putSigned = (value: number): void => { putDigits(value < 0 ? -2 * value - 1 : 2 * value); };

/** All of it; what is written next begins anew. */
function written(): string {
  const whole = text + room.toString('latin1', 0, used);
  text = '';
  used = 0;
  return whole;
}

function takeDigits(reading: Reading): number {
  let value = 0;
  for (let scale = 1; ; scale *= MORE) {
    const digit = reading.at < reading.length ? (VALUES[codeUnitAt(reading.text, reading.at)] ?? -1) : -1;
    if (digit < 0) damaged();
    reading.at += 1;
    value += (digit % MORE) * scale;
    if (digit < MORE) return value;
  }
}

function takeSigned(reading: Reading): number {
  const value = takeDigits(reading);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function damaged(): never {
  throw new RangeError('packed amounts of measures are damaged');
}

/** As JSON: [place, amounts, place, amounts...], a place as `placeValues` has it. */
export const packPlaces = (places: readonly PlaceAmounts[]): string =>
  JSON.stringify(places.flatMap(({ place, amounts }) => [placeValues(place), packAmounts(amounts)]));

type PackedPlace = readonly (string | null)[];

/**
 * What `packPlaces` wrote, by where it counts. Versions with lanes of format 4 and before wrote it as it counts: [key, value, amounts, key, value, amounts...].
 * @throws RangeError, SyntaxError when the text is neither
 */
export function unpackPlaces(text: string): Group[] {
  const parts = JSON.parse(text) as readonly (string | PackedPlace)[];
  if (typeof parts[0] === 'string') return unpackGroups(parts as readonly string[]);
  const groups: Group[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) groups.push(...groupsOf({ place: placeIn(parts[i]), amounts: unpackAmounts(textIn(parts[i + 1])) }));
  return groups;
}

const placeIn = (part: string | PackedPlace | undefined): Place => (Array.isArray(part) ? placeInList(part) : damaged());
const textIn = (part: unknown): string => (typeof part === 'string' ? part : damaged());

function unpackGroups(parts: readonly string[]): Group[] {
  const groups: Group[] = [];
  for (let i = 0; i + 2 < parts.length; i += 3) {
    const [key, value = '', amounts = ''] = parts.slice(i, i + 3);
    groups.push({ key: key === '' ? null : keyNamed(key), value, amounts: unpackAmounts(amounts) });
  }
  return groups;
}

const keyNamed = (name: string | undefined): PlaceKey => PLACE_KEYS.find((key) => key === name) ?? damaged();
