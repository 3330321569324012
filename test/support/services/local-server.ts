import { rmSync } from 'node:fs';
import { startLocalProcess, type LocalProcess } from './local-process.js';
import { newLogFile } from './places.js';
import { until } from './readiness.js';
import type { Server } from './server.js';

export interface LocalServerPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Its folder; goes when the server is stopped. */
  readonly data: string;
  readonly address: string;
  readonly answers: (address: string) => Promise<boolean>;
  readonly startTimeoutMs: number;
}

/** Starts a process and waits until it answers. Throws, with nothing left behind, when it doesn't. */
export async function startLocalServer(plan: LocalServerPlan): Promise<Server> {
  const log = newLogFile(plan.name);
  let running: LocalProcess | null = null;
  const start = async (): Promise<void> => {
    const process = startLocalProcess({ ...plan, log });
    running = process;
    const hopeless = (): string | null => (process.hasExited() ? `it ended; see ${log}` : null);
    await until(() => plan.answers(plan.address), { what: `waiting for ${plan.name}`, timeoutMs: plan.startTimeoutMs, hopeless });
  };
  const stop = async (): Promise<void> => {
    await running?.kill();
    rmSync(plan.data, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: plan.address,
    start,
    stop,
    kill: async () => running?.kill(),
    freeze: async () => running?.signal('SIGSTOP'),
    thaw: async () => running?.signal('SIGCONT'),
  };
}
