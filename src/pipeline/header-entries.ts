import type { RecordHeaders } from './ports.js';

/** Names and values of a record's headers, one entry a value: Kafka allows a name more than once. */
export function headerEntries(headers: RecordHeaders): [string, Buffer | string][] {
  const list: [string, Buffer | string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (isContent(value)) list.push([name, value]);
    // A client that builds headers as plain objects puts a method before the value of a header named like one.
    else if (Array.isArray(value)) for (const one of value as readonly unknown[]) if (isContent(one)) list.push([name, one]);
  }
  return list;
}

const isContent = (value: unknown): value is Buffer | string => typeof value === 'string' || Buffer.isBuffer(value);

/** The last value of a header as text; null: it has none. */
export function headerText(headers: RecordHeaders, name: string): string | null {
  const value = headers[name];
  const last: Buffer | string | undefined = typeof value === 'string' || Buffer.isBuffer(value) ? value : value?.at(-1);
  return last === undefined ? null : last.toString();
}
