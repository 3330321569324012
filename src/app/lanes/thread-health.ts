import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ThreadHealth } from '../../adapters/telemetry/thread-telemetry.js';

/** How often it is looked whether timers are late, ms: as the process metrics do it. */
const DELAY_EVERY_MS = 10;

/**
 * How this thread was since it was asked last.
 * @param everyMs how often a timer of this thread asks, ms
 * @param now a clock that only goes forward, ms
 */
export function createThreadHealth(everyMs: number, now: () => number): () => ThreadHealth {
  const delay = monitorEventLoopDelay({ resolution: DELAY_EVERY_MS });
  delay.enable();
  let asked = now();
  return () => {
    const before = asked;
    asked = now();
    // The histogram counts from the first time that it looks after a reset: a standstill that begins sooner shows only in how late it is asked.
    const delayMs = Math.max(delay.max / 1e6, asked - before - everyMs);
    delay.reset();
    return { delayMs, heapBytes: getHeapStatistics().used_heap_size };
  };
}
