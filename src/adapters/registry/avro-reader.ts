import { advance, type AvroBytes, AvroFault, readBlock, readLong } from './avro-bytes.js';
import { logicalConversion } from './avro-logical.js';

/**
 * Reads values as the schema they were written with describes them: plain objects, unions without a wrapper.
 *
 * Not avsc, which writes what we publish, for three reasons met on hostile or merely unlucky bytes: it takes an array's length
 * at its word (a dozen bytes occupy the process for minutes), it reads some negative integers below -2^52 as others, and it
 * wraps the values of unions that it finds ambiguous. That both read the same of everything else is tested.
 */
export type AvroReader = (body: Buffer) => unknown;

type Read = (bytes: AvroBytes) => unknown;
type Names = Map<string, Read>;
type Complex = Readonly<Record<string, unknown>>;

const PRIMITIVES: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['null', () => null],
  ['boolean', (bytes) => bytes.buffer[advance(bytes, 1)] === 1],
  ['int', readLong],
  ['long', readLong],
  ['float', (bytes) => bytes.buffer.readFloatLE(advance(bytes, 4))],
  ['double', (bytes) => bytes.buffer.readDoubleLE(advance(bytes, 8))],
  ['bytes', (bytes) => {
    const length = readLong(bytes);
    const at = advance(bytes, length);
    return bytes.buffer.subarray(at, at + length);
  }],
  ['string', (bytes) => readText(bytes)],
]);

const readText = (bytes: AvroBytes): string => {
  const length = readLong(bytes);
  const at = advance(bytes, length);
  const text = bytes.buffer.toString('utf8', at, at + length);
  if (text.includes('\uFFFD') && !Buffer.from(text).equals(bytes.buffer.subarray(at, at + length))) throw new AvroFault('a text is not UTF-8');
  return text;
};

/**
 * Makes the reader of a schema.
 * @param references schemas whose names it uses, in an order in which each comes after those that it uses itself
 * @throws Error on what is no Avro schema
 */
export function createAvroReader(schema: string, references: readonly string[] = []): AvroReader {
  const names: Names = new Map();
  for (const reference of references) readerOf(JSON.parse(reference) as unknown, names, '');
  const read = readerOf(JSON.parse(schema) as unknown, names, '');
  return (body) => {
    const bytes: AvroBytes = { buffer: body, at: 0 };
    const value = read(bytes);
    if (bytes.at < body.length) throw new AvroFault(`${body.length - bytes.at} bytes are left over`);
    return value;
  };
}

function readerOf(schema: unknown, names: Names, namespace: string): Read {
  if (typeof schema === 'string') return PRIMITIVES.get(schema) ?? named(schema, names, namespace);
  if (Array.isArray(schema)) return unionOf(schema.map((branch) => readerOf(branch, names, namespace)));
  if (typeof schema !== 'object' || schema === null) throw new Error('a schema is a name, a list or an object');
  const complex = schema as Complex;
  const convert = logicalConversion(complex);
  if (convert === null) return complexOf(complex, names, namespace, (read) => read);
  return complexOf(complex, names, namespace, (read) => (bytes) => convert(read(bytes)));
}

/** `finish` is what becomes of the reader, also under the name that others know it by. */
function complexOf(schema: Complex, names: Names, namespace: string, finish: (read: Read) => Read): Read {
  const { type } = schema;
  switch (type) {
    case 'record':
    case 'error': return recordOf(schema, names, namespace);
    case 'enum': return define(schema, names, namespace, () => finish(enumOf(listOf(schema, 'symbols'))));
    case 'fixed': return define(schema, names, namespace, () => finish(fixedOf(schema['size'])));
    case 'array': return finish(arrayOf(readerOf(schema['items'], names, namespace)));
    case 'map': return finish(mapOf(readerOf(schema['values'], names, namespace)));
    default: return finish(readerOf(type, names, namespace));
  }
}

const listOf = (schema: Complex, key: string): readonly unknown[] => {
  const list = schema[key];
  if (!Array.isArray(list)) throw new Error(`${String(schema['type'])} ${String(schema['name'])} has no ${key}`);
  return list as readonly unknown[];
};

const fullName = (name: string, namespace: string): string => (name.includes('.') || namespace === '' ? name : `${namespace}.${name}`);

function named(name: string, names: Names, namespace: string): Read {
  const read = names.get(fullName(name, namespace)) ?? names.get(name);
  if (read === undefined) throw new Error(`the schema uses the name ${name} and does not define it`);
  return read;
}

const ownName = (schema: Complex, namespace: string): string => {
  const { name, namespace: own } = schema;
  if (typeof name !== 'string' || name === '') throw new Error(`${String(schema['type'])} without a name`);
  return fullName(name, typeof own === 'string' ? own : namespace);
};

function define(schema: Complex, names: Names, namespace: string, make: () => Read): Read {
  const name = ownName(schema, namespace);
  const read = make();
  names.set(name, read);
  return read;
}

function recordOf(schema: Complex, names: Names, namespace: string): Read {
  const name = ownName(schema, namespace);
  const fields: { readonly name: string; readonly read: Read }[] = [];
  const read: Read = (bytes) => {
    const value: Record<string, unknown> = {};
    for (const field of fields) value[field.name] = field.read(bytes);
    return value;
  };
  // Before its fields: a record may hold itself.
  names.set(name, read);
  const within = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  for (const field of listOf(schema, 'fields')) {
    const { name: fieldName, type } = field as { readonly name?: unknown; readonly type?: unknown };
    if (typeof fieldName !== 'string' || fieldName === '__proto__') throw new Error(`record ${name} has a field without a usable name`);
    fields.push({ name: fieldName, read: readerOf(type, names, within) });
  }
  return read;
}

const unionOf = (branches: readonly Read[]): Read => (bytes) => {
  const branch = branches[readLong(bytes)];
  if (branch === undefined) throw new AvroFault('a union names a branch that it does not have');
  return branch(bytes);
};

const enumOf = (symbols: readonly unknown[]): Read => (bytes) => {
  const symbol = symbols[readLong(bytes)];
  if (symbol === undefined) throw new AvroFault('an enum names a symbol that it does not have');
  return symbol;
};

function fixedOf(size: unknown): Read {
  if (typeof size !== 'number' || !(size >= 0)) throw new Error('fixed without a size');
  return (bytes) => {
    const at = advance(bytes, size);
    return bytes.buffer.subarray(at, at + size);
  };
}

const arrayOf = (item: Read): Read => (bytes) => {
  const items: unknown[] = [];
  for (let count = readBlock(bytes); count > 0; count = readBlock(bytes)) {
    const begin = bytes.at;
    for (let i = 0; i < count; i++) items.push(item(bytes));
    // Items without any bytes could be many more than were sent.
    if (bytes.at - begin < count) throw new AvroFault('an array holds items that take no bytes');
  }
  return items;
};

const mapOf = (value: Read): Read => (bytes) => {
  const entries: [string, unknown][] = [];
  for (let count = readBlock(bytes); count > 0; count = readBlock(bytes)) {
    for (let i = 0; i < count; i++) entries.push([readText(bytes), value(bytes)]);
  }
  return Object.fromEntries(entries);
};
