import { join } from 'node:path';
import { debianPackage } from './debian-package.js';
import { repositoryRoot } from './places.js';
import { onPath, run } from './run-command.js';
import { Unavailable } from './server.js';

/** The tag that docker-compose.yml names. */
const PROMETHEUS_IMAGE = 'prom/prometheus:v3.5.0';

/** Prometheus's own programs, or what keeps them away; an installed one, else Debian's package, fetched into the cache. */
export async function prometheusBinary(program: 'prometheus' | 'promtool'): Promise<string> {
  const installed = onPath(program);
  if (installed !== null) return installed;
  const place = (root: string): string => join(root, 'usr', 'bin', program);
  return place(await debianPackage('prometheus', { withDependencies: false, proved: async (root) => void await run(place(root), ['--version'], { timeoutMs: 30_000 }) }));
}

/**
 * Runs promtool in the folder `deploy/prometheus` and gives what it printed.
 * @throws when it finds fault, with its words; when it can't be had, with what to install.
 */
export async function promtool(args: readonly string[]): Promise<string> {
  const folder = join(repositoryRoot, 'deploy', 'prometheus');
  const refusals: string[] = [];
  for (const [way, command] of [['local', localCommand], ['docker', () => dockerCommand(folder)]] as const) {
    let found: readonly string[];
    try {
      found = await command();
    } catch (error) {
      refusals.push(`  ${way}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    const [program = '', ...before] = found;
    return run(program, [...before, ...args], { timeoutMs: 150_000, cwd: folder });
  }
  throw new Error(`The tests need promtool and found no way to it.\n${refusals.join('\n')}\nInstall Prometheus (on Debian and Ubuntu the package prometheus), or start Docker.`);
}

const localCommand = async (): Promise<readonly string[]> => [await prometheusBinary('promtool')];

async function dockerCommand(folder: string): Promise<readonly string[]> {
  const docker = onPath('docker');
  if (docker === null) throw new Unavailable('no docker on PATH');
  const command = [docker, 'run', '--rm', '-v', `${folder}:/rules:ro`, '-w', '/rules', '--entrypoint', 'promtool', PROMETHEUS_IMAGE];
  await run(docker, [...command.slice(1), '--version'], { timeoutMs: 120_000 });
  return command;
}
