import { hash } from 'node:crypto';
import type { Value } from './definition.js';
import { dateIn, dateOf, instantOf } from './local-time.js';
import { exactNumber, minorUnits, numberOf, textOfNumber } from './money.js';
import { kindOf, ValueFault } from './value-fault.js';

/** What a map settles for all of its expressions. */
export interface MapSettings {
  readonly zone: string | null;
  readonly currency: string | null;
  readonly decimal: '.' | ',';
}

/** A function that expressions may call, beside the language's own. Null stands for a value that is missing, and passes through. */
export interface MapFunction {
  readonly name: string;
  /** The types that it takes, one list for each way to call it, as the language writes them. */
  readonly takes: readonly (readonly string[])[];
  readonly gives: string;
  readonly about: string;
  readonly call: (...values: Value[]) => Value;
}

const TIME = 'google.protobuf.Timestamp';
const scalars = ['string', 'double', 'int', 'null'];
const each = (types: readonly string[], ...more: readonly string[]): string[][] => types.map((type) => [type, ...more]);

/** Every function there is; docs/maps.md lists them from here. */
export function mapFunctions(settings: MapSettings): readonly MapFunction[] {
  return [...timeFunctions(settings), ...amountFunctions(settings), ...listFunctions(), ...textFunctions()];
}

function timeFunctions({ zone }: MapSettings): MapFunction[] {
  const time = (value: Value, format: Value = null, itsZone: Value = zone): Value => {
    if (value === null || value instanceof Date) return value;
    const form = format === null ? null : textOf(format, 'time');
    if (typeof value === 'string') return new Date(instantOf(value, form, itsZone === null ? null : textOf(itsZone, 'time')));
    if (typeof value !== 'number' && typeof value !== 'bigint') throw new ValueFault(`time: ${kindOf(value)} is no time`);
    if (form !== 'seconds' && form !== 'milliseconds') throw new ValueFault("time: of a number say whether it counts 'seconds' or 'milliseconds'");
    const at = new Date(Number(value) * (form === 'seconds' ? 1000 : 1));
    if (Number.isNaN(at.getTime())) throw new ValueFault('time: the number is beyond all times');
    return at;
  };
  const date = (value: Value, format: Value = null): Value => {
    if (value === null) return null;
    if (typeof value === 'string') return dateOf(value, format === null ? null : textOf(format, 'date'));
    if (!(value instanceof Date)) throw new ValueFault(`date: ${kindOf(value)} is no date`);
    if (zone === null) throw new ValueFault('date: of a time only a zone tells the day, and the map names no `zone`');
    return dateIn(value.getTime(), zone);
  };
  const times = [...scalars, TIME];
  return [
    { name: 'time', takes: [...each(times), ...each(scalars, 'string'), ...each(['string', 'null'], 'string', 'string')], gives: TIME, call: time,
      about: 'An instant. Text without offset is in the map\'s `zone`, or in that given third; the second says how it is written (`DD.MM.YYYY HH:mm`), or of a number whether it counts `seconds` or `milliseconds`' },
    { name: 'date', takes: [...each(['string', 'null', TIME]), ...each(['string', 'null'], 'string')], gives: 'string', call: date,
      about: 'A date, `YYYY-MM-DD`: for promises that hold until the end of a day. The second says how the text is written' },
  ];
}

function amountFunctions({ currency, decimal }: MapSettings): MapFunction[] {
  const money = (value: Value, its: Value = currency): Value => {
    if (value === null) return null;
    if (its === null) throw new ValueFault('money: the map names no `currency`');
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') throw new ValueFault(`money: ${kindOf(value)} is no amount`);
    return minorUnits(value, textOf(its, 'money'), decimal);
  };
  const number = (value: Value): Value => {
    if (value === null || typeof value === 'number') return value;
    if (typeof value === 'bigint') return exactNumber(value);
    if (typeof value !== 'string') throw new ValueFault(`number: ${kindOf(value)} is no number`);
    return numberOf(value, decimal);
  };
  return [
    { name: 'money', takes: [...each(scalars), ...each(scalars, 'string')], gives: 'int', call: money,
      about: 'Minor units (cents) of an amount in the map\'s `currency`, or in the second; never rounded' },
    { name: 'number', takes: each(scalars), gives: 'double', call: number, about: 'The number that a text is, with the map\'s `decimal` before its fraction' },
  ];
}

function listFunctions(): MapFunction[] {
  const listOf = (value: Value, name: string): readonly Value[] => {
    if (!Array.isArray(value)) throw new ValueFault(`${name}: expected a list, found ${kindOf(value)}`);
    return (value as readonly Value[]).filter((entry) => entry !== null);
  };
  const sum = (value: Value): Value => {
    const entries = listOf(value, 'sum');
    if (entries.every((entry) => typeof entry === 'bigint')) return entries.reduce<bigint>((total, entry) => total + entry, 0n);
    return entries.reduce<number>((total, entry) => {
      if (typeof entry !== 'number' && typeof entry !== 'bigint') throw new ValueFault(`sum: ${kindOf(entry)} is no number`);
      return total + Number(entry);
    }, 0);
  };
  const extreme = (name: string, isBetter: (a: number, b: number) => boolean) => (value: Value): Value => {
    let best: Date | null = null;
    for (const entry of listOf(value, name)) {
      if (!(entry instanceof Date)) throw new ValueFault(`${name}: ${kindOf(entry)} is no time`);
      if (best === null || isBetter(entry.getTime(), best.getTime())) best = entry;
    }
    return best;
  };
  return [
    { name: 'sum', takes: [['list<int>']], gives: 'int', call: sum, about: 'All numbers of a list added up; amounts in minor units stay exact' },
    { name: 'sum', takes: [['list<double>']], gives: 'double', call: sum, about: '' },
    { name: 'earliest', takes: [[`list<${TIME}>`]], gives: TIME, call: extreme('earliest', (a, b) => a < b), about: 'The first of a list of times; nothing if there is none' },
    { name: 'latest', takes: [[`list<${TIME}>`]], gives: TIME, call: extreme('latest', (a, b) => a > b), about: 'The last of a list of times; nothing if there is none' },
  ];
}

function textFunctions(): MapFunction[] {
  const text = (value: Value): Value => {
    if (value === null || typeof value === 'string') return value;
    if (value instanceof Date || typeof value === 'object') throw new ValueFault(`text: ${kindOf(value)} is no text`);
    return typeof value === 'boolean' ? String(value) : textOfNumber(value);
  };
  const find = (value: Value, form: Value): Value => (value === null ? null : findForm(textOf(value, 'find'), textOf(form, 'find')));
  return [
    { name: 'text', takes: each([...scalars, 'bool']), gives: 'string', call: text, about: 'A number, or true and false, as text; ids are text' },
    { name: 'either', takes: [['dyn', 'dyn']], gives: 'dyn', call: (first, other = null) => (first === null || first === '' ? other : first), about: 'The first value, or the second where the first is missing or empty' },
    { name: 'find', takes: each(['string', 'null'], 'string'), gives: 'string', call: find,
      about: 'The first piece of a text of this form, in which `#` is a digit and `@` a letter: `find(record.subject, \'SO-######\')`; nothing if there is none' },
    { name: 'hash', takes: [['string']], gives: 'string', call: (value) => hash('sha256', textOf(value, 'hash'), 'hex').slice(0, 32), about: 'A text of 32 characters in place of one that must not be shown; the same for the same text' },
  ];
}

function textOf(value: Value, name: string): string {
  if (typeof value !== 'string') throw new ValueFault(`${name}: expected a text, found ${kindOf(value)}`);
  return value;
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isLetter = (unit: number): boolean => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);

/** A piece that is not part of a longer number or word, so that `#####` is not found in a telephone number. */
function findForm(text: string, form: string): string | null {
  const last = text.length - form.length;
  for (let from = 0; from <= last; from++) {
    if (fits(text, from, form) && isApart(text, from - 1, from) && isApart(text, from + form.length, from + form.length - 1)) return text.slice(from, from + form.length);
  }
  return null;
}

function fits(text: string, from: number, form: string): boolean {
  for (let i = 0; i < form.length; i++) {
    const unit = text.charCodeAt(from + i);
    const wanted = form.charAt(i);
    const isFit = wanted === '#' ? isDigit(unit) : wanted === '@' ? isLetter(unit) : text.charAt(from + i) === wanted;
    if (!isFit) return false;
  }
  return form.length > 0;
}

/** Does the character at `beyond` not continue the one at `edge`? */
function isApart(text: string, beyond: number, edge: number): boolean {
  const outside = text.charCodeAt(beyond);
  const inside = text.charCodeAt(edge);
  return !((isDigit(outside) && isDigit(inside)) || (isLetter(outside) && isLetter(inside)));
}
