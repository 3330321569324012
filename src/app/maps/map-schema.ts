import { z } from 'zod';
import { isTimeZone } from '../../contracts/time-zone.js';
import type { Path } from '../config/problems.js';
import { keysAt } from '../config/keys.js';
import { topicName } from '../config/schema.js';

/** What a map file may say: its frame. What stands for values is read by templates.ts, events by the contract's fields. */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a name of small letters, digits and -, such as shop-orders');
/** Names in expressions, and of columns in them. */
const word = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'expected a word of letters, digits and _');
const column = z.string().min(1).max(256);
const expression = z.string().regex(/^=/, 'expected an expression, which begins with =');
const files = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'expected a file name, in which * stands for any letters, or a list of them' });

const topics = z.union([topicName, z.array(topicName).min(1)]).optional().describe('Names of the Kafka topics that the intake reads with this map');

const delimiter = z.string().length(1, 'expected one character');
const encoding = z.enum(['utf-8', 'windows-1252']);

const csv = z.strictObject({
  format: z.literal('csv'),
  files: files.optional().describe('Names of the files that this map reads'),
  topics,
  delimiter: delimiter.default(',').describe('What parts the cells of a row. `,`: what the letters of CSV stand for'),
  encoding: encoding.default('utf-8').describe('How letters are written. `utf-8`: what nearly everything writes by now'),
});
const change = z.enum(['debezium']).optional().describe('The records are changes of rows, as Debezium writes them');
const ndjson = z.strictObject({
  format: z.literal('ndjson'),
  files: files.optional().describe('Names of the files that this map reads'),
  topics,
  change,
});
const avro = z.strictObject({ format: z.literal('avro').describe('Values in the wire format of the schema registry'), topics, change });

/** `text`, `number?`, nested objects, and lists of one of them; read by shapes.ts. */
const fields = z.record(z.string(), z.unknown());

const join = z.strictObject({
  files,
  delimiter: delimiter.default(','),
  encoding: encoding.default('utf-8'),
  on: z.record(z.string(), expression).refine((on) => Object.keys(on).length === 1, 'expected one column and what it must hold, such as {order_id: =record.order_id}'),
  many: z.boolean().default(false).describe('All rows as a list, not only the first. False: most joins look up one row'),
  sort: column.optional(),
  fields: fields.optional(),
});

/** `for: {item: =record.items}` */
export const each = z.record(word, expression).refine((loop) => Object.keys(loop).length === 1, 'expected one name and the list that it goes through, such as {item: =record.items}');

const link = z.strictObject({
  link: name.describe('What kind of thing is known by the key: a shipment, an invoice'),
  for: each.optional(),
  when: expression.optional(),
  key: expression,
  orderId: expression,
  share: expression.optional(),
});

const event = z.looseObject({
  type: z.string(),
  for: each.optional(),
  when: expression.optional(),
  at: column.optional(),
  changed: column.optional(),
  via: z.strictObject({ link: name, key: expression, split: z.array(z.string()).default([]) }).optional(),
});
export type EventEntry = z.output<typeof event>;
/** What an event of a map may say beside the contract's fields. */
export const EVENT_WORDS = ['type', 'for', 'when', 'at', 'changed', 'via'] as const;

const example = z.strictObject({
  name: z.string().min(1),
  record: z.unknown().optional(),
  records: z.array(z.unknown()).min(1).optional(),
  joins: z.record(z.string(), z.array(z.unknown())).default({}),
  links: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  events: z.array(z.record(z.string(), z.unknown())).optional(),
  refused: z.literal(true).optional(),
});

export const mapSchema = z.strictObject({
  map: name.describe('Its name; ids of events are made with it, so it stays'),
  about: z.string().optional(),
  input: z.discriminatedUnion('format', [csv, ndjson, avro]),
  fields: fields.optional(),
  zone: z.string().refine(isTimeZone, 'expected an IANA time zone such as Europe/Berlin, or UTC').optional(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected three capital letters (ISO 4217), such as EUR').optional(),
  decimal: z.enum(['.', ',']).default('.').describe('What stands before the fraction of a number in text. `.`: what programs write'),
  joins: z.record(word, join).default({}),
  let: z.record(word, expression).default({}),
  state: z.strictObject({ key: expression, version: expression.optional() }).optional(),
  links: z.array(link).default([]),
  common: z.record(z.string(), z.unknown()).default({}),
  events: z.array(event).default([]),
  examples: z.array(example).default([]),
});
export type MapFile = z.output<typeof mapSchema>;

let root: object | null = null;
/** Names of the keys that an object at this path of a map may have. */
export const mapKeysAt = (path: Path): readonly string[] => keysAt((root ??= z.toJSONSchema(mapSchema, { io: 'input', unrepresentable: 'any' })), path);
