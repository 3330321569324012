import type { Path } from '../config/problems.js';
import type { WrongContent } from '../config/yaml-file.js';

/** Settings by which no expression is right or wrong. */
const PLAIN: ReadonlySet<string> = new Set(['about', 'zone', 'currency', 'decimal']);

/** Lists whose entries may lack what they need not have, and nothing else in a map is wrong for that. */
const APART: ReadonlySet<string> = new Set(['events', 'links', 'examples']);

/**
 * What can be judged of a map whose frame is wrong here and there. Null: the rest builds on what is wrong (`let`, `joins`, `fields`,
 * `input`, a setting that is none), so that it would be told of mistakes that it has not.
 */
export function soundPart({ given, wrong }: Pick<WrongContent, 'given' | 'wrong'>): unknown {
  const left = structuredClone(given) as Record<string, unknown>;
  for (const path of wrong) {
    const root = String(path[0]);
    if (root === 'map') left[root] = 'unnamed';
    else if (PLAIN.has(root) || (APART.has(root) && path.length > 2)) remove(left, path);
    else return null;
  }
  return left;
}

function remove(left: object, path: Path): void {
  const parent = path.slice(0, -1).reduce<unknown>((value, step) => (isContainer(value) ? value[step] : undefined), left);
  const last = path.at(-1);
  if (isContainer(parent) && last !== undefined) Reflect.deleteProperty(parent, last);
}

const isContainer = (value: unknown): value is Record<string | number, unknown> => typeof value === 'object' && value !== null;
