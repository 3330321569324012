import { checkReferences } from './references.js';
import { knownKeysAt } from './keys.js';
import { isAround, type Path, type Problem } from './problems.js';
import { configSchema, type Settings } from './schema.js';
import { byLine, readYaml, type WrongContent } from './yaml-file.js';

export type ParsedFile =
  | { readonly kind: 'settings'; readonly settings: Settings; /** As it stands in the file. */ readonly given: unknown }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads a configuration file's text; an empty one leaves every default. All problems are told at once. */
export function parseConfigText(text: string, source: string): ParsedFile {
  const read = readYaml(text, source, { schema: configSchema, known: knownKeysAt });
  if (read.kind === 'problems') return { kind: 'problems', problems: byLine([...read.problems, ...(read.content === null ? [] : otherProblems(read.content))]) };
  const problems = checkReferences(read.data).map(({ path, message }) => read.at(path, message));
  return problems.length > 0 ? { kind: 'problems', problems: byLine(problems) } : { kind: 'settings', settings: read.data, given: read.given };
}

/** Names that point nowhere in what is left without the settings that are wrong; none where too little is left. */
function otherProblems({ given, wrong, at }: WrongContent): readonly Problem[] {
  const rest = configSchema.safeParse(without(given, wrong));
  if (!rest.success) return [];
  return checkReferences(rest.data).filter(({ path }) => !wrong.some((other) => mayComeOf(path, other))).map(({ path, message }) => at(path, message));
}

/** What is missing takes its section with it. No pattern goes as a whole, since others refer to it. */
function without(given: unknown, paths: readonly Path[]): unknown {
  const left: unknown = structuredClone(given);
  for (const path of paths) {
    const parent = path.slice(0, -1).reduce<unknown>((value, step) => (isSection(value) || Array.isArray(value) ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined), left);
    const [section = '', last = section] = [path[0], path.at(-1)];
    if (section === 'patterns' && path.length < 3) continue;
    if (isSection(parent) && Object.hasOwn(parent, last)) Reflect.deleteProperty(parent, last);
    else if (isSection(left) && section !== 'patterns') Reflect.deleteProperty(left, section);
  }
  return left;
}

const isSection = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A topic that took its default may collide with others; what is within a wrong setting, or around it, is judged once that is right. */
function mayComeOf(path: Path, wrong: Path): boolean {
  if (path[0] === 'topics' && wrong[0] === 'topics') return true;
  return isAround(path, wrong);
}
