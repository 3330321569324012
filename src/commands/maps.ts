import { readFileSync } from 'node:fs';
import { formatProblems } from '../app/config/problems.js';
import { parseMap } from '../app/maps/map-file.js';
import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import { CommandFault } from './context.js';

/** A map from its file; says everything that is wrong with it at once (exit code 2). */
export function mapOrFault(file: string): CompiledMap {
  const parsed = parseMap(readTextOrFault(file), file);
  if (parsed.kind === 'problems') throw new CommandFault(`The map cannot be used:\n${formatProblems(parsed.problems)}`, 2);
  return parsed.map;
}

/** The text of a file that was named (exit code 2 when it can't be read). */
export function readTextOrFault(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFault(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
