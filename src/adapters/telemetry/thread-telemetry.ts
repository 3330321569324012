import { Gauge, type Registry } from 'prom-client';

/** How the threads are that work lanes, where a process has some besides its main one; that of the main one is in the `nodejs_` metrics. */
export interface ThreadTelemetry {
  /** A thread, numbered from 1. @param delayMs the longest that its event loop was late since it told last */
  threadTold(thread: number, health: ThreadHealth): void;
}

export interface ThreadHealth {
  readonly delayMs: number;
  /** What its JavaScript holds, of the heap that it has for itself. */
  readonly heapBytes: number;
}

export function threadTelemetry(registry: Registry): ThreadTelemetry {
  const longest = new Map<string, number>();
  const heap = new Gauge({ name: 'cx_lane_thread_heap_bytes', help: 'Heap in use of a thread that works lanes', labelNames: ['thread'], registers: [registry] });
  // As prom-client's nodejs_eventloop_lag_max_seconds: since it was asked last, so that no standstill between two scrapes is missed.
  new Gauge({
    name: 'cx_lane_thread_lag_max_seconds', help: 'Longest delay of the event loop of a thread that works lanes, since this was asked last', labelNames: ['thread'], registers: [registry],
    collect() {
      for (const [thread, delayMs] of longest) {
        this.set({ thread }, delayMs / 1_000);
        longest.set(thread, 0);
      }
    },
  });
  return {
    threadTold(number, { delayMs, heapBytes }) {
      const thread = String(number);
      longest.set(thread, Math.max(longest.get(thread) ?? 0, delayMs));
      heap.set({ thread }, heapBytes);
    },
  };
}
