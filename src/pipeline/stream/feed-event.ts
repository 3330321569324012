import { Final } from '../retry.js';
import { readOutput } from '../output-format.js';
import type { ReadBackRecord } from '../ports.js';
import { seqOf } from '../recovery.js';
import type { SchemaReader } from '../schema-reader.js';

/** A record of `cx.events` as the stream handles it. */
export interface FeedEvent {
  readonly offset: number;
  /** Its `cx_seq`; null: none of ours, to be passed over. */
  readonly seq: number | null;
  readonly content: EventContent;
}

/** What clients are sent of it, and what filters look at. */
export interface EventContent {
  readonly type: string;
  /** JSON on one line. */
  readonly data: string;
  readonly orderId: string | null;
  readonly signal: string | null;
  readonly pattern: string | null;
}

/** The type under which a client is told of an event that could not be read: it has a number, so leaving it out unsaid would be a gap. */
export const UNREADABLE = 'unreadable';

export type FeedEvents =
  | { readonly kind: 'events'; readonly events: readonly FeedEvent[] }
  /** These have to be read again once the schema was learned. */
  | { readonly kind: 'awaits_schema'; readonly schemaId: number };

/** Reads the values of records, in whatever format they were published. */
export function readEvents(partition: number, records: readonly ReadBackRecord[], schemas: SchemaReader | null): FeedEvents {
  const events: FeedEvent[] = [];
  for (const record of records) {
    const content = contentOf(partition, record, schemas);
    if (typeof content === 'number') return { kind: 'awaits_schema', schemaId: content };
    events.push({ offset: record.offset, seq: seqOf(record.headers), content });
  }
  return { kind: 'events', events };
}

/** A number: the schema that must be learned first. */
function contentOf(partition: number, { offset, value, headers }: ReadBackRecord, schemas: SchemaReader | null): EventContent | number {
  const unreadable = (reason: string): EventContent =>
    ({ type: UNREADABLE, data: JSON.stringify({ partition, offset, reason }), orderId: null, signal: null, pattern: null });
  if (value === null) return unreadable('it has no value');
  try {
    const read = readOutput({ topic: 'cx.events', value, headers }, schemas);
    if (read.kind === 'awaits_schema') return read.schemaId;
    return eventContent(read.value) ?? unreadable('its value is no derived event');
  } catch (error) {
    if (error instanceof Final) return unreadable(error.message);
    throw error;
  }
}

/** No more is asked of it than what is sent by: a newer worker may say what this version does not know yet. */
const TYPE = /^[a-z_]{1,64}\.[a-z_]{1,64}$/;

function eventContent(value: unknown): EventContent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { type, orderId, signal, pattern } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || !TYPE.test(type) || typeof orderId !== 'string') return null;
  return { type, data: JSON.stringify(value), orderId, signal: textOf(signal), pattern: textOf(pattern) };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
