import type { Each, FieldShape, NamedTemplate, Shape, Template } from '../../pipeline/maps/definition.js';
import type { Path } from '../config/problems.js';
import { each } from './map-schema.js';

/** Told of each thing that is wrong, with its path. */
export type Tell = (path: Path, message: string) => void;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const NOTHING: Template = { kind: 'constant', value: null };

/** The text of an expression, without its `=`. */
export const expressionText = (text: string): string => text.slice(1).trim();

/** What stands for a value: `=...` is an expression, other texts, numbers and truths are themselves. */
export function templateOf(value: unknown, path: Path, tell: Tell): Template {
  if (typeof value === 'string') return value.startsWith('=') ? { kind: 'expression', text: expressionText(value) } : { kind: 'constant', value };
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { kind: 'constant', value };
  if (typeof value === 'bigint') {
    tell(path, 'the whole number is beyond 2^53 and would be rounded; an id stands between quotes');
    return NOTHING;
  }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item, i) => templateOf(item, [...path, i], tell)) };
  if (!isRecord(value)) {
    tell(path, 'expected a text, a number, true or false, a section or a list');
    return NOTHING;
  }
  if ('of' in value || 'is' in value) return choiceOf(value, path, tell);
  if ('give' in value) return eachOf(value, path, tell);
  return { kind: 'object', fields: namedTemplates(value, path, tell) };
}

export const namedTemplates = (fields: Readonly<Record<string, unknown>>, path: Path, tell: Tell): readonly NamedTemplate[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value: templateOf(value, [...path, name], tell) }));

function choiceOf(value: Readonly<Record<string, unknown>>, path: Path, tell: Tell): Template {
  const { of, is, else: otherwise, ...others } = value;
  for (const other of Object.keys(others)) tell([...path, other], 'beside `of` and `is` there may only be `else`');
  if (typeof of !== 'string' || !of.startsWith('=')) {
    tell([...path, 'of'], 'expected an expression, which begins with =');
    return NOTHING;
  }
  if (!isRecord(is)) {
    tell([...path, 'is'], 'expected a section: what stands for each value');
    return NOTHING;
  }
  return {
    kind: 'choice', of: expressionText(of), is: namedTemplates(is, [...path, 'is'], tell),
    otherwise: 'else' in value ? templateOf(otherwise, [...path, 'else'], tell) : null,
  };
}

function eachOf(value: Readonly<Record<string, unknown>>, path: Path, tell: Tell): Template {
  const { give, for: loop, ...others } = value;
  for (const other of Object.keys(others)) tell([...path, other], 'beside `give` there may only be `for`');
  const read = each.safeParse(loop);
  const parsed = read.success ? loopOf(read.data) : null;
  if (parsed === null) {
    tell([...path, 'for'], read.error?.issues[0]?.message ?? 'expected a name and a list');
    return NOTHING;
  }
  return { kind: 'each', each: parsed, give: templateOf(give, [...path, 'give'], tell) };
}

/** `for`'s one entry. */
export function loopOf(loop: Readonly<Record<string, string>> | undefined): Each | null {
  const [entry] = Object.entries(loop ?? {});
  return entry === undefined ? null : { name: entry[0], of: expressionText(entry[1]) };
}

const KINDS = ['text', 'number', 'boolean', 'any'] as const;

/** What a map knows of a record's fields. */
export function shapeOf(fields: Readonly<Record<string, unknown>>, path: Path, tell: Tell, isFlat: boolean): Shape {
  return new Map(Object.entries(fields).map(([given, value]) => {
    // Of objects and lists the name says that they may be missing.
    const isMissable = given.endsWith('?') && typeof value !== 'string';
    const name = isMissable ? given.slice(0, -1) : given;
    return [name, fieldOf(value, isMissable, [...path, given], tell, isFlat)];
  }));
}

function fieldOf(value: unknown, optional: boolean, path: Path, tell: Tell, isFlat: boolean): FieldShape {
  if (typeof value === 'string') {
    const kind = KINDS.find((known) => known === value.replace(/\?$/, ''));
    if (kind !== undefined) return { kind, optional: value.endsWith('?') || kind === 'any' };
  } else if (!isFlat && Array.isArray(value) && value.length === 1) {
    return { kind: 'list', of: fieldOf(value[0], false, [...path, 0], tell, false), optional };
  } else if (!isFlat && isRecord(value)) return { kind: 'object', fields: shapeOf(value, path, tell, false), optional };
  tell(path, `expected one of ${KINDS.join(', ')}, with ? where it may be missing${isFlat ? '' : '; or a section of fields, or a list with one of these'}`);
  return { kind: 'any', optional: true };
}
