import type { z } from 'zod';

/**
 * A yes or no by a zod schema, many times faster than `safeParse`: nothing is copied and no issue is written. The schema
 * stays the one definition; it is turned once into a function of plain comparisons, made of nothing but the schema. What
 * can't be turned gets no check, so that a new kind of schema is slow until it's taught here, never wrong; for the reason
 * of a "no" ask the schema.
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
const definitionOf = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition;

/** A function under construction: what its text refers to, and names not yet given away. */
interface Draft {
  readonly refinements: unknown[];
  names: number;
}

/** The check of a schema made of plain objects, arrays, texts, numbers, choices and `refine`; null for any other. */
export const quickCheck = (schema: z.ZodType): QuickCheck | null => {
  const draft: Draft = { refinements: [], names: 0 };
  const text = statements(schema, 'value', draft);
  if (text === null) return null;
  // Checks that walk the schema anew for each value ask for every field by a name that changes, which engines can't make fast.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text comes from our own schemas, never from input
  const make = new Function('refine', `"use strict"; return (value) => { ${text} return true; };`) as (refine: readonly unknown[]) => QuickCheck;
  return make(draft.refinements);
};

const refuseUnless = (condition: string): string => `if (!(${condition})) return false;`;

/** Statements that return false unless `v`, a variable, is as the schema says. */
function statements(schema: z.ZodType, v: string, draft: Draft): string | null {
  const definition = definitionOf(schema);
  if (definition.type === 'optional' || definition.type === 'nullable') return unlessAbsent(definition, v, draft);
  const base = ofType(definition, v, draft);
  const refined = refinements(definition, v, draft);
  return base === null || refined === null ? null : base + refined;
}

function ofType(definition: Definition, v: string, draft: Draft): string | null {
  switch (definition.type) {
    case 'string': return definition.check === undefined ? refuseUnless(`typeof ${v} === 'string'`) : null;
    case 'boolean': return refuseUnless(`typeof ${v} === 'boolean'`);
    case 'number': return ofNumber(definition, v);
    case 'literal': return ofChoice(definition.values ?? [], v);
    case 'enum': return ofChoice(Object.values(definition.entries ?? {}), v);
    case 'object': return ofObject(definition, v, draft);
    case 'array': return ofArray(definition, v, draft);
    default: return null;
  }
}

function ofNumber({ check, format }: Definition, v: string): string | null {
  if (check === undefined) return refuseUnless(`typeof ${v} === 'number' && Number.isFinite(${v})`);
  return check === 'number_format' && format === 'safeint' ? refuseUnless(`Number.isSafeInteger(${v})`) : null;
}

function ofChoice(values: readonly unknown[], v: string): string | null {
  if (!values.every((value) => typeof value === 'string')) return null;
  return refuseUnless(values.map((value) => `${v} === ${JSON.stringify(value)}`).join(' || ') || 'false');
}

function ofObject(definition: Definition, v: string, draft: Draft): string | null {
  if (definition.catchall !== undefined) return null;
  let text = refuseUnless(`typeof ${v} === 'object' && ${v} !== null && !Array.isArray(${v})`);
  for (const [name, schema] of Object.entries(definition.shape ?? {})) {
    const field = nameIn(draft);
    const within = statements(schema, field, draft);
    if (within === null) return null;
    text += `const ${field} = ${v}[${JSON.stringify(name)}]; ${within}`;
  }
  return text;
}

function ofArray({ element }: Definition, v: string, draft: Draft): string | null {
  const entry = nameIn(draft);
  const within = element === undefined ? null : statements(element, entry, draft);
  return within === null ? null : `${refuseUnless(`Array.isArray(${v})`)} for (const ${entry} of ${v}) { ${within} }`;
}

function unlessAbsent(definition: Definition, v: string, draft: Draft): string | null {
  if (definition.innerType === undefined || definition.checks !== undefined) return null;
  const within = statements(definition.innerType, v, draft);
  return within === null ? null : `if (${v} !== ${definition.type === 'optional' ? 'undefined' : 'null'}) { ${within} }`;
}

/** The functions given to `refine`; null when there is any other kind of check. */
function refinements(definition: Definition, v: string, draft: Draft): string | null {
  let text = '';
  for (const { _zod } of definition.checks ?? []) {
    if (_zod.def['check'] !== 'custom' || typeof _zod.def['fn'] !== 'function') return null;
    text += refuseUnless(`refine[${draft.refinements.push(_zod.def['fn']) - 1}](${v}) === true`);
  }
  return text;
}

const nameIn = (draft: Draft): string => `v${String(draft.names++)}`;
