import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { z } from 'zod';
import { formatPath, type Path, type Problem } from './problems.js';
import { didYouMean } from './suggestions.js';

export interface FileShape<S extends z.ZodType> {
  readonly schema: S;
  /** Names of the keys that an object at this path may have; empty where any name will do. */
  readonly known: (path: Path) => readonly string[];
}

export type ReadYaml<T> =
  | { readonly kind: 'read'; readonly data: T; /** As it stands in the file. */ readonly given: unknown; readonly at: TellAt }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[]; /** Null: it is no YAML. */ readonly content: WrongContent | null };

/** A problem at a path, with its line. */
export type TellAt = (path: Path, message: string) => Problem;

/** A file that can be read but is not of its shape; `wrong` are the paths of its problems. */
export interface WrongContent {
  readonly given: unknown;
  readonly wrong: readonly Path[];
  readonly at: TellAt;
}

/** Loaded when there is something to read: that takes a tenth of what most commands need to start, and few are given a file. */
const yaml = (): typeof Yaml => createRequire(import.meta.url)('yaml') as typeof Yaml;

/** Reads a YAML text of this shape, or says everything that is wrong with it, by path and line. */
export function readYaml<S extends z.ZodType>(text: string, source: string, { schema, known }: FileShape<S>): ReadYaml<z.output<S>> {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, intAsBigInt: true });
  if (document.errors.length > 0) {
    return { kind: 'problems', content: null, problems: document.errors.map((error) => ({ source, path: '', line: lines.linePos(error.pos[0]).line, message: `not valid YAML: ${error.message}` })) };
  }
  let given: unknown;
  try {
    given = withoutEmptySections(document.toJS({ reviver: (_, value: unknown) => (typeof value === 'bigint' ? numberOf(value) : value) }) ?? {});
  } catch (error) {
    return { kind: 'problems', content: null, problems: [{ source, path: '', line: null, message: `not valid YAML: ${error instanceof Error ? error.message : String(error)}` }] };
  }
  const at: TellAt = (path, message) => ({ source, path: formatPath(path), line: lineOf(document, lines, path), message });
  const read = schema.safeParse(given);
  if (read.success) return { kind: 'read', data: read.data, given, at };
  const found = read.error.issues.flatMap((issue) => told(issue, given, known));
  return { kind: 'problems', problems: byLine(found.map(({ path, message }) => at(path, message))), content: { given, wrong: found.map(({ path }) => path), at } };
}

/** In the order in which they stand in the file. */
export const byLine = (problems: readonly Problem[]): readonly Problem[] => problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));

/** A whole number that would be rounded stays as it stands there: it is refused, but for records in examples of maps. */
function numberOf(whole: bigint): number | bigint {
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

/** A section whose lines are all commented out is `null` in YAML; it means the same as leaving it out. */
function withoutEmptySections(given: unknown): unknown {
  if (!isRecord(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, section]) => section !== null));
}

interface Told {
  readonly path: Path;
  readonly message: string;
}

/** The library's names of kinds, as a person who writes YAML knows them. */
const KINDS: Readonly<Record<string, string>> = {
  object: 'a section', record: 'a section', array: 'a list', tuple: 'a list', string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false',
};

/** What an issue says to the person who wrote the file. */
function told(issue: z.core.$ZodIssue, given: unknown, knownAt: FileShape<z.ZodType>['known']): readonly Told[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const found = `found ${describe(valueAt(given, path))}`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownAt(path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: known.includes(key) ? 'no such setting of this kind' : `no such setting${didYouMean(key, known) || `; known here: ${known.join(', ')}`}`,
      }));
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      return [{ path, message: `expected ${values.length === 1 ? '' : 'one of '}${values.join(', ')}; ${found}${suggestion(given, path, values)}` }];
    }
    case 'invalid_union': {
      const options = discriminators(issue);
      if (options.length === 0) break;
      return [{ path, message: `expected one of ${options.join(', ')}; ${found}${suggestion(given, path, options)}` }];
    }
    case 'invalid_key':
      return [{ path, message: expectation(issue.issues[0]?.message ?? issue.message) }];
    default:
  }
  const expected = issue.code === 'invalid_type' ? `expected ${KINDS[issue.expected] ?? issue.expected}` : expectation(issue.message);
  return [{ path, message: `${expected}; ${found}` }];
}

/** Values of the key that tells the members of a tagged union apart; none for other unions. The library's types leave it out. */
function discriminators(issue: object): readonly string[] {
  return 'discriminator' in issue && 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

function suggestion(given: unknown, path: Path, options: readonly string[]): string {
  const value = valueAt(given, path);
  return typeof value === 'string' ? didYouMean(value, options) : '';
}

/** From "expected" on: what precedes it in the library's messages adds nothing. */
function expectation(message: string): string {
  const start = message.indexOf('expected');
  return start < 0 ? message : message.slice(start);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function valueAt(given: unknown, path: Path): unknown {
  let value = given;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The line of the setting at this path, or of the nearest section around it. */
function lineOf(document: Yaml.Document, lines: Yaml.LineCounter, path: Path): number | null {
  const { isMap, isNode, isScalar } = yaml();
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
