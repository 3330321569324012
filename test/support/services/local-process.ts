import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';

export interface LocalCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** File that both output streams are appended to. */
  readonly log: string;
  /** Folder to remove when this process ends before the server does. */
  readonly data: string;
}

export interface LocalProcess {
  readonly pid: number;
  readonly hasExited: () => boolean;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and resolves when it is gone. */
  kill(): Promise<void>;
}

// Reads a pipe that only its parent holds: however the parent ends, the read returns and the server goes too.
const WATCHER = 'read -r _; kill -KILL "$1"; rm -rf "$2"';

/** Starts a server process that can't outlive this one. */
export function startLocalProcess(what: LocalCommand): LocalProcess {
  const log = openSync(what.log, 'a');
  const child = spawn(what.command, what.args, { stdio: ['ignore', log, log], env: { ...process.env, ...what.env } });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`can't start ${what.command}`);
  const watcher = spawn('sh', ['-c', WATCHER, 'watcher', String(pid), what.data], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.once('exit', () => watcher.kill('SIGKILL'));
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    hasExited,
    signal: (signal) => void child.kill(signal),
    kill: () => killed(child, hasExited),
  };
}

async function killed(child: ChildProcess, hasExited: () => boolean): Promise<void> {
  if (hasExited()) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Ports of the loopback address that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(Array.from({ length: count }, listen));
  const ports = holders.map((holder) => holder.port);
  await Promise.all(holders.map((holder) => holder.release()));
  return ports;
}

async function listen(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a loopback port was asked for, another address came');
  return {
    port: address.port,
    release: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}
