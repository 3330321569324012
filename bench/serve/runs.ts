import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { repositoryRoot } from '../../test/support/services/places.js';
import { run } from '../../test/support/services/run-command.js';
import { say } from './ending.js';
import { install, type Installation } from './installation.js';
import type { ParseLimit } from './parse-limit.js';
import { redisInfo } from './redis-info.js';
import type { Servers } from './servers.js';
import { startWorker, type Worker } from './worker.js';

/** What one run took. CPU is in seconds per million events; null: this machine doesn't tell. */
export interface Run {
  readonly eventsPerSecond: number;
  readonly cpu: { readonly program: number; readonly redis: number | null; readonly broker: number | null };
  /** The most that a process held at a time; of several all together. */
  readonly rssBytes: number;
}

/** The source topics, filled, and how many events they hold. */
export interface Source {
  readonly events: number;
  /** The installation whose topics were filled. */
  readonly filled: Installation;
  /** So many events are worked off before a worker is measured: by then it is compiled. Default: none. */
  readonly warmUp?: number;
}

const HOOK = new URL('./built.mjs', import.meta.url).href;
const LIMIT = fileURLToPath(new URL('./parse-limit.ts', import.meta.url));
const LIMIT_MS = 300_000;
const VERIFY_MS = 900_000;
const ASK_AGAIN_MS = 100;
const ASK_AGAIN_AT_MOST_MS = 1_000;
const SHOWN_MS = 600_000;
/** A worker that counts nothing for so long has come to a stop. */
const STANDSTILL_MS = 60_000;

/** Reading and parsing alone; see parse-limit.ts. */
export async function runLimit(servers: Servers, { filled, events }: Source): Promise<Run> {
  const broker = servers.brokerCpu();
  const printed = await run(process.execPath, ['--import', HOOK, LIMIT, String(events)], { env: filled.env, cwd: repositoryRoot, timeoutMs: LIMIT_MS });
  const { seconds, cpuSeconds, rssBytes } = JSON.parse(printed) as ParseLimit;
  const perMillion = 1e6 / events;
  return { eventsPerSecond: events / seconds, cpu: { program: cpuSeconds * perMillion, redis: null, broker: since(broker, servers.brokerCpu(), perMillion) }, rssBytes };
}

/** So many workers, each of so many threads, work the topics off, from an empty state; then all that they keep and said is recomputed and compared. @throws when it is wrong */
export async function runWorkers(servers: Servers, source: Source, count: number, threads = 1): Promise<Run> {
  const installation = await install(servers, { sources: source.filled.sources, partitions: source.filled.partitions });
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(installation, threads)));
  const measured = await workOff(servers, installation, workers, source);
  await endVerified(installation, workers);
  return measured;
}

/** Has them say what they have yet to say, and end; recomputes all that they kept and said, and takes it out of Redis. @throws when it is wrong */
export async function endVerified(installation: Installation, workers: readonly Worker[]): Promise<void> {
  await untilSaid(workers);
  await Promise.all(workers.map((worker) => worker.stop()));
  say('  verifying');
  await run(process.execPath, [join(repositoryRoot, 'dist', 'main.js'), 'verify', '--stop-at-first', '--rate', '0'], { env: installation.env, cwd: repositoryRoot, timeoutMs: VERIFY_MS });
  await installation.removeState();
}

interface Reading {
  readonly at: number;
  readonly events: number;
  readonly cpu: number;
  readonly redis: number;
  readonly broker: number | null;
}

/**
 * From when no more than the warm-up was counted, for the last time, until all is; with several workers at the earliest from when all of them
 * answer. @throws when they stop counting
 */
export async function workOff(servers: Servers, { redis }: Installation, workers: readonly Worker[], { events: goal, warmUp = 0 }: Pick<Source, 'events' | 'warmUp'>): Promise<Run> {
  let first: Reading | null = null;
  let last: Reading | null = null;
  let rssBytes = 0;
  let movedAt = Date.now();
  while (last === null || last.events < goal) {
    await pause(untilAsked(first, last, goal));
    const metrics = (await Promise.all(workers.map((worker) => worker.metrics()))).filter((one) => one !== null);
    const sum = (name: string): number => metrics.reduce((all, one) => all + one.sum(name), 0);
    const events = sum('cx_events_total');
    rssBytes = Math.max(rssBytes, sum('process_resident_memory_bytes'));
    if (events > (last?.events ?? 0)) movedAt = Date.now();
    if (Date.now() - movedAt > STANDSTILL_MS) throw new Error(`the workers have stood still at ${events} of ${goal} events for ${STANDSTILL_MS / 1_000} s`);
    if (metrics.length < workers.length) continue;
    last = { at: performance.now(), events, cpu: sum('process_cpu_seconds_total'), redis: (await redisInfo(redis)).cpuSeconds, broker: servers.brokerCpu() };
    if (first === null || events <= warmUp) first = last;
  }
  if (first === null || last.events === first.events) throw new Error('the run was too short to be measured: give it more events');
  const events = last.events - first.events;
  const perMillion = 1e6 / events;
  return {
    eventsPerSecond: events / ((last.at - first.at) / 1_000), rssBytes,
    cpu: { program: (last.cpu - first.cpu) * perMillion, redis: (last.redis - first.redis) * perMillion, broker: since(first.broker, last.broker, perMillion) },
  };
}

/** A quarter of what the rest will take: to answer takes a worker some milliseconds, and when the last event was counted must be known well. */
function untilAsked(first: Reading | null, last: Reading | null, goal: number): number {
  if (first === null || last === null || last.events === first.events) return ASK_AGAIN_MS;
  const left = (goal - last.events) * ((last.at - first.at) / (last.events - first.events));
  return Math.min(ASK_AGAIN_AT_MOST_MS, Math.max(ASK_AGAIN_MS, left / 4));
}

const since = (before: number | null, now: number | null, perMillion: number): number | null => (before === null || now === null ? null : (now - before) * perMillion);

/** What was committed is published as well: it is part of the work, and is verified. @throws when it isn't a minute later */
export async function untilSaid(workers: readonly Worker[]): Promise<void> {
  for (const until = Date.now() + STANDSTILL_MS; ;) {
    const waiting = await Promise.all(workers.map(async (worker) => (await worker.metrics())?.sum('cx_outbox_pending') ?? 0));
    if (waiting.every((count) => count === 0)) return;
    if (Date.now() > until) throw new Error('what was committed is still not published a minute later');
    await pause(ASK_AGAIN_MS);
  }
}

/** Until no order is marked any more as one whose journey has yet to be published. @throws when that takes ten minutes */
export async function untilShown({ redis, config: { redisPrefix }, partitions }: Installation): Promise<void> {
  const marks = Array.from({ length: partitions }, (_, lane) => keyNames(redisPrefix).lane(lane).dirty);
  for (const until = Date.now() + SHOWN_MS; Date.now() < until; await pause(ASK_AGAIN_MS)) {
    const counts = await Promise.all(marks.map((key) => redis.zcard(key)));
    if (counts.every((count) => count === 0)) return;
  }
  throw new Error('journeys were still being published after ten minutes');
}
