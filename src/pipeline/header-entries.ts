import type { HeaderValue, RecordHeaders } from './ports.js';

/** Calls back for each value of a record's headers: Kafka allows a name more than once, and one without a value. */
export function eachHeader(headers: RecordHeaders, take: (name: string, value: HeaderValue) => void): void {
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name];
    if (isValue(value)) take(name, value);
    // A client that builds headers as plain objects puts a method before the value of a header named like one.
    else if (Array.isArray(value)) for (const one of value as readonly unknown[]) if (isValue(one)) take(name, one);
  }
}

/** The same as a list. */
export function headerEntries(headers: RecordHeaders): [string, HeaderValue][] {
  const list: [string, HeaderValue][] = [];
  eachHeader(headers, (name, value) => { list.push([name, value]); });
  return list;
}

/** The last value under this name as text; null: there is none. */
export function headerText(headers: RecordHeaders, name: string): string | null {
  const found = headers[name];
  const last: unknown = Array.isArray(found) ? (found as readonly unknown[]).at(-1) : found;
  return typeof last === 'string' || Buffer.isBuffer(last) ? last.toString() : null;
}

const isValue = (value: unknown): value is HeaderValue => value === null || typeof value === 'string' || Buffer.isBuffer(value);
