import { fromAvro } from '../contracts/avro.js';
import type { OutputTopic } from '../contracts/names.js';
import { outputKindOf, OUTPUTS, type OutputKind } from '../contracts/outputs.js';
import { headerText } from './header-entries.js';
import type { RecordHeaders } from './ports.js';
import { Final } from './retry.js';
import type { SchemaReader } from './schema-reader.js';
import { HEADER_BYTES, isWireFormat, schemaIdOf } from './wire-format.js';

/** How the values of our records are written. */
export interface OutputFormat {
  /** What the header `content-type` says of them. */
  readonly contentType: string;
  /** @param json the value as JSON, where that was made already */
  encode(kind: OutputKind, value: object, json?: string): Buffer | string;
}

/**
 * Avro and JSON behind the header of a registry's wire format. Names of their own, since whoever takes them for plain Avro
 * or JSON stumbles over the header.
 */
export const AVRO_CONTENT_TYPE = 'application/vnd.confluent.avro';
export const JSON_SCHEMA_CONTENT_TYPE = 'application/vnd.confluent.json';

export const jsonOutput: OutputFormat = { contentType: 'application/json', encode: (_kind, value, json = JSON.stringify(value)) => json };

export interface OutputValue {
  readonly topic: OutputTopic;
  readonly value: Buffer;
  readonly headers: RecordHeaders;
}

/** What a value says, as far as can be told without asking the registry. */
export type ReadOutput =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The schema has yet to be learned. */
  | { readonly kind: 'awaits_schema'; readonly schemaId: number };

/**
 * A value of `cx.events`, `cx.alerts` or `cx.journeys` as the contract shows it, whatever format it was published in; a topic
 * whose format was changed holds both. Everything that reads our own records back reads them by this.
 * @param schemas null: there is no registry
 * @throws Final on a value that none of our formats makes
 */
export function readOutput({ topic, value, headers }: OutputValue, schemas: SchemaReader | null): ReadOutput {
  if (!isWireFormat(value)) return { kind: 'value', value: parse(topic, value) };
  const id = schemaIdOf(value);
  if (id === null || schemas === null) {
    throw new Final(`a value of ${topic} is in the wire format of a schema registry${schemas === null ? ': set SCHEMA_REGISTRY_URL to read it' : ', without the id of a schema'}`);
  }
  const read = schemas.read(id, value.subarray(HEADER_BYTES));
  if (read.kind === 'unknown') return { kind: 'awaits_schema', schemaId: id };
  if (read.kind === 'undecodable') throw new Final(`a value of ${topic} cannot be read: ${read.message}`);
  return { kind: 'value', value: headerText(headers, 'content-type') === AVRO_CONTENT_TYPE ? asContract(topic, read.value) : read.value };
}

/**
 * The same for those who may wait: a schema that isn't known yet is learned.
 * @throws Final as `readOutput`; other errors while the schema can't be learned
 */
export async function decodeOutput(record: OutputValue, schemas: SchemaReader | null): Promise<unknown> {
  let read = readOutput(record, schemas);
  if (read.kind === 'awaits_schema') {
    await schemas?.learn(read.schemaId);
    read = readOutput(record, schemas);
  }
  if (read.kind === 'awaits_schema') throw new Final(`a value of ${record.topic} cannot be read: schema ${read.schemaId} is unknown`);
  return read.value;
}

function parse(topic: OutputTopic, value: Buffer): unknown {
  try {
    return JSON.parse(value.toString()) as unknown;
  } catch {
    throw new Final(`a value of ${topic} is no JSON`);
  }
}

/** Avro has null for what is missing, and text for free JSON. */
function asContract(topic: OutputTopic, value: unknown): unknown {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const kind = outputKindOf(topic, type);
  if (kind === null) throw new Final(`a value of ${topic} is of no kind that is published there`);
  return fromAvro(value, OUTPUTS[kind].schema);
}
