import { writeFileSync } from 'node:fs';
import { whyUnwritable } from '../adapters/files/why-unwritable.js';
import { CommandFault } from './context.js';

/** Says before any work that what it finds could not be written to the files that these options name (exit code 2). */
export function demandWritable(files: Readonly<Record<`--${string}`, string | undefined>>): void {
  for (const [option, file] of Object.entries(files)) {
    const why = file === undefined ? null : whyUnwritable(file);
    if (why !== null) throw new CommandFault(`${option} ${file} cannot be written: ${why}`, 2);
  }
}

/** `--json FILE`: what a report says, for programs (exit code 2 where it cannot be written). */
export function writeJsonOrFault(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandFault(`--json ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
