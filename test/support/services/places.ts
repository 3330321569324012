import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

const LOGS_KEPT = 20;

/** Downloads that any checkout of this user may share. */
export function cacheFolder(...name: string[]): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'touchpoint-test', ...name);
}

/** A new folder for a server's data. */
export function newDataFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `touchpoint-test-${name}-`));
}

/** Where a server started now writes its log; the newest logs stay after a run, to explain a failure. */
export function newLogFile(name: string): string {
  const folder = join(repositoryRoot, '.cache', 'test-logs');
  mkdirSync(folder, { recursive: true });
  const byAge = readdirSync(folder)
    .map((file) => ({ path: join(folder, file), at: statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(LOGS_KEPT - 1)) rmSync(path, { force: true });
  return join(folder, `${name}-${new Date().toISOString().replaceAll(':', '')}-${process.pid}.log`);
}
