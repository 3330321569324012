import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { debianPackage } from './debian-package.js';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { newDataFolder } from './places.js';
import { onPath, run } from './run-command.js';
import type { Server } from './server.js';

export interface Alertmanager extends Server {
  /** What fires there, by its API. */
  firing(): Promise<readonly AlertThere[]>;
}

export interface AlertThere {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Where Debian's build looks for its templates; written into the program. */
const TEMPLATES = '/usr/share/prometheus/alertmanager';

const unpacked = (): Promise<string> => debianPackage('prometheus-alertmanager', {
  withDependencies: false, proved: async (root) => void await run(join(root, 'usr/bin/amtool'), ['--version'], { timeoutMs: 30_000 }),
});

/** Runs amtool, an installed one or Debian's, and gives what it printed. @throws when it finds fault, with its words */
export async function amtool(args: readonly string[]): Promise<string> {
  return run(onPath('amtool') ?? join(await unpacked(), 'usr/bin/amtool'), args, { timeoutMs: 30_000 });
}

/** An Alertmanager with this configuration, an installed one or Debian's. */
export async function startAlertmanager(config: object): Promise<Alertmanager> {
  const data = newDataFolder('alertmanager');
  writeFileSync(join(data, 'alertmanager.yml'), stringify(config));
  const command = onPath('alertmanager', 'prometheus-alertmanager') ?? relocated(await unpacked(), data);
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const server = await startLocalServer({
    name: 'alertmanager', env: {}, data, address, startTimeoutMs: 30_000, command: 'sh',
    args: ['-c', 'cd "$0" && exec "$@"', data, command, '--config.file=alertmanager.yml', '--storage.path=storage', '--cluster.listen-address=', `--web.listen-address=${address}`],
    answers: async (at) => fetch(`http://${at}/-/ready`).then(({ ok }) => ok, () => false),
  });
  return {
    ...server,
    firing: async () => (await (await fetch(`http://${address}/api/v2/alerts`)).json()) as AlertThere[],
  };
}

/** A copy of the program that looks for its templates in the folder in which it is started: nothing is installed for it. */
function relocated(root: string, data: string): string {
  const program = readFileSync(join(root, 'usr/bin/prometheus-alertmanager'));
  // The one that is followed by neither of the folders within it.
  let at = program.indexOf(TEMPLATES);
  while (at >= 0 && program[at + TEMPLATES.length] === '/'.charCodeAt(0)) at = program.indexOf(TEMPLATES, at + 1);
  if (at >= 0) program.write('./'.repeat(TEMPLATES.length / 2), at);
  const command = join(data, 'alertmanager');
  writeFileSync(command, program, { mode: 0o755 });
  for (const file of ['default.tmpl', 'email.tmpl']) cpSync(join(root, TEMPLATES, file), join(data, file));
  return command;
}
