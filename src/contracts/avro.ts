import type { z } from 'zod';

/**
 * The Avro side of a contract, derived from its zod schema. Instants and promises stay texts (a promise may be a
 * date), money is a `long`, what may be missing is a union with null, and free JSON is a text that holds it.
 */
export type AvroType = string | readonly AvroType[] | { readonly [key: string]: unknown };

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly check?: string;
  readonly valueType?: z.ZodType;
}
const definitionOf = (schema: z.ZodType): Definition => {
  const definition: unknown = schema._zod.def;
  return definition as Definition;
};

const LEGAL = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Avro names know letters, digits and `_` only. */
const fieldName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_');
/** `order.placed` and `dead-letter-line` as names of records. */
export const recordName = (name: string): string =>
  name.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');

const descriptionOf = (schema: z.ZodType): string | undefined => {
  const { innerType } = definitionOf(schema);
  return schema.meta()?.description ?? (innerType === undefined ? undefined : descriptionOf(innerType));
};

/** The schema without `optional` and `nullable`, and whether there was any. */
const unwrap = (schema: z.ZodType): { readonly inner: z.ZodType; readonly absent: boolean } => {
  const { type, innerType } = definitionOf(schema);
  if ((type !== 'optional' && type !== 'nullable') || innerType === undefined) return { inner: schema, absent: false };
  return { inner: unwrap(innerType).inner, absent: true };
};

const isJson = (definition: Definition): boolean =>
  definition.type === 'unknown' || (definition.type === 'record' && (definition.valueType === undefined || definitionOf(definition.valueType).type === 'unknown'));

const recordOf = (schema: z.ZodType, shape: Readonly<Record<string, z.ZodType>>, name: string, namespace?: string): AvroType => ({
  type: 'record',
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...docOf(schema),
  fields: Object.entries(shape).map(([key, field]) => {
    const { inner, absent } = unwrap(field);
    const type = typeOf(inner, name + recordName(key));
    return { name: fieldName(key), type: absent ? ['null', type] : type, ...docOf(field), ...(absent ? { default: null } : {}) };
  }),
});

const docOf = (schema: z.ZodType): { readonly doc?: string } => {
  const doc = descriptionOf(schema);
  return doc === undefined ? {} : { doc };
};

const typeOf = (schema: z.ZodType, name: string): AvroType => {
  const { inner, absent } = unwrap(schema);
  if (absent) return ['null', typeOf(inner, name)];
  const definition = definitionOf(schema);
  if (isJson(definition)) return 'string';
  switch (definition.type) {
    case 'string':
    case 'literal': return 'string';
    case 'boolean': return 'boolean';
    case 'number': return definition.check === 'number_format' ? 'long' : 'double';
    case 'enum': {
      const symbols = Object.values(definition.entries ?? {});
      return symbols.every((symbol) => LEGAL.test(symbol)) ? { type: 'enum', name, symbols } : 'string';
    }
    case 'array': return { type: 'array', items: definition.element === undefined ? 'string' : typeOf(definition.element, `${name}Item`) };
    case 'object': return recordOf(schema, definition.shape ?? {}, name);
    default: throw new TypeError(`${name}: a schema of kind ${definition.type} has no Avro counterpart yet`);
  }
};

/** The Avro record of an object schema. Throws a TypeError on kinds of schema that it wasn't taught. */
export const avroSchema = (schema: z.ZodType, name: string, namespace: string): AvroType => {
  const { shape } = definitionOf(schema);
  if (shape === undefined) throw new TypeError(`${name}: only objects become Avro records`);
  return recordOf(schema, shape, name, namespace);
};

/** A valid value in the form that an Avro encoder takes: what is missing is null, free JSON is text. */
export const toAvro = (value: unknown, schema: z.ZodType): unknown => {
  const { inner } = unwrap(schema);
  const definition = definitionOf(inner);
  if (value === undefined || value === null) return null;
  if (isJson(definition)) return JSON.stringify(value);
  if (definition.type === 'array' && definition.element !== undefined) {
    const { element } = definition;
    return (value as readonly unknown[]).map((entry) => toAvro(entry, element));
  }
  if (definition.type !== 'object') return value;
  const object = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(definition.shape ?? {}).map(([key, field]) => [fieldName(key), toAvro(object[key], field)]));
};

const isOptional = (schema: z.ZodType): boolean => {
  const { type, innerType } = definitionOf(schema);
  return type === 'optional' || (type === 'nullable' && innerType !== undefined && isOptional(innerType));
};

/** Undoes `toAvro`; a null becomes missing again where the contract lets the field be missing, and a field that the writer did not know is missing. */
export const fromAvro = (value: unknown, schema: z.ZodType): unknown => {
  const { inner } = unwrap(schema);
  const definition = definitionOf(inner);
  if (value === null || value === undefined) return value;
  if (isJson(definition)) return JSON.parse(value as string) as unknown;
  if (definition.type === 'array' && definition.element !== undefined) {
    const { element } = definition;
    return (value as readonly unknown[]).map((entry) => fromAvro(entry, element));
  }
  if (definition.type !== 'object') return value;
  const object = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(definition.shape ?? {}).flatMap(([key, field]) => {
    const found = object[fieldName(key)];
    return found === undefined || (found === null && isOptional(field)) ? [] : [[key, fromAvro(found, field)] as const];
  });
  return Object.fromEntries(entries);
};
