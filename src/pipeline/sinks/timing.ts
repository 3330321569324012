/** Time and chance, as arguments. */
export interface Timing {
  /** ms since the epoch. */
  readonly now: () => number;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Resolves after so many ms, or earlier when the signal is aborted; never rejects. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface BackoffRange {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The pause before another try, anywhere between nothing and a bound that doubles each time (full jitter): many that failed
 * together do not come back together. @param setbacks so far, from 1
 */
export const backoffMs = ({ firstMs, longestMs }: BackoffRange, setbacks: number, random: number): number =>
  Math.round(random * Math.min(firstMs * 2 ** Math.min(setbacks - 1, 40), longestMs));
