import type { DeadLetterReason } from '../../contracts/names.js';
import { type AwaitsSchema, isExactText } from '../decode.js';
import { cellsOf } from '../maps/csv-cells.js';
import type { CsvInput, MapDefinition, ObjectInput } from '../maps/definition.js';
import { asSent, exactJson } from '../maps/exact-json.js';
import { cellReader } from '../maps/shape.js';
import { ValueFault } from '../maps/value-fault.js';
import type { SchemaReader } from '../schema-reader.js';
import { HEADER_BYTES, isWireFormat, schemaIdOf } from '../wire-format.js';

/** What a record's value is to a map, before anything is asked of its content. */
export type ReadValue =
  | { readonly kind: 'record'; readonly record: unknown }
  /** A deletion, which a row's last word may be: it tells nothing. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly reason: DeadLetterReason; readonly message: string };

/** Never throws. */
export type ValueReader = (value: Buffer | null) => ReadValue | AwaitsSchema;

export interface ValueReaderParts {
  readonly maxValueBytes: number;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
}

const refuse = (reason: DeadLetterReason, message: string): ReadValue => ({ kind: 'refused', reason, message });

/** Reads values of a topic as this map says. */
export function createValueReader(map: Pick<MapDefinition, 'input' | 'fields' | 'decimal' | 'state'>, { maxValueBytes, schemas }: ValueReaderParts): ValueReader {
  const { input } = map;
  const mayBeDeleted = map.state !== null || (input.format !== 'csv' && input.change !== null);
  const read = input.format === 'csv' ? rowReader(input, map) : objectReader(input.format, schemas);
  return (value) => {
    if (value === null) return mayBeDeleted ? { kind: 'nothing' } : refuse('tombstone', 'the record has no value');
    if (value.length > maxValueBytes) return refuse('too_large', `the value has ${value.length} bytes, at most ${maxValueBytes} are allowed`);
    return read(value);
  };
}

function objectReader(format: ObjectInput['format'], schemas: SchemaReader | null): (value: Buffer) => ReadValue | AwaitsSchema {
  return format === 'avro' && schemas !== null ? (value) => readBySchema(value, schemas) : readJson;
}

function readJson(value: Buffer): ReadValue {
  const text = value.toString('utf8');
  if (!isExactText(text, value)) return refuse('not_json', `the value (${value.length} bytes) is not UTF-8`);
  try {
    return { kind: 'record', record: exactJson(text) };
  } catch {
    return refuse('not_json', `the value (${value.length} bytes) is not JSON${isWireFormat(value) ? '; it begins as values of a schema registry do, for which the map has to say `format: avro`' : ''}`);
  }
}

function readBySchema(value: Buffer, schemas: SchemaReader): ReadValue | AwaitsSchema {
  const id = isWireFormat(value) ? schemaIdOf(value) : null;
  if (id === null) return refuse('undecodable', `the value (${value.length} bytes) does not begin with a byte 0 and the id of a schema`);
  const body = value.subarray(HEADER_BYTES);
  const read = schemas.read(id, body);
  if (read.kind === 'unknown') return { kind: 'awaits_schema', schemaId: id };
  return read.kind === 'value' ? { kind: 'record', record: exactly(read.value, body) } : refuse('undecodable', read.message);
}

/** Values by a JSON Schema were parsed as plain JSON. The bytes of Avro are no JSON, and its integers are never rounded. */
function exactly(value: unknown, body: Buffer): unknown {
  try {
    return asSent(value, () => body.toString());
  } catch {
    return value;
  }
}

function rowReader({ delimiter, encoding }: CsvInput, { fields, decimal }: Pick<MapDefinition, 'fields' | 'decimal'>): (value: Buffer) => ReadValue {
  const columns = [...(fields?.keys() ?? [])];
  const readCells = cellReader(columns, fields, decimal);
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (value) => {
    let text: string;
    try {
      text = decoder.decode(value);
    } catch {
      return refuse('undecodable', `the value (${value.length} bytes) is not ${encoding}`);
    }
    const cells = cellsOf(text.replace(/\r?\n$/, ''), delimiter);
    if (cells.length !== columns.length) return refuse('undecodable', `the row has ${cells.length} cells, the map declares ${columns.length} fields`);
    try {
      return { kind: 'record', record: readCells(cells) };
    } catch (error) {
      if (error instanceof ValueFault) return refuse('undecodable', error.message);
      throw error;
    }
  };
}
