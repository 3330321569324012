import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';

/**
 * The folder `target`, filled by `make` if it isn't there yet. Several runs may make it at once: each fills a folder of
 * its own, and the first to finish gives it the name.
 * @param make fills the folder given and answers with the part of it that is wanted.
 */
export async function madeOnce(target: string, make: (folder: string) => Promise<string>): Promise<string> {
  if (existsSync(target)) return target;
  const own = `${target}.${randomUUID()}`;
  mkdirSync(own, { recursive: true });
  try {
    const made = await make(own);
    if (!existsSync(target)) renameSync(made, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return target;
}
