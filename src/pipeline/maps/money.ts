import { kindOf, ValueFault } from './value-fault.js';

/** A number as text in minor units, of either sign: groups of three digits may be parted by the other sign, a blank or an apostrophe. */
const NUMBER = { '.': /^([+-]?)(\d+|\d{1,3}(?:[, '\u00a0\u202f]\d{3})+)(?:\.(\d*))?$/, ',': /^([+-]?)(\d+|\d{1,3}(?:[. '\u00a0\u202f]\d{3})+)(?:,(\d*))?$/ } as const;
const LONGEST = 40;
/** A sum of doubles is off by less. */
const NOISE = 1e-6;

const digits = new Map<string, number>();
/** Digits of a currency's minor unit; two for a currency that nobody knows. */
export function minorDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    if (!/^[A-Z]{3}$/.test(currency)) throw new ValueFault('money: the currency is not three capital letters (ISO 4217)');
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
}

/** Minor units of an amount, exactly. @throws ValueFault on anything that is no amount, and on fractions of a minor unit. */
export function minorUnits(amount: string | number | bigint, currency: string, decimal: '.' | ','): bigint {
  const places = minorDigits(currency);
  if (typeof amount === 'bigint') return amount * 10n ** BigInt(places);
  if (typeof amount === 'number') return ofDouble(amount, places);
  const text = amount.trim();
  const found = text.length <= LONGEST ? NUMBER[decimal].exec(text) : null;
  if (found === null) throw new ValueFault(`money: ${kindOf(amount)} is no amount with "${decimal}" before the cents`);
  const [, sign = '', whole = '', fraction = ''] = found;
  const kept = fraction.slice(0, places).padEnd(places, '0');
  if (/[1-9]/.test(fraction.slice(places))) throw new ValueFault(`money: the amount has more digits than ${currency} has (${places})`);
  const units = BigInt(whole.replaceAll(/\D/g, '') + kept);
  return sign === '-' ? -units : units;
}

function ofDouble(amount: number, places: number): bigint {
  const units = amount * 10 ** places;
  const rounded = Math.round(units);
  if (!Number.isSafeInteger(rounded)) throw new ValueFault('money: the amount is too large');
  if (Math.abs(units - rounded) > NOISE * Math.max(1, Math.abs(units) * 1e-6)) throw new ValueFault('money: the amount has fractions of a minor unit');
  return BigInt(rounded);
}

/** The number that a text is, with this sign before its fraction. @throws ValueFault */
export function numberOf(text: string, decimal: '.' | ','): number {
  const found = text.length <= LONGEST ? NUMBER[decimal].exec(text.trim()) : null;
  if (found === null) throw new ValueFault(`${kindOf(text)} is no number with "${decimal}" before its fraction`);
  const [, sign = '', whole = '', fraction = ''] = found;
  return exactNumber(`${sign}${whole.replaceAll(/\D/g, '')}.${fraction}0`);
}

/** Refuses what lies beyond 2^53, where several whole numbers become the same. @throws ValueFault */
export function exactNumber(value: string | bigint): number {
  const number = Number(value);
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) throw new ValueFault('the number is beyond 2^53 and would be rounded; as an id keep it as text');
  return number;
}

/** All digits of a number; those of one that was rounded would be another's. @throws ValueFault */
export function textOfNumber(value: number | bigint): string {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) throw new ValueFault('the number is beyond 2^53 and was rounded, so that its digits are not known');
  return String(value);
}
