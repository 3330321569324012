import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import type { FieldShape, Shape, Value } from './definition.js';
import { mapFunctions, type MapFunction, type MapSettings } from './functions.js';
import { formatFault } from './local-time.js';
import { ValueFault } from './value-fault.js';

/** What an expression may name: the record, joined rows, values of its own. */
export type Scope = Record<string, Value>;

export interface Expression {
  readonly text: string;
  /** Its type as far as it is known before any record: `string`, `double`, `dyn`, `list<int>`... */
  readonly type: string;
  /** Fields that it asks of each name: `record` -> `order_id`...; `must`: it fails where there is no such field. */
  readonly asks: readonly { readonly of: string; readonly field: string; readonly must: boolean }[];
  /** @throws ValueFault */
  readonly evaluate: (scope: Scope) => Value;
}

/** Why an expression can't be used. `name` was not found among `known`. */
export interface ExpressionFault {
  readonly message: string;
  readonly name: string | null;
  readonly known: readonly string[];
}
export type Compiled = { readonly kind: 'expression'; readonly expression: Expression } | { readonly kind: 'fault'; readonly fault: ExpressionFault };

/** The names that expressions may use, and what is known of each. */
export interface Vocabulary {
  readonly names: readonly string[];
  readonly compile: (text: string) => Compiled;
  /** The same and one more name, of a type of the language or of a shape. */
  readonly with: (name: string, type: string | NamedShape) => Vocabulary;
}
/** Rows of this shape: one, perhaps none, or a list. */
export interface NamedShape {
  readonly shape: Shape;
  readonly is: 'one' | 'perhaps' | 'list';
}

/** No expression of a map needs more; the language has no loops but over lists, and these are bounded too. */
const LIMITS = { maxAstNodes: 1_000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };
/** Loops within loops over lists of a record. */
const DEEPEST_LOOP = 2;
/** What the language calls a loop. */
const LOOPS = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

const TYPES: Readonly<Record<string, string>> = { text: 'string', number: 'double', boolean: 'bool', any: 'dyn' };

/**
 * Expressions are in CEL. Each is checked by the types that the map declares and evaluated without them: a record's own values
 * tell what they are.
 */
export function createVocabulary(settings: MapSettings): Vocabulary {
  const options = { enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits: LIMITS };
  const functions = mapFunctions(settings);
  const checker = withNumbers(new Environment(options));
  for (const { name, takes, gives, call } of functions) for (const types of takes) checker.registerFunction(`${name}(${types.join(', ')}): ${gives}`, call);
  const runner = withNumbers(new Environment(options));
  const known = new Set<string>();
  for (const { name, takes, call } of functions) {
    for (const { length } of takes) {
      if (known.has(`${name}/${length}`)) continue;
      known.add(`${name}/${length}`);
      runner.registerFunction(`${name}(${Array.from({ length }, () => 'dyn').join(', ')}): dyn`, call);
    }
  }
  return vocabulary({ checker, runner, functions: new Map(functions.map((each) => [each.name, each])), fields: new Map() });
}

interface Parts {
  readonly checker: Environment;
  readonly runner: Environment;
  readonly functions: ReadonlyMap<string, MapFunction>;
  /** Names and the fields known of each; null: any. */
  readonly fields: ReadonlyMap<string, readonly string[] | null>;
}

function vocabulary(parts: Parts): Vocabulary {
  return {
    names: [...parts.fields.keys()],
    compile: (text) => compile(text, parts),
    with(name, type) {
      const checker = parts.checker.clone();
      checker.registerVariable(name, typeof type === 'string' ? type : typeOfShape(checker, name, type));
      const fields = typeof type === 'string' || type.is === 'list' ? null : [...type.shape.keys()];
      return vocabulary({ ...parts, checker, runner: parts.runner.clone().registerVariable(name, 'dyn'), fields: new Map(parts.fields).set(name, fields) });
    },
  };
}

/** Whole numbers in an expression are of another type than those of a record; people need not know. */
function withNumbers(environment: Environment): Environment {
  const register = (operator: string, gives: string, call: (a: number, b: number) => unknown): void => {
    const handler = (a: number | bigint, b: number | bigint): unknown => call(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int: ${gives}`, handler).registerOperator(`int ${operator} double: ${gives}`, handler);
  };
  register('+', 'double', (a, b) => a + b);
  register('-', 'double', (a, b) => a - b);
  register('*', 'double', (a, b) => a * b);
  register('/', 'double', (a, b) => a / b);
  // The other way round it comes with the language.
  return environment.registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b));
}

/** Makes the shape known to the checker as a type of its own; types have at least two letters there. */
function typeOfShape(checker: Environment, name: string, { shape, is }: NamedShape): string {
  const type = registerShape(checker, `Type_${name}`, shape);
  if (is === 'perhaps') checker.registerOperator(`${type} == null: bool`, () => false);
  return is === 'list' ? `list<${type}>` : type;
}

function registerShape(checker: Environment, name: string, shape: Shape): string {
  let at = 0;
  const fields: Record<string, string> = {};
  for (const [field, its] of shape) fields[field] = typeOfField(checker, `${name}_${at++}`, its);
  checker.registerType(name, { fields });
  return name;
}

function typeOfField(checker: Environment, name: string, field: FieldShape): string {
  if (field.kind === 'object') {
    const type = registerShape(checker, name, field.fields);
    if (field.optional) checker.registerOperator(`${type} == null: bool`, () => false);
    return type;
  }
  if (field.kind === 'list') return `list<${typeOfField(checker, `${name}_0`, field.of)}>`;
  return field.optional ? 'dyn' : (TYPES[field.kind] ?? 'dyn');
}

function compile(text: string, parts: Parts): Compiled {
  const refuse = (message: string, name: string | null = null, known: readonly string[] = []): Compiled => ({ kind: 'fault', fault: { message, name, known } });
  const checked = parts.checker.check(text);
  if (!checked.valid) return refuse(...whyInvalid(checked.error as unknown as CelFault, parts));
  try {
    const run = parts.runner.parse(text);
    const found = survey(run.ast);
    if (found.refused !== null) return refuse(found.refused);
    // Names and types were checked; this only prepares the evaluation.
    const prepared = run.check();
    if (!prepared.valid) return refuse(...whyInvalid(prepared.error as unknown as CelFault, parts));
    const direct = directly(run.ast, parts.functions);
    const evaluate = direct ?? ((scope: Scope): Value => run(scope) as Value);
    return { kind: 'expression', expression: { text, type: checked.type ?? 'dyn', asks: found.asks, evaluate: guarded(evaluate, text) } };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** A node of a parsed expression, as far as is needed here. */
interface Node {
  readonly op: ASTNode['op'];
  readonly args: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

interface Survey {
  readonly asks: Expression['asks'];
  readonly refused: string | null;
}

function survey(root: Node): Survey {
  const asks: { of: string; field: string; must: boolean }[] = [];
  let refused: string | null = null;
  const look = (value: unknown, loops: number): void => {
    if (Array.isArray(value)) {
      for (const entry of value) look(entry, loops);
      return;
    }
    if (!isNode(value)) return;
    const { op, args } = value;
    const deeper = isLoop(value) ? loops + 1 : loops;
    refused ??= whyRefused(value, deeper);
    const [of, key] = Array.isArray(args) ? (args as unknown[]) : [];
    const field = fieldNamed(op, key);
    if (isNode(of) && of.op === 'id' && field !== null) asks.push({ of: String(of.args), field, must: op !== '.?' });
    look(args, deeper);
  };
  look(root, 0);
  return { asks, refused };
}

const isLoop = ({ op, args }: Node): boolean => op === 'rcall' && Array.isArray(args) && LOOPS.has(String(args[0]));

/** What the language has and maps may not use; null: nothing of it. */
function whyRefused({ op, args }: Node, loops: number): string | null {
  const [name, given] = Array.isArray(args) ? (args as unknown[]) : [];
  if (loops > DEEPEST_LOOP) return `loops are nested more than ${DEEPEST_LOOP} deep`;
  if (op === 'rcall' && name === 'matches') return 'regular expressions (`matches`) are left out, since some never end; use find, startsWith, endsWith or contains';
  return op === 'call' && (name === 'time' || name === 'date') ? formOfTime(given) : null;
}

/** The field that an access names by itself: `record.x`, `record["x"]`. */
function fieldNamed(op: Node['op'], key: unknown): string | null {
  const named = op === '.' || op === '.?' ? key : op === '[]' && isNode(key) && key.op === 'value' ? key.args : null;
  return typeof named === 'string' ? named : null;
}

/** What is wrong with the form that a call of `time` or `date` names as a text; null: nothing. */
function formOfTime(given: unknown): string | null {
  const form: unknown = Array.isArray(given) ? given[1] : undefined;
  if (!isNode(form) || form.op !== 'value' || typeof form.args !== 'string' || form.args === 'seconds' || form.args === 'milliseconds') return null;
  const fault = formatFault(form.args);
  return fault === null ? null : `the form ${form.args} of a time can't be used: ${fault}`;
}

/**
 * The same without the language's machinery, for the expressions that most fields have: a field of the record, a text, or one of
 * our functions of these. Null: it is more than that.
 */
function directly(node: Node, functions: ReadonlyMap<string, MapFunction>): ((scope: Scope) => Value) | null {
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

interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number };
  readonly node?: { readonly op?: string; readonly args?: unknown };
}

function whyInvalid({ code, summary, message, range, node }: CelFault, parts: Parts): [string, string | null, readonly string[]] {
  const said = summary ?? message;
  if (code === 'unknown_variable' && typeof node?.args === 'string') {
    return [`nothing is called \`${node.args}\` here; a text stands between quotes, or without = before it`, node.args, [...parts.fields.keys()]];
  }
  if (code === 'no_such_key' && Array.isArray(node?.args)) {
    const [of, key] = node.args as unknown[];
    const field = isNode(key) ? String(key.args) : String(key);
    const owner = isNode(of) && of.op === 'id' ? String(of.args) : null;
    return [`${owner === null ? 'it' : `\`${owner}\``} has no field \`${field}\` by the map's \`fields\``, field, owner === null ? [] : (parts.fields.get(owner) ?? [])];
  }
  const place = range === undefined || range.start === 0 ? '' : `, at character ${range.start + 1}`;
  const hint = code === 'incompatible_ternary_branches' && said.includes("'null'") ? '; write dyn(null) for nothing' : '';
  return [`${words(said)}${place}${hint}`, null, []];
}

/** The library's words for types, as docs/maps.md has them. */
const words = (text: string): string =>
  text.replaceAll('google.protobuf.Timestamp', 'time').replaceAll('google.protobuf.Duration', 'duration').replaceAll(/\bdyn<(\w+)>/g, '$1').replaceAll(/\bdyn\b/g, 'any').replaceAll(/\bType_\w+/g, 'object').replaceAll(/\bstring\b/g, 'text');

/** Turns whatever goes wrong into words without values; only types and names of the map may be told. */
function guarded(evaluate: (scope: Scope) => Value, text: string): (scope: Scope) => Value {
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
