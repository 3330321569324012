import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from './ending.js';

/** A program that runs to its end, with all that it starts. */
export interface Script {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** It has so long to clean up after itself. */
const STOP_MS = 30_000;

/**
 * Starts a program in a process group of its own: what it starts ends with it when the benchmark does, and a Ctrl-C reaches it only through
 * that, while the servers that it cleans up on are still there. `env` is all of its environment.
 * @throws where it can't be started
 */
export async function startScript(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Script> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  await once(child, 'spawn');
  const pid = Number(child.pid);
  atEnd(() => stopGroup(child, pid));
  return { pid, ended: endOf(child) };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (text: string) => { said[name] += text; });
  await once(child, 'close');
  return { code: child.exitCode, ...said };
}

async function stopGroup(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  signalGroup(pid, 'SIGTERM');
  await Promise.race([exit, pause(STOP_MS, undefined, { ref: false })]);
  signalGroup(pid, 'SIGKILL');
}

/** Nobody of it may be left. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
