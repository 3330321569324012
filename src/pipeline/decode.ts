import type { z } from 'zod';
import { codeUnitAt } from '../contracts/code-unit.js';
import type { DeadLetterReason, SourceTopic } from '../contracts/names.js';
import { quickCheck } from '../contracts/quick-check.js';
import type { QuickCheck } from '../contracts/quick-check.js';
import { SOURCES } from '../contracts/sources.js';
import type { SourceEvent } from '../contracts/sources.js';
import { factOf } from '../core/fact-of.js';
import type { Fact } from '../core/fact.js';
import type { SourceRecord } from './ports.js';
import type { SchemaReader } from './schema-reader.js';
import { HEADER_BYTES, isWireFormat, schemaIdOf } from './wire-format.js';

/** What became of a record's value. A dead letter's `message` never holds text of the value, since that may be personal. */
export type Decoded =
  /** `orderId` null: about no single order. */
  | { readonly kind: 'event'; readonly orderId: string | null; readonly fact: Fact }
  | { readonly kind: 'dead_letter'; readonly reason: DeadLetterReason; readonly message: string };

/** The record can't be judged before this schema was learned. */
export interface AwaitsSchema {
  readonly kind: 'awaits_schema';
  readonly schemaId: number;
}

export type RecordDecoder = (record: SourceRecord) => Decoded | AwaitsSchema;

export interface DecoderSettings {
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** A longer value is `too_large`; bytes. */
  readonly maxValueBytes: number;
  /** An event further ahead of the wall clock is `clock_out_of_range`; ms. */
  readonly maxAheadMs: number;
  /** The partition that an order's records must be on; null where records have no keys and the type tells the topic (replay). */
  readonly keyOf: ((orderId: string) => number) | null;
}

const LONGEST_MESSAGE = 300;

const refuse = (reason: DeadLetterReason, message: string): Decoded => ({
  kind: 'dead_letter', reason, message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message,
});

interface Checked {
  readonly topic: SourceTopic;
  readonly schema: z.ZodType;
  readonly quick: QuickCheck;
}
/** Compiled once; a shape that the quick check can't read is asked of its schema. */
const CHECKS: ReadonlyMap<string, Checked> = new Map(
  [...SOURCES.values()].map(({ type, topic, schema }) => [
    type,
    { topic, schema, quick: quickCheck(schema) ?? ((value: unknown) => schema.safeParse(value).success) },
  ]),
);

/** What kind of thing was found, without its content. */
const kindOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (typeof value === 'string') return `a text of ${String(value.length)} characters`;
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'a boolean' : 'an object';
};

const foundAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let at = value;
  for (const step of path) at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  return at;
};

/** `lines[2].quantity` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${String(step)}]` : text === '' ? String(step) : `${text}.${String(step)}`), '');

const expectedBy = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_value') return issue.values.length > 8 ? 'one of the known values' : `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big' || issue.code === 'too_small') return `an integer from -${String(Number.MAX_SAFE_INTEGER)} to ${String(Number.MAX_SAFE_INTEGER)}`;
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.expected === 'int' ? 'an integer' : issue.expected === 'array' ? 'a list' : `a ${issue.expected}`.replace(/^a (?=[aeiou])/, 'an ');
};

/** Where the first fault is and what should have stood there. */
const faultOf = (schema: z.ZodType, value: unknown): string | null => {
  const result = schema.safeParse(value);
  const issue = result.error?.issues[0];
  if (issue === undefined) return null;
  return `${pathText(issue.path)}: expected ${expectedBy(issue)}, found ${kindOf(foundAt(value, issue.path))}`;
};

/** A replacement character in the text either was sent or stands for bytes that are no UTF-8: only then it's worth a second look. */
export const isExactText = (text: string, value: Buffer): boolean => !text.includes('\uFFFD') || Buffer.from(text).equals(value);

const unreadable = (text: string, value: Buffer): Decoded => {
  const size = `${String(value.length)} bytes`;
  if (value.length === 0) return refuse('not_json', 'the value is empty');
  if (isWireFormat(value)) {
    const id = schemaIdOf(value);
    const named = id === null ? '' : `, with schema ${String(id)}`;
    return refuse('not_json', `the value (${size}) begins with a byte 0, as the wire format of a schema registry does${named}; SCHEMA_REGISTRY_URL is not set`);
  }
  if (!isExactText(text, value)) return refuse('not_json', `the value (${size}) is not UTF-8`);
  if (text.startsWith('\uFEFF')) return refuse('not_json', `the value (${size}) begins with a byte order mark, which JSON must not have`);
  return refuse('not_json', `the value (${size}) is UTF-8 but not JSON`);
};

/** A type that looks like one is told, so that a person sees which; other text might be anything. */
const typeText = (type: string): string => (/^[A-Za-z0-9_.:-]{1,64}$/.test(type) ? `"${type}"` : `(${kindOf(type)})`);

/** Is the key the order's id in UTF-8? Plain letters are compared as they stand, without a copy. */
const isKeyOf = (key: Buffer | null, orderId: string): boolean => {
  if (key === null) return false;
  const { length } = orderId;
  for (let i = 0; i < length; i += 1) {
    const unit = codeUnitAt(orderId, i);
    if (unit > 127) return key.equals(Buffer.from(orderId));
    if (key[i] !== unit) return false;
  }
  return key.length === length;
};

/** Where an event was read. */
type ReadFrom = Pick<SourceRecord, 'topic' | 'partition' | 'offset' | 'key'>;

const misplaced = (record: ReadFrom, orderId: string, keyOf: (orderId: string) => number): Decoded | null => {
  const expected = keyOf(orderId);
  const isKey = isKeyOf(record.key, orderId);
  if (isKey && expected === record.partition) return null;
  const found = `read from partition ${String(record.partition)}, the order belongs on partition ${String(expected)}`;
  if (isKey) return refuse('key_mismatch', `${found}: the producer partitions otherwise than configured here`);
  const key = record.key === null ? 'there is no key' : `the key (${String(record.key.length)} bytes) is not the event's orderId`;
  return refuse('key_mismatch', `${key}; ${found}`);
};

/** Judges what a value was read as. Never throws. */
type EventReader = (from: ReadFrom, event: unknown) => Decoded;

const createEventReader = ({ now, maxAheadMs, keyOf }: DecoderSettings): EventReader => {
  let asked = -Infinity;

  const typed = (from: ReadFrom, event: unknown): Decoded => {
    const type = typeof event === 'object' && event !== null ? (event as { type?: unknown }).type : undefined;
    if (typeof type !== 'string' || type === '' || Array.isArray(event)) {
      const fault = typeof event === 'object' && event !== null && !Array.isArray(event) ? `type: expected a text, found ${kindOf(type)}` : `expected an object, found ${kindOf(event)}`;
      return refuse('schema_invalid', fault);
    }
    const check = CHECKS.get(type);
    if (check === undefined) return refuse('unknown_type', `no event type is called ${typeText(type)}`);
    if (!check.quick(event)) {
      const fault = faultOf(check.schema, event);
      if (fault !== null) return refuse('schema_invalid', `${type}: ${fault}`);
    }
    return placed(from, keyOf === null ? check.topic : from.topic, event as SourceEvent);
  };

  const placed = (from: ReadFrom, topic: SourceTopic, event: SourceEvent): Decoded => {
    const { orderId, fact } = factOf(event, topic, from.offset);
    const stranger = keyOf === null || orderId === null ? null : misplaced(from, orderId, keyOf);
    if (stranger !== null) return stranger;
    // The wall clock is asked only when it matters: it goes on, so what it once allowed it allows for good.
    if (fact.at - asked <= maxAheadMs) return { kind: 'event', orderId, fact };
    asked = now();
    const ahead = fact.at - asked;
    if (ahead > maxAheadMs) {
      return refuse('clock_out_of_range', `occurredAt: ${String(Math.round(ahead / 1000))} s ahead of the clock, at most ${String(maxAheadMs / 1000)} s are allowed`);
    }
    return { kind: 'event', orderId, fact };
  };

  return (from, event) => {
    try {
      return typed(from, event);
    } catch (error) {
      return refuse('schema_invalid', `the event can't be checked (${error instanceof Error ? error.name : 'unknown fault'})`);
    }
  };
};

/** Reads an event from text. `bytes`: those that it was made of; null where they are ASCII, so that nothing was lost. */
type TextDecoder = (text: string, bytes: Buffer | null, from: ReadFrom) => Decoded;

const createTextDecoder = (maxValueBytes: number, judge: EventReader): TextDecoder =>
  (text, bytes, from) => {
    const size = bytes?.length ?? text.length;
    if (size > maxValueBytes) return refuse('too_large', `the value has ${String(size)} bytes, at most ${String(maxValueBytes)} are allowed`);
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch {
      return unreadable(text, bytes ?? Buffer.from(text));
    }
    if (bytes !== null && !isExactText(text, bytes)) return unreadable(text, bytes);
    return judge(from, event);
  };

/** Reads an event in a registry's wire format. */
const createWireDecoder = (schemas: SchemaReader, judge: EventReader) => (value: Buffer, from: ReadFrom): Decoded | AwaitsSchema => {
  const id = schemaIdOf(value);
  if (id === null) return refuse('undecodable', `the value (${String(value.length)} bytes) begins with a byte 0, but no id of a schema follows`);
  const read = schemas.read(id, value.subarray(HEADER_BYTES));
  if (read.kind === 'unknown') return { kind: 'awaits_schema', schemaId: id };
  return read.kind === 'value' ? judge(from, read.value) : refuse('undecodable', read.message);
};

/**
 * Makes the function that turns records into facts, or says why not. Where several reasons hold, the first of
 * `tombstone`, `too_large`, `not_json` or `undecodable`, `schema_invalid` (no object, or no text in `type`), `unknown_type`,
 * `schema_invalid`, `key_mismatch`, `clock_out_of_range` is told. It never throws.
 */
export const createDecoder = (settings: DecoderSettings): ((record: SourceRecord) => Decoded) => {
  const { maxValueBytes } = settings;
  const decodeText = createTextDecoder(maxValueBytes, createEventReader(settings));
  return (record) => {
    const { value } = record;
    if (value === null) return refuse('tombstone', 'the record has no value; a source event is never deleted');
    // What is too large need not be made text.
    return decodeText(value.length > maxValueBytes ? '' : value.toString('utf8'), value, record);
  };
};

/** As `createDecoder`, where values may also be in a registry's wire format: what its schema makes of one is judged as JSON is. */
export const createSchemaDecoder = (settings: DecoderSettings, schemas: SchemaReader): RecordDecoder => {
  const { maxValueBytes } = settings;
  const decode = createDecoder(settings);
  const decodeWire = createWireDecoder(schemas, createEventReader(settings));
  return (record) => {
    const { value } = record;
    return value !== null && isWireFormat(value) && value.length <= maxValueBytes ? decodeWire(value, record) : decode(record);
  };
};

/** Decodes a line of a file: its text, the bytes unless they are ASCII, and a number that serves as its offset. */
export type LineDecoder = (text: string, bytes: Buffer | null, offset: number) => Decoded;

/** As `createDecoder`, for lines: they have no keys, and the type tells the topic. */
export const createLineDecoder = (settings: Omit<DecoderSettings, 'keyOf'>): LineDecoder => {
  const decode = createTextDecoder(settings.maxValueBytes, createEventReader({ ...settings, keyOf: null }));
  return (text, bytes, offset) => decode(text, bytes, { topic: 'orders', partition: 0, offset, key: null });
};

/** Judges what is an event already, made in this process; the number serves as its offset. */
export type EventDecoder = (event: unknown, offset: number) => Decoded;

/** As `createLineDecoder`, for events that never were text. */
export const createEventDecoder = (settings: Omit<DecoderSettings, 'keyOf'>): EventDecoder => {
  const judge = createEventReader({ ...settings, keyOf: null });
  return (event, offset) => judge({ topic: 'orders', partition: 0, offset, key: null }, event);
};
