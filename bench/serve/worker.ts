import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts, startLocalProcess } from '../../test/support/services/local-process.js';
import { newLogFile, repositoryRoot } from '../../test/support/services/places.js';
import { atEnd } from './ending.js';
import type { Installation } from './installation.js';
import { parseMetrics, type Metrics } from './metrics.js';

/** A process of `touchpoint serve`, as it was built. */
export interface Worker {
  readonly pid: number;
  /** What it tells of itself; null: it doesn't answer yet. @throws when it has ended */
  metrics(): Promise<Metrics | null>;
  /** Has it finish and leave the group; resolves when it is gone. */
  stop(): Promise<void>;
}

const MAIN = join(repositoryRoot, 'dist', 'main.js');
const STOP_MS = 30_000;
const ASK_AGAIN_MS = 50;

/** @param threads how many of it work lanes */
export async function startWorker({ env, folder }: Installation, threads = 1): Promise<Worker> {
  const [port = 0] = await freePorts(1);
  const log = newLogFile('bench-worker');
  const running = startLocalProcess({ command: process.execPath, args: [MAIN, 'serve'], env: { ...env, HTTP_PORT: String(port), LANE_THREADS: String(threads) }, log, data: folder });
  atEnd(() => running.kill());
  return {
    pid: running.pid,
    async metrics() {
      if (running.hasExited()) throw new Error(`a worker ended; see ${log}`);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
      return answer?.ok === true ? parseMetrics(await answer.text()) : null;
    },
    async stop() {
      running.signal('SIGTERM');
      for (const until = Date.now() + STOP_MS; !running.hasExited() && Date.now() < until;) await pause(ASK_AGAIN_MS);
      await running.kill();
    },
  };
}

/** Resolves once all of them read their lanes. @throws when that takes longer than `withinMs` */
export async function untilReady(workers: readonly Worker[], withinMs: number): Promise<void> {
  for (const until = Date.now() + withinMs; ;) {
    const all = await Promise.all(workers.map((worker) => worker.metrics()));
    if (all.every((metrics) => metrics?.sum('cx_ready') === 1)) return;
    if (Date.now() > until) throw new Error(`the workers were not ready within ${withinMs / 1_000} s`);
    await pause(ASK_AGAIN_MS);
  }
}
