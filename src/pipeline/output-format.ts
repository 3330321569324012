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
  encode(kind: OutputKind, value: object): Buffer | string;
}

/**
 * Avro and JSON behind the header of a registry's wire format. Names of their own, since whoever takes them for plain Avro
 * or JSON stumbles over the header.
 */
export const AVRO_CONTENT_TYPE = 'application/vnd.confluent.avro';
export const JSON_SCHEMA_CONTENT_TYPE = 'application/vnd.confluent.json';

export const jsonOutput: OutputFormat = { contentType: 'application/json', encode: (_kind, value) => JSON.stringify(value) };

export interface OutputValue {
  readonly topic: OutputTopic;
  readonly value: Buffer;
  readonly headers: RecordHeaders;
}

/**
 * A value of `cx.events`, `cx.alerts` or `cx.journeys` as the contract shows it, whatever format it was published in; a topic
 * whose format was changed holds both. Everything that reads our own records back reads them by this.
 * @param schemas null: there is no registry
 * @throws Final on a value that none of our formats makes; other errors while its schema can't be learned
 */
export async function decodeOutput({ topic, value, headers }: OutputValue, schemas: SchemaReader | null): Promise<unknown> {
  if (!isWireFormat(value)) return parse(topic, value);
  const id = schemaIdOf(value);
  if (id === null || schemas === null) {
    throw new Final(`a value of ${topic} is in the wire format of a schema registry${schemas === null ? ': set SCHEMA_REGISTRY_URL to read it' : ', without the id of a schema'}`);
  }
  const body = value.subarray(HEADER_BYTES);
  let read = schemas.read(id, body);
  if (read.kind === 'unknown') {
    await schemas.learn(id);
    read = schemas.read(id, body);
  }
  if (read.kind !== 'value') throw new Final(`a value of ${topic} cannot be read: ${read.kind === 'undecodable' ? read.message : `schema ${id} is unknown`}`);
  return headerText(headers, 'content-type') === AVRO_CONTENT_TYPE ? asContract(topic, read.value) : read.value;
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
