import type { z } from 'zod';

/**
 * A yes or no by a zod schema, several times faster than `safeParse`: nothing is copied and no issue is written. The
 * schema stays the one definition, this only walks it. What it can't read gets no check, so that a new kind of schema
 * is slow until it's taught here, never wrong; for the reason of a "no" ask the schema.
 */
export type QuickCheck = (value: unknown) => boolean;

interface Definition {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Readonly<Record<string, unknown>> } }[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: unknown;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly check?: string;
  readonly format?: string;
}

type Refinement = (value: unknown) => unknown;

/** The functions given to `refine`; null when there is any other kind of check. */
const refinements = (definition: Definition): readonly Refinement[] | null => {
  const found: Refinement[] = [];
  for (const { _zod } of definition.checks ?? []) {
    if (_zod.def['check'] !== 'custom' || typeof _zod.def['fn'] !== 'function') return null;
    found.push(_zod.def['fn'] as Refinement);
  }
  return found;
};

const refined = (base: QuickCheck, definition: Definition): QuickCheck | null => {
  const functions = refinements(definition);
  if (functions === null) return null;
  const [only] = functions;
  if (only === undefined) return base;
  if (functions.length === 1) return (value) => base(value) && only(value) === true;
  return (value) => base(value) && functions.every((fn) => fn(value) === true);
};

const isBoolean: QuickCheck = (value) => typeof value === 'boolean';
const isNumber: QuickCheck = (value) => typeof value === 'number' && Number.isFinite(value);

const textCheck = (definition: Definition): QuickCheck | null => {
  const functions = definition.check === undefined ? refinements(definition) : null;
  if (functions === null || functions.length > 1) return null;
  const [only] = functions;
  return only === undefined ? (value) => typeof value === 'string' : (value) => typeof value === 'string' && only(value) === true;
};

const numberCheck = (definition: Definition): QuickCheck | null => {
  if (definition.check === undefined) return refined(isNumber, definition);
  return definition.check === 'number_format' && definition.format === 'safeint' ? Number.isSafeInteger : null;
};

const oneOf = (values: readonly unknown[]): QuickCheck => {
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  return (value) => values.includes(value);
};

const arrayCheck = (element: QuickCheck): QuickCheck => (value) => {
  if (!Array.isArray(value)) return false;
  for (const entry of value as readonly unknown[]) if (!element(entry)) return false;
  return true;
};

const objectCheck = (fields: readonly { readonly name: string; readonly check: QuickCheck }[]): QuickCheck => {
  const names = fields.map((field) => field.name);
  const checks = fields.map((field) => field.check);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const object = value as Readonly<Record<string, unknown>>;
    let i = 0;
    for (const check of checks) {
      if (!check(object[names[i] as string])) return false;
      i += 1;
    }
    return true;
  };
};

const shapeCheck = (definition: Definition): QuickCheck | null => {
  if (definition.catchall !== undefined) return null;
  const fields: { name: string; check: QuickCheck }[] = [];
  for (const [name, schema] of Object.entries(definition.shape ?? {})) {
    const check = quickCheck(schema);
    if (check === null) return null;
    fields.push({ name, check });
  }
  return refined(objectCheck(fields), definition);
};

/** `optional` and `nullable`, in one step where both are wrapped around each other. */
const unlessAbsent = (definition: Definition): QuickCheck | null => {
  const { innerType } = definition;
  if (innerType === undefined || definition.checks !== undefined) return null;
  const within = innerType._zod.def as unknown as Definition;
  const both = (within.type === 'optional' || within.type === 'nullable') && within.type !== definition.type;
  const inner = quickCheck(both && within.innerType !== undefined && within.checks === undefined ? within.innerType : innerType);
  if (inner === null) return null;
  if (both) return (value) => value === undefined || value === null || inner(value);
  const absent = definition.type === 'optional' ? undefined : null;
  return (value) => value === absent || inner(value);
};

/** The check of a schema made of plain objects, arrays, texts, numbers, choices and `refine`; null for any other. */
export const quickCheck = (schema: z.ZodType): QuickCheck | null => {
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case 'string': return textCheck(definition);
    case 'boolean': return refined(isBoolean, definition);
    case 'number': return numberCheck(definition);
    case 'literal': return refined(oneOf(definition.values ?? []), definition);
    case 'enum': return refined(oneOf(Object.values(definition.entries ?? {})), definition);
    case 'optional':
    case 'nullable': return unlessAbsent(definition);
    case 'object': return shapeCheck(definition);
    case 'array': {
      const element = definition.element === undefined ? null : quickCheck(definition.element);
      return element === null ? null : refined(arrayCheck(element), definition);
    }
    default: return null;
  }
};
