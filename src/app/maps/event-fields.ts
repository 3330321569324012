import { z } from 'zod';
import { SOURCES } from '../../contracts/sources.js';
import { getOrInsert } from '../../core/get-or-insert.js';
import type { Json } from '../../pipeline/maps/template.js';

/** What the contract says of a value: as JSON Schema, which is made of it once. */
interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly Json[];
}

const nodes = new Map<string, Node>();

function nodeOf(type: string): Node | null {
  const source = SOURCES.get(type);
  if (source === undefined) return null;
  return getOrInsert(nodes, type, () => z.toJSONSchema(source.schema, { io: 'input' }) as Node);
}

const kindsOf = ({ type }: Node): readonly string[] => (type === undefined ? [] : typeof type === 'string' ? [type] : type);
const alternatives = (node: Node): readonly Node[] => [node, ...(node.anyOf ?? []).flatMap(alternatives)];

/** The field's own part of the contract; empty where there is none. Numbers in a path are entries of lists. */
function at(type: string, path: readonly (string | number)[]): readonly Node[] {
  const root = nodeOf(type);
  let found: readonly Node[] = root === null ? [] : [root];
  for (const step of path) {
    found = found.flatMap(alternatives).flatMap((node) => {
      const next = typeof step === 'number' ? node.items : node.properties?.[step];
      return next === undefined ? [] : [next];
    });
  }
  return found.flatMap(alternatives);
}

/** Names of the fields that an object there may have; null: it is no object of the contract. */
export function fieldsAt(type: string, path: readonly (string | number)[]): readonly string[] | null {
  const objects = at(type, path).filter(({ properties }) => properties !== undefined);
  return objects.length === 0 ? null : [...new Set(objects.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** Fields that an event of this type must have. */
export const requiredFields = (type: string): readonly string[] => nodeOf(type)?.required ?? [];

/** Required fields whose value may be null. */
export function nullFields(type: string): ReadonlySet<string> {
  return new Set(requiredFields(type).filter((field) => at(type, [field]).some((node) => kindsOf(node).includes('null'))));
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  string: ['string'], bool: ['boolean'], double: ['number', 'integer'], int: ['number', 'integer'], map: ['object'], list: ['array'], 'google.protobuf.Timestamp': ['string'],
};
const WORDS: Readonly<Record<string, string>> = { string: 'a text', boolean: 'true or false', number: 'a number', integer: 'a whole number', object: 'a section', array: 'a list', null: 'nothing' };

/** Why an expression of this type can't fill the place; null: it may. */
export function typeFault(type: string, path: readonly (string | number)[], given: string): string | null {
  const kinds = KINDS[given.replace(/<.*$/, '')];
  const wanted = [...new Set(at(type, path).flatMap(kindsOf))];
  if (kinds === undefined || wanted.length === 0 || kinds.some((kind) => wanted.includes(kind))) return null;
  return `expected ${wanted.filter((kind) => kind !== 'null').map((kind) => WORDS[kind] ?? kind).join(' or ')}`;
}

/** Why this constant can't fill the place; null: it may. */
export function constantFault(type: string, path: readonly (string | number)[], value: Json): string | null {
  const found = at(type, path);
  const choices = found.flatMap((node) => node.enum ?? []);
  if (choices.length > 0 && value !== null) return choices.includes(value) ? null : `expected one of ${choices.map(String).join(', ')}`;
  const given = value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'double' : 'string';
  return given === 'null' ? null : (typeFault(type, path, given) ?? contentFault(type, path, value));
}

/** What the kind of a value does not show: a currency of four letters, a date that never was. */
function contentFault(type: string, path: readonly (string | number)[], value: Json): string | null {
  const issue = schemaAt(type, path)?.safeParse(value).error?.issues[0];
  if (issue === undefined) return null;
  return `expected ${issue.code === 'custom' ? issue.message : 'a whole number'}`;
}

/** The field's own schema; null where there is none. */
function schemaAt(type: string, path: readonly (string | number)[]): z.ZodType | null {
  let found: unknown = SOURCES.get(type)?.schema;
  for (const step of path) {
    const within = bare(found);
    found = within instanceof z.ZodObject ? within.shape[step] : within instanceof z.ZodArray ? within.element : null;
  }
  return found instanceof z.ZodType ? found : null;
}

const bare = (schema: unknown): unknown => (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema);
