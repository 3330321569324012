import { Optional } from '@marcbachmann/cel-js';
import { instantText } from '../../core/instant-text.js';
import type { NamedTemplate, Template, Value } from './definition.js';
import type { Expression, ExpressionFault, Scope, Vocabulary } from './expression.js';
import { at, MapFault, type MapPath } from './map-fault.js';
import { kindOf, ValueFault } from './value-fault.js';

/** What an event is made of once its values are computed. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Computes a value of an event. @throws MapFault */
export type Build = (scope: Scope) => Json;

/** Told of everything that can't be used, while a map is made ready. */
export type Report = (path: MapPath, fault: ExpressionFault) => void;

/** What stands in for an expression that can't be used: the report has it, and the map is not run. */
const NOTHING: Expression = { text: '', type: 'dyn', asks: [], evaluate: () => null };

/** Makes the maps' texts ready, and notes what they ask for. */
export interface Builder {
  readonly vocabulary: Vocabulary;
  readonly report: Report;
  readonly asked: (expression: Expression) => void;
  /** Told of each place of an event that a constant or an expression of a known type fills; for checks against the contract. */
  readonly filled: (path: MapPath, by: { readonly constant: Json } | { readonly type: string }) => void;
}

/** `=...`'s expression. */
export function compileExpression(text: string, path: MapPath, { vocabulary, report, asked }: Builder): Expression {
  const compiled = vocabulary.compile(text);
  if (compiled.kind === 'fault') {
    report(path, compiled.fault);
    return NOTHING;
  }
  asked(compiled.expression);
  return compiled.expression;
}

export function compileTemplate(template: Template, path: MapPath, builder: Builder): Build {
  switch (template.kind) {
    case 'constant': {
      const { value } = template;
      builder.filled(path, { constant: value });
      return () => value;
    }
    case 'expression': {
      const expression = compileExpression(template.text, path, builder);
      builder.filled(path, { type: expression.type });
      return (scope) => at(path, () => jsonOf(expression.evaluate(scope)));
    }
    case 'object': {
      const fill = compileFields(template.fields, path, builder);
      return (scope) => {
        const object: { [key: string]: Json } = {};
        fill(scope, object);
        return object;
      };
    }
    case 'list': {
      const items = template.items.map((item, i) => compileTemplate(item, [...path, i], builder));
      return (scope) => items.map((build) => build(scope));
    }
    case 'choice': return compileChoice(template, path, builder);
    case 'each': {
      const entries = compileEach(template.each, [...path, 'for'], builder);
      const give = compileTemplate(template.give, [...path, 'give'], { ...builder, vocabulary: entries.vocabulary });
      return (scope) => {
        const given: Json[] = [];
        entries.forEach(scope, () => { given.push(give(scope)); });
        return given;
      };
    }
  }
}

/** Puts fields into an object; what is missing is left out, but for fields whose null is said. @throws MapFault */
export type Fill = (scope: Scope, into: { [key: string]: Json }) => void;

const NONE: ReadonlySet<string> = new Set();

export function compileFields(fields: readonly NamedTemplate[], path: MapPath, builder: Builder, saidNulls: ReadonlySet<string> = NONE): Fill {
  const builds = fields.map(({ name, value }) => ({ name, build: compileTemplate(value, [...path, name], builder), saysNull: saidNulls.has(name) }));
  return (scope, into) => {
    for (const { name, build, saysNull } of builds) {
      const value = build(scope);
      if (value !== null || saysNull) into[name] = value;
    }
  };
}

function compileChoice(choice: Extract<Template, { kind: 'choice' }>, path: MapPath, builder: Builder): Build {
  const of = compileExpression(choice.of, [...path, 'of'], builder);
  const is = new Map(choice.is.map(({ name, value }) => [name, compileTemplate(value, [...path, 'is', name], builder)]));
  const otherwise = choice.otherwise === null ? null : compileTemplate(choice.otherwise, [...path, 'else'], builder);
  return (scope) => {
    const value = at([...path, 'of'], () => jsonOf(of.evaluate(scope)));
    const build = typeof value === 'object' ? undefined : is.get(String(value));
    if (build !== undefined) return build(scope);
    if (value === null && otherwise === null) return null;
    if (otherwise === null) throw new MapFault(path, `none of ${is.size} values fits ${kindOf(value)}; say with \`else\` what any other stands for`);
    return otherwise(scope);
  };
}

interface Entries {
  readonly vocabulary: Vocabulary;
  /** Calls once for each entry, with its name in the scope. */
  forEach(scope: Scope, call: (index: number) => void): void;
}

/** A loop over a list. */
export function compileEach({ name, of }: { readonly name: string; readonly of: string }, path: MapPath, builder: Builder): Entries {
  const list = compileExpression(of, [...path, name], builder);
  const known = /^list<(.*)>$/.exec(list.type)?.[1];
  if (known === undefined && !['list', 'dyn'].includes(list.type)) {
    builder.report([...path, name], { message: `expected a list, the expression gives ${wordFor(list.type)}`, name: null, known: [] });
  }
  const taken = builder.vocabulary.names.includes(name);
  if (taken) builder.report(path, { message: `\`${name}\` is taken already; choose another name`, name: null, known: [] });
  return {
    vocabulary: taken ? builder.vocabulary : builder.vocabulary.with(name, known ?? 'dyn'),
    forEach(scope, call) {
      const entries = at([...path, name], () => list.evaluate(scope));
      if (entries === null) return;
      if (!Array.isArray(entries)) throw new MapFault([...path, name], `expected a list, found ${kindOf(entries)}`);
      (entries as readonly Value[]).forEach((entry, i) => {
        scope[name] = entry;
        call(i);
      });
    },
  };
}

/** A type as docs/maps.md calls it. */
export const wordFor = (type: string): string =>
  ({ string: 'a text', double: 'a number', int: 'a whole number', bool: 'true or false', 'google.protobuf.Timestamp': 'a time', map: 'an object', null: 'nothing' })[type] ?? (type.startsWith('list') ? 'a list' : `a value of type ${type}`);

/** @throws ValueFault for what no event can hold. */
export function jsonOf(value: Value | undefined): Json {
  switch (typeof value) {
    case 'string': case 'boolean': return value;
    case 'number':
      if (!Number.isFinite(value)) throw new ValueFault('the number is none that can be written');
      return value;
    case 'bigint': {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw new ValueFault('the whole number is beyond 2^53 and would be rounded; text(...) keeps it, as an id');
      return number;
    }
    case 'object': return ofObject(value);
    default: return null;
  }
}

function ofObject(value: Exclude<Value, string | number | bigint | boolean>): Json {
  if (value === null) return null;
  if (value instanceof Date) return shortInstant(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(jsonOf);
  if (value instanceof Optional) return jsonOf(value.orValue(null) as Value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new ValueFault('the expression gives something that no event can hold');
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null).map(([key, each]) => [key, jsonOf(each)]));
}

/** Without the milliseconds where there are none, as people write it. */
const shortInstant = (date: Date): string => {
  if (Number.isNaN(date.getTime())) throw new ValueFault('the time is beyond all times');
  const text = instantText(date.getTime());
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
};
