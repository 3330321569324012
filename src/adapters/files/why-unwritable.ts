import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Says why this file could not be written, or made, as things stand; leaves it as it is. null: nothing is known that hinders it. */
export function whyUnwritable(file: string): string | null {
  const folder = dirname(file);
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) return 'it is a folder, where a file is expected';
    if (there === undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${folder}`;
    accessSync(there === undefined ? folder : file, constants.W_OK);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return `there is no folder ${folder}`;
    return code === 'EACCES' ? 'this user may not write it' : message;
  }
}
