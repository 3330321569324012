import { writeFileSync } from 'node:fs';
import { CommandFault } from './context.js';

/** `--json FILE`: what a report says, for programs (exit code 2 where it cannot be written). */
export function writeJsonOrFault(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandFault(`--json ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
