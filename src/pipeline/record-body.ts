import { type ByteWriter, sizeOfVarint } from './byte-writer.js';
import { eachHeader } from './header-entries.js';
import type { HeaderValue, RecordHeaders } from './source-log.js';

/**
 * Key, value and headers of a record as bytes, each with its length in front, as Kafka writes them within a record: so what lies packed
 * in a store goes to a log by being copied. Source: Kafka's documentation, "Implementation", "Message format", from `keyLength` on.
 */

/** What is absent is null. */
export interface RecordContent {
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: RecordHeaders;
}

/** What a body is written from; sizes in bytes. */
export interface BodyParts {
  /** Key and value, then names and values of headers; null: there is none. */
  readonly fields: readonly (Field | null)[];
  readonly size: number;
}

interface Field {
  readonly content: Buffer | string;
  readonly length: number;
}

const fieldOf = (content: HeaderValue | undefined): Field | null =>
  content == null ? null : { content, length: typeof content === 'string' ? Buffer.byteLength(content) : content.length };

/** Names of headers as bytes: what we publish has a dozen of them, in every record. Senders name theirs as they like, so not all are kept. */
const NAMES_KEPT = 256;
const LONGEST_KEPT = 64;
const names = new Map<string, Field>();
function nameField(name: string): Field {
  const known = names.get(name);
  if (known !== undefined) return known;
  const content = Buffer.from(name);
  const field: Field = { content, length: content.length };
  if (names.size < NAMES_KEPT && name.length <= LONGEST_KEPT) names.set(name, field);
  return field;
}

export function bodyParts({ key, value, headers = {} }: RecordContent): BodyParts {
  const fields = [fieldOf(key), fieldOf(value)];
  eachHeader(headers, (name, content) => { fields.push(nameField(name), fieldOf(content)); });
  let size = sizeOfVarint((fields.length - 2) / 2);
  for (const field of fields) size += field === null ? 1 : sizeOfVarint(field.length) + field.length;
  return { fields, size };
}

export function writeBody(bytes: ByteWriter, { fields }: BodyParts): void {
  for (let i = 0; i < fields.length; i += 1) {
    const field = fields[i] ?? null;
    if (i === 2) bytes.varint((fields.length - 2) / 2);
    bytes.varint(field === null ? -1 : field.length);
    if (field !== null) bytes.content(field.content, field.length);
  }
  if (fields.length === 2) bytes.varint(0);
}

/** The keys and values are parts of `body`, not copies. */
export function unpackBody(body: Buffer): { readonly key: Buffer | null; readonly value: Buffer | null; readonly headers: RecordHeaders } {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = body.readUInt8(at);
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  };
  const field = (): Buffer | null => {
    const length = number();
    if (length < 0) return null;
    at += length;
    return body.subarray(at - length, at);
  };
  const key = field();
  const value = field();
  const headers = createHeaders();
  for (let left = number(); left > 0; left -= 1) headers.add(field(), field());
  return { key, value, headers: headers.all() };
}

/** Gathers headers: Kafka allows a name more than once, and senders name them as they like, also as objects name what all of them have. */
export function createHeaders() {
  const headers = new Map<string, HeaderValue | HeaderValue[]>();
  return {
    add(name: Buffer | null, value: Buffer | null): void {
      if (name === null) return;
      const text = name.toString();
      const before = headers.get(text);
      if (before === undefined) headers.set(text, value);
      else if (Array.isArray(before)) before.push(value);
      else headers.set(text, [before, value]);
    },
    all: (): RecordHeaders => Object.fromEntries(headers),
  };
}
