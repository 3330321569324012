import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../adapters/files/why-unreadable.js';
import { formatProblems } from '../app/config/problems.js';
import { parseMap } from '../app/maps/map-file.js';
import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import { CommandFault } from './context.js';

/** Maps from their files; says everything that is wrong with any of them at once (exit code 2). */
export function mapsFromOrFault(files: readonly string[]): readonly CompiledMap[] {
  const parsed = files.map((file) => parseMap(readTextOrFault(file), file));
  const wrong = parsed.flatMap((each) => (each.kind === 'problems' ? [each.problems] : []));
  if (wrong.length > 0) throw new CommandFault(`The ${wrong.length === 1 ? 'map' : 'maps'} cannot be used:\n${formatProblems(wrong.flat())}`, 2);
  return parsed.flatMap((each) => (each.kind === 'map' ? [each.map] : []));
}

/** The text of a file that was named (exit code 2 when it can't be read). */
export function readTextOrFault(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFault(whyUnreadable(file, error), 2);
  }
}
