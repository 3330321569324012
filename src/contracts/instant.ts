import { codeUnitAt } from './code-unit.js';

/**
 * Instants and dates as text. Hand-checked instead of `Date.parse`: that one accepts far more than RFC 3339, takes
 * 30 February for 1 March, and is slower. Every function here is total: what is no instant gives NaN.
 */

const MS_PER_DAY = 86_400_000;
/** More digits than any clock has; longer text is refused, since promises are kept as given. */
const LONGEST_INSTANT = 64;
const SHORTEST_INSTANT = '0000-01-01T00:00:00Z'.length;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The two digits at `i`, both within the text, as a number; -1 where there are none. */
const two = (text: string, i: number): number => {
  const tens = codeUnitAt(text, i) - 48;
  const ones = codeUnitAt(text, i + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
};

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar, years 0 to 9999. Years are counted from March, so that the
 * leap day is the last, and 400 years later, so that none is negative and whole division is a cheap cut.
 */
const daysSinceEpoch = (year: number, month: number, day: number): number => {
  const y = (month <= 2 ? year - 1 : year) + 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = (((153 * monthFromMarch + 2) / 5) | 0) + day - 1;
  return 365 * y + (y >> 2) - ((y / 100) | 0) + ((y / 400) | 0) + dayOfYear - 865_565;
};

/** Midnight UTC of the `YYYY-MM-DD` that a text of ten letters or more begins with, in ms since the epoch; NaN for a date that never was. */
const dayAt = (text: string): number => {
  const century = two(text, 0);
  const yearOfCentury = two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  if (century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1) return NaN;
  if (codeUnitAt(text, 4) !== 45 || codeUnitAt(text, 7) !== 45) return NaN;
  const year = century * 100 + yearOfCentury;
  const length = month === 2 && isLeap(year) ? 29 : (LENGTHS[month - 1] ?? 0);
  return day > length ? NaN : daysSinceEpoch(year, month, day) * MS_PER_DAY;
};

/** `Z`, `z` or `±hh:mm` that ends the text at `i`: its minutes east of UTC; NaN for anything else. */
const offsetAt = (text: string, i: number): number => {
  const { length } = text;
  if (i >= length) return NaN;
  const sign = codeUnitAt(text, i);
  if (sign === 90 || sign === 122) return length === i + 1 ? 0 : NaN;
  if ((sign !== 43 && sign !== 45) || length !== i + 6 || codeUnitAt(text, i + 3) !== 58) return NaN;
  const hours = two(text, i + 1);
  const minutes = two(text, i + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return NaN;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes);
};

/** A second of 60 only exists at the end of 30 June or 31 December UTC; it is counted as that day's last millisecond. */
const leapSecond = (minuteStart: number): number => {
  const next = new Date(minuteStart + 60_000);
  const first = next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0;
  const month = next.getUTCMonth();
  return first && (month === 0 || month === 6) ? minuteStart + 59_999 : NaN;
};

/** The text read last, which is checked first and then read: it need not be taken apart twice. */
let lastText = '';
let lastInstant = NaN;

/**
 * Ms since the epoch of an RFC 3339 instant with an offset (`T` and `Z` in either case, `-00:00` read as UTC), finer
 * digits than milliseconds cut off; NaN for anything else, such as a date that never was or a missing offset.
 */
export const parseInstant = (text: string): number => {
  if (text !== lastText) {
    lastInstant = readInstant(text);
    lastText = text;
  }
  return lastInstant;
};

const readInstant = (text: string): number => {
  const { length } = text;
  if (length < SHORTEST_INSTANT || length > LONGEST_INSTANT) return NaN;
  const separator = codeUnitAt(text, 10);
  if (separator !== 84 && separator !== 116) return NaN;
  const day = dayAt(text);
  const hours = two(text, 11);
  const minutes = two(text, 14);
  const seconds = two(text, 17);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return NaN;
  if (codeUnitAt(text, 13) !== 58 || codeUnitAt(text, 16) !== 58) return NaN;
  let i = 19;
  let millis = 0;
  if (codeUnitAt(text, 19) === 46) {
    let scale = 100;
    for (i = 20; i < length; i += 1) {
      const digit = codeUnitAt(text, i) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (scale >= 1) millis += digit * scale;
      scale /= 10;
    }
    if (i === 20) return NaN;
  }
  const minuteStart = day + (hours * 60 + minutes - offsetAt(text, i)) * 60_000;
  return seconds === 60 ? leapSecond(minuteStart) : minuteStart + seconds * 1000 + millis;
};

/** RFC 3339 with an offset, see {@link parseInstant}. */
export const isInstant = (text: string): boolean => !Number.isNaN(parseInstant(text));

/** A date of the calendar, `YYYY-MM-DD`. */
export const isDate = (text: string): boolean => text.length === 10 && !Number.isNaN(dayAt(text));

/** An instant, or a date that stands for the end of its day in a zone that only the whole order knows. */
export const isPromise = (text: string): boolean => (text.length === 10 ? isDate(text) : isInstant(text));
