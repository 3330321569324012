import type { RedisClient } from '../../src/adapters/redis/script.js';
import { redisInfo } from './redis-info.js';
import { median } from './statistics.js';
import type { Worker } from './worker.js';

/** How a worker and its Redis stood at an instant. */
export interface Sample {
  readonly minutes: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly redisMb: number;
  /** Of the event loop's delays since the sample before, the one that 99 % are below; ms. */
  readonly loopMs: number;
  readonly outbox: number;
  readonly lag: number;
}
export type Figure = Exclude<keyof Sample, 'minutes'>;

export const FIGURES: readonly (readonly [Figure, string])[] = [
  ['rssMb', 'memory of the worker, MB'], ['heapMb', 'of which heap in use, MB'], ['redisMb', 'memory of Redis, MB'],
  ['loopMs', 'event-loop delay, 99 %, ms'], ['outbox', 'outbox: records not yet published'], ['lag', 'lag: records not yet read'],
];

const MB = 1e6;

/** @param minutes since the beginning */
export async function takeSample(minutes: number, worker: Worker, redis: RedisClient): Promise<Sample> {
  const [metrics, { usedBytes }] = await Promise.all([worker.metrics(), redisInfo(redis)]);
  const sum = (name: string): number => metrics?.sum(name) ?? NaN;
  return {
    minutes, rssMb: sum('process_resident_memory_bytes') / MB, heapMb: sum('nodejs_heap_size_used_bytes') / MB, redisMb: usedBytes / MB,
    loopMs: sum('nodejs_eventloop_lag_p99_seconds') * 1_000, outbox: sum('cx_outbox_pending'), lag: sum('cx_lag_records'),
  };
}

/** The medians of a figure's first and last quarter. */
export function quartersOf(samples: readonly Sample[], figure: Figure): { readonly first: number; readonly last: number } {
  const values = samples.map((sample) => sample[figure]).filter((value) => !Number.isNaN(value));
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return { first: median(values.slice(0, quarter)), last: median(values.slice(-quarter)) };
}
