import { Environment, Optional } from '@marcbachmann/cel-js';
import type { FieldShape, Shape, Value } from './definition.js';
import { directly } from './direct-evaluation.js';
import { type CelFault, guarded, whyInvalid } from './expression-fault.js';
import { survey } from './expression-survey.js';
import { mapFunctions, type MapFunction, type MapSettings } from './functions.js';

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
/** What fields are in the language, by their kind. */
const TYPES: Readonly<Record<string, string>> = { text: 'string', number: 'double', boolean: 'bool', any: 'dyn' };

/**
 * Expressions are in CEL. Each is checked by the types that the map declares and evaluated without them: a record's own values
 * tell what they are.
 */
export function createVocabulary(settings: MapSettings): Vocabulary {
  const options = { enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits: LIMITS };
  const functions = mapFunctions(settings);
  const checker = withNumbers(new Environment(options));
  for (const { name, takes, gives, call } of functions) for (const types of perhapsNothing(takes)) checker.registerFunction(`${name}(${types.join(', ')}): ${gives}`, call);
  const runner = withNumbers(new Environment(options));
  const known = new Set<string>();
  for (const { name, takes, call } of functions) {
    for (const { length } of takes) {
      if (known.has(`${name}/${length}`)) continue;
      known.add(`${name}/${length}`);
      runner.registerFunction(`${name}(${Array.from({ length }, () => 'dyn').join(', ')}): dyn`, (...values: Value[]) => call(...values.map(plain)));
    }
  }
  return vocabulary({ checker, runner, functions: new Map(functions.map((each) => [each.name, each])), fields: new Map() });
}

/** What `record.?note` gives may be given to each function that takes nothing for an answer. */
const perhapsNothing = (takes: MapFunction['takes']): MapFunction['takes'] =>
  [...takes, ...takes.filter(([first]) => first === 'null').map(([, ...rest]) => ['optional<dyn>', ...rest])];

const plain = (value: Value | Optional): Value => (value instanceof Optional ? ((value.orValue(null) as Value) ?? null) : value);

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
  if (!checked.valid) return refuse(...whyInvalid(checked.error as unknown as CelFault, parts.fields));
  try {
    const run = parts.runner.parse(text);
    const found = survey(run.ast);
    if (found.refused !== null) return refuse(found.refused);
    // Names and types were checked; this only prepares the evaluation.
    const prepared = run.check();
    if (!prepared.valid) return refuse(...whyInvalid(prepared.error as unknown as CelFault, parts.fields));
    const direct = directly(run.ast, parts.functions);
    const evaluate = direct ?? ((scope: Scope): Value => run(scope) as Value);
    return { kind: 'expression', expression: { text, type: checked.type ?? 'dyn', asks: found.asks, evaluate: guarded(evaluate, text) } };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}
