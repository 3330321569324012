export interface StreamSettings {
  /** Streams of one client at once: the holder of a token, else an address. */
  readonly maxPerClient: number;
  /** A client for whom more than this waits to be taken is too slow; bytes. */
  readonly maxBufferedBytes: number;
  /** How often a client hears that its stream lives; ms. */
  readonly heartbeatMs: number;
  /** Calls again and again; gives a function that ends it. */
  readonly every: (run: () => void, ms: number) => () => void;
}

/** By a timer that keeps no process alive. */
export function byInterval(run: () => void, ms: number): () => void {
  const timer = setInterval(run, ms).unref();
  return () => { clearInterval(timer); };
}

export const DEFAULT_STREAM_SETTINGS: StreamSettings = { maxPerClient: 10, maxBufferedBytes: 1_048_576, heartbeatMs: 15_000, every: byInterval };
