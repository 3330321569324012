import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from './made-once.js';
import { cacheFolder } from './places.js';
import { onPath, run } from './run-command.js';
import { Unavailable } from './server.js';

export interface DebianOptions {
  /** Also the packages that it needs: its libraries. */
  readonly withDependencies: boolean;
  /** Throws when what was unpacked there doesn't run on this machine. */
  readonly proved: (root: string) => Promise<void>;
}

/**
 * A folder with a Debian package unpacked, fetched once into the cache: needs no root and changes nothing of the system.
 * Throws Unavailable where there is no apt-get.
 */
export async function debianPackage(name: string, { withDependencies, proved }: DebianOptions): Promise<string> {
  const apt = neededCommand('apt-get');
  const dpkg = neededCommand('dpkg');
  return madeOnce(cacheFolder(`${name}-debian`), async (folder) => {
    const archives = join(folder, 'archives');
    for (const part of [join(folder, 'lists'), archives]) mkdirSync(join(part, 'partial'), { recursive: true });
    const own = [
      `Dir::State::lists=${join(folder, 'lists')}`, `Dir::Cache=${folder}`, `Dir::Cache::archives=${archives}`,
      'Debug::NoLocking=1', 'APT::Sandbox::User=',
    ].flatMap((setting) => ['-o', setting]);
    await run(apt, ['-q', ...own, 'update'], { timeoutMs: 120_000 });
    if (withDependencies) await run(apt, ['-q', '-y', '--no-install-recommends', '--download-only', ...own, 'install', name], { timeoutMs: 120_000 });
    else await run(apt, ['-q', ...own, 'download', name], { timeoutMs: 120_000, cwd: archives });
    for (const file of readdirSync(archives)) {
      if (file.endsWith('.deb')) await run(dpkg, ['-x', join(archives, file), join(folder, 'root')], { timeoutMs: 30_000 });
    }
    await proved(join(folder, 'root'));
    return join(folder, 'root');
  });
}

/** The command on PATH that something is fetched with. Throws Unavailable. */
export function neededCommand(command: string): string {
  const found = onPath(command);
  if (found === null) throw new Unavailable(`no ${command} to fetch one with`);
  return found;
}
