import { parseInstant } from '../../contracts/instant.js';
import { getOrInsert } from '../../core/get-or-insert.js';
import { wallClockIn } from '../../core/zoned-days.js';
import { kindOf, ValueFault } from './value-fault.js';

/** A time as clocks on a wall show it: the ms at which a UTC clock would show the same, and its offset where the text says one. */
interface Shown {
  readonly at: number;
  /** Minutes east of UTC. */
  readonly offset: number | null;
}
type Reader = (text: string) => Shown | null;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Formats come from maps, which have few. */
const FORMATS_KEPT = 1_000;

/**
 * Ms since the epoch of a time as text. Without a format: RFC 3339, or the same without its offset, with a blank for the `T`, to
 * the minute, or a date alone (its first instant). @throws ValueFault when it is none, or has no offset and `zone` is null.
 */
export function instantOf(text: string, format: string | null, zone: string | null): number {
  if (format === null) {
    const at = parseInstant(text);
    if (!Number.isNaN(at)) return at;
  }
  const shown = (format === null ? readUsual : readerOf(format))(text);
  if (shown === null) throw new ValueFault(format === null ? `time: ${kindOf(text)} is no time such as 2026-03-01 09:30:00` : `time: ${kindOf(text)} is no time of the form ${format}`);
  if (shown.offset !== null) return shown.at - shown.offset * MINUTE;
  if (zone === null) throw new ValueFault('time: it has no offset, and the map names no `zone`');
  return zone === 'UTC' ? shown.at : fromWall(shown.at, zone);
}

/** The date (`YYYY-MM-DD`) that a text begins with, or that it is in this format. @throws ValueFault */
export function dateOf(text: string, format: string | null): string {
  const shown = (format === null ? readUsual : readerOf(format))(text);
  if (shown === null) throw new ValueFault(`date: ${kindOf(text)} is no date${format === null ? ' such as 2026-03-01' : ` of the form ${format}`}`);
  return dateText(shown.at);
}

/** The date that clocks in this zone show at an instant. */
export function dateIn(at: number, zone: string): string {
  return dateText(zone === 'UTC' ? at : at + offsetAt(at, zone));
}

const dateText = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
};

/** Offsets per zone and UTC day: those at its beginning and end, of which all days but two a year have only one. */
const offsets = new Map<string, Map<number, readonly [number, number]>>();
const DAYS_KEPT = 50_000;

/** How far clocks in a zone are ahead of UTC at an instant; ms. */
function offsetAt(at: number, zone: string): number {
  const days = getOrInsert(offsets, zone, () => new Map<number, readonly [number, number]>());
  const day = Math.floor(at / DAY);
  let known = days.get(day);
  if (known === undefined) {
    if (days.size >= DAYS_KEPT) days.clear();
    const clock = wallClockIn(zone);
    known = [clock(day * DAY) - day * DAY, clock((day + 1) * DAY) - (day + 1) * DAY];
    days.set(day, known);
  }
  return known[0] === known[1] ? known[0] : wallClockIn(zone)(at) - at;
}

/** Of a time that a zone's clocks show twice the first; of one that they leap over, that by the offset before the leap. */
function fromWall(shown: number, zone: string): number {
  const before = offsetAt(shown - DAY, zone);
  const after = offsetAt(shown + DAY, zone);
  if (before === after) return shown - before;
  const first = shown - Math.max(before, after);
  const second = shown - Math.min(before, after);
  if (first + offsetAt(first, zone) === shown) return first;
  return second + offsetAt(second, zone) === shown ? second : shown - before;
}

const USUAL = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/;

function readUsual(text: string): Shown | null {
  if (text.length > 40) return null;
  const found = USUAL.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = found;
  return shownOf([year, month, day, hour, minute, second].map(Number), milliseconds(fraction), offsetOf(zone));
}

const milliseconds = (fraction: string): number => Number(fraction.slice(0, 3).padEnd(3, '0'));

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text.startsWith('-') ? -minutes : minutes;
}

/** Null for a time that never was, such as 30 February. */
function shownOf(parts: readonly number[], ms: number, offset: number | null): Shown | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const date = new Date(at);
  const isReal = year >= 1000 && month >= 1 && month <= 12 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal ? { at, offset } : null;
}

/** What a format may name: the part of a time that it reads, and how it is written. */
const PARTS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})', MM: '(?<month>\\d{2})', M: '(?<month>\\d{1,2})', DD: '(?<day>\\d{2})', D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})', H: '(?<hour>\\d{1,2})', hh: '(?<half>\\d{2})', h: '(?<half>\\d{1,2})', A: '(?<noon>[AaPp][Mm])',
  mm: '(?<minute>\\d{2})', ss: '(?<second>\\d{2})', SSS: '(?<fraction>\\d{1,9})', Z: '(?<zone>Z|[+-]\\d{2}:?\\d{2})',
};
const PART = /YYYY|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A|Z/g;

/** What is wrong with a format of times; null: nothing. */
export function formatFault(format: string): string | null {
  const named = format.match(PART) ?? [];
  if (new Set(named.map((part) => PARTS[part]?.slice(0, 6))).size < named.length) return 'it names a part twice';
  const missing = ['YYYY', 'M', 'D'].filter((part) => !format.includes(part));
  return missing.length > 0 ? `it has no ${missing.join(' and no ')}; known are YYYY, MM, M, DD, D, HH, H, hh, h, A, mm, ss, SSS, Z` : null;
}

const readers = new Map<string, Reader>();

function readerOf(format: string): Reader {
  const known = readers.get(format);
  if (known !== undefined) return known;
  const fault = formatFault(format);
  if (fault !== null) throw new ValueFault(`the form of a time can't be used: ${fault}`);
  const pattern = new RegExp(`^${format.split(PART).map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).reduce((text, literal, i) => `${text}${PARTS[(format.match(PART) ?? [])[i - 1] ?? ''] ?? ''}${literal}`)}$`);
  const reader: Reader = (text) => {
    const found = text.length > 60 ? undefined : pattern.exec(text.trim())?.groups;
    if (found === undefined) return null;
    const { year, month, day, hour = '0', half, noon = '', minute = '0', second = '0', fraction = '', zone } = found;
    const hours = half === undefined ? Number(hour) : (Number(half) % 12) + (noon.toUpperCase() === 'PM' ? 12 : 0);
    return shownOf([Number(year), Number(month), Number(day), hours, Number(minute), Number(second)], milliseconds(fraction), offsetOf(zone));
  };
  if (readers.size >= FORMATS_KEPT) readers.clear();
  readers.set(format, reader);
  return reader;
}
