import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';
import { until } from '../support/services/readiness.js';

/** The built program on what says that it is an older Node; whatever that starts is what it is. */

const OLDER = `data:text/javascript,${encodeURIComponent("if (process.env.TOUCHPOINT_ON_INSTALLED_NODE === undefined) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })")}`;

const ends: (() => void)[] = [];
afterEach(() => { for (const end of ends.splice(0)) end(); });

function onOlder(args: readonly string[], main = join(repositoryRoot, 'dist', 'main.js')) {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], HTTP_PORT: '0', NODE_OPTIONS: `--import "${OLDER}"` }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => { said.out += bytes.toString(); });
  child.stderr.on('data', (bytes: Buffer) => { said.err += bytes.toString(); });
  ends.push(() => child.kill('SIGKILL'));
  return { child, said };
}

const endOf = async (child: ChildProcess): Promise<readonly [code: number | null, signal: string | null]> => (await once(child, 'close')) as [number | null, string | null];

/** A service that is ready, and the process that does its work. */
async function serving(): Promise<{ readonly child: ChildProcess; readonly worker: number }> {
  const { child, said } = onOlder(['serve']);
  await until(async () => said.out.includes('service.ready'), { what: 'waiting for the service', timeoutMs: 60_000 });
  const worker = Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)]).toString());
  expect(isAlive(worker)).toBe(true);
  return { child, worker };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a command runs on the Node that was installed along, and ends as it does there', async () => {
  const { child, said } = onOlder(['replay', 'nothing.ndjson']);
  expect([await endOf(child), said.err]).toEqual([[2, null], expect.stringContaining('nothing.ndjson: there is no such file')]);
});

test('a service is stopped in order', async () => {
  const { child, worker } = await serving();
  child.kill('SIGTERM');
  expect(await endOf(child)).toEqual([0, null]);
  expect(isAlive(worker)).toBe(false);
}, 90_000);

test('a service that is killed leaves nothing behind that goes on', async () => {
  const { child, worker } = await serving();
  child.kill('SIGKILL');
  await until(async () => !isAlive(worker), { what: 'waiting for its end', timeoutMs: 20_000 });
}, 90_000);

test('where none was, the one that is needed is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'older-node-'));
  ends.push(() => { rmSync(folder, { recursive: true }); });
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  for (const file of ['main.js', 'app/heap.js', 'app/newer-node.js']) cpSync(join(repositoryRoot, 'dist', file), join(folder, file));
  const { child, said } = onOlder(['serve'], join(folder, 'main.js'));
  expect([await endOf(child), said.err]).toEqual([[2, null], 'Touchpoint needs Node 24 or newer, and this is 20.20.2.\n']);
});
