import type { Value } from './definition.js';
import type { Scope } from './expression.js';
import { fieldNamed, type Node } from './expression-survey.js';
import type { MapFunction } from './functions.js';
import { ValueFault } from './value-fault.js';

/**
 * Evaluates without the language's machinery, for the expressions that most fields have: a field of the record, a text, or one of
 * our functions of these. Null: it is more than that.
 */
export function directly(node: Node, functions: ReadonlyMap<string, MapFunction>): ((scope: Scope) => Value) | null {
  const { op, args } = node;
  if (op === 'value' && (typeof args === 'string' || args === null)) return () => args;
  if (op === 'id' && typeof args === 'string') return (scope) => scope[args] ?? null;
  if (op === '.' || op === '[]') {
    const [of, key] = args as [Node, string | Node];
    const field = fieldNamed(op, key);
    const inner = directly(of, functions);
    return inner === null || of.op === 'value' || field === null ? null : (scope) => fieldOf(inner(scope), field);
  }
  if (op !== 'call') return null;
  const [name, given] = args as [string, Node[]];
  const called = functions.get(name);
  const [first, second] = given.map((each) => directly(each, functions));
  if (called === undefined || first == null) return null;
  const { call } = called;
  if (given.length === 1) return (scope) => call(first(scope));
  return given.length === 2 && second != null ? (scope) => call(first(scope), second(scope)) : null;
}

function fieldOf(value: Value, field: string): Value {
  if (typeof value !== 'object' || value === null || value instanceof Date || Array.isArray(value)) throw new ValueFault(`nothing has the field \`${field}\` here`);
  const found = Object.hasOwn(value, field) ? (value as { readonly [key: string]: Value })[field] : undefined;
  if (found === undefined) throw new ValueFault(`there is no field \`${field}\``);
  return found;
}
