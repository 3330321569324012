import type { Value } from './definition.js';
import type { Scope } from './expression.js';
import { isNode } from './expression-survey.js';
import { ValueFault } from './value-fault.js';

/** What the library throws, as far as it is read here. */
export interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number };
  readonly node?: { readonly op?: string; readonly args?: unknown };
}

/** Why an expression can't be used, the name that wasn't found, and those known there. @param fields names, and the fields known of each; null: any */
export function whyInvalid({ code, summary, message, range, node }: CelFault, fields: ReadonlyMap<string, readonly string[] | null>): [string, string | null, readonly string[]] {
  const said = summary ?? message;
  if (code === 'unknown_variable' && typeof node?.args === 'string') {
    return [`nothing is called \`${node.args}\` here; a text stands between quotes, or without = before it`, node.args, [...fields.keys()]];
  }
  if (code === 'no_such_key' && Array.isArray(node?.args)) {
    const [of, key] = node.args as unknown[];
    const field = isNode(key) ? String(key.args) : String(key);
    const owner = isNode(of) && of.op === 'id' ? String(of.args) : null;
    return [`${owner === null ? 'it' : `\`${owner}\``} has no field \`${field}\` by the map's \`fields\``, field, owner === null ? [] : (fields.get(owner) ?? [])];
  }
  const place = range === undefined || range.start === 0 ? '' : `, at character ${range.start + 1}`;
  const hint = code === 'incompatible_ternary_branches' && said.includes("'null'") ? '; write dyn(null) for nothing' : '';
  return [`${words(said)}${place}${hint}`, null, []];
}

/** The library's words for types, as docs/maps.md has them. */
const words = (text: string): string =>
  text.replaceAll('google.protobuf.Timestamp', 'time').replaceAll('google.protobuf.Duration', 'duration').replaceAll(/\bdyn<(\w+)>/g, '$1').replaceAll(/\bdyn\b/g, 'any').replaceAll(/\bType_\w+/g, 'object').replaceAll(/\bstring\b/g, 'text');

/** Turns whatever goes wrong into words without values; only types and names of the map may be told. */
export function guarded(evaluate: (scope: Scope) => Value, text: string): (scope: Scope) => Value {
  return (scope) => {
    try {
      return evaluate(scope);
    } catch (error) {
      if (error instanceof ValueFault) throw error;
      throw new ValueFault(`${whyNot(error as CelFault)}, in \`${text.length > 120 ? `${text.slice(0, 119)}…` : text}\``);
    }
  };
}

function whyNot({ code, summary, node }: CelFault): string {
  switch (code) {
    case 'no_such_key':
      return node?.op === '.' && Array.isArray(node.args) ? `there is no field \`${String(node.args[1])}\`` : 'there is no such entry';
    case 'index_out_of_bounds': return 'the list has no entry there';
    // These name types only.
    case 'no_such_overload': case 'no_matching_overload': case 'invalid_condition_type': case 'invalid_logical_operand':
      return words(summary ?? code);
    default: return `it can't be computed${code === undefined ? '' : ` (${code})`}`;
  }
}
