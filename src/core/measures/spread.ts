import { quantile, binOf } from './sketch.js';
import type { Add, Sums } from './quantities.js';

/** Durations of which mean, deviation and percentiles are kept. */
export type Spread = 'delay' | 'cycle';

const LIMB = 2 ** 30;
const BITS = 30n;
const MASK = 0x3fff_ffffn;

/**
 * Adds one duration, in ms and of either sign. Its square passes 2^53 from 26 hours on, so it is added in three limbs of
 * 30 bits: sums stay whole numbers for millions of orders, and a mean or deviation loses nothing to rounding.
 */
export function addDuration(what: Spread, at: number, ms: number, add: Add): void {
  add(`${what}.bin`, at, 1, binOf(ms));
  if (ms === 0) return;
  add(`${what}.sum`, at, ms);
  const square = BigInt(ms) * BigInt(ms);
  addSome(`${what}.squares.low`, at, Number(square & MASK), add);
  addSome(`${what}.squares.middle`, at, Number((square >> BITS) & MASK), add);
  addSome(`${what}.squares.high`, at, Number(square >> (2n * BITS)), add);
}

function addSome(quantity: Parameters<Add>[0], at: number, amount: number, add: Add): void {
  if (amount !== 0) add(quantity, at, amount);
}

/** Figures of the durations added, in seconds; null where they aren't defined. */
export interface SpreadFigures {
  readonly n: number;
  readonly mean: number | null;
  /** Of a sample: over n - 1. */
  readonly sd: number | null;
  /** By nearest rank, at most 1 % off. */
  readonly percentile: (share: number) => number | null;
}

export function figuresOf(what: Spread, sums: Sums): SpreadFigures {
  const bins = sums.each(`${what}.bin`);
  let n = 0;
  for (const count of bins.values()) n += count;
  const sum = sums.get(`${what}.sum`);
  return {
    n,
    mean: n > 0 ? sum / n / 1_000 : null,
    sd: n > 1 ? Math.sqrt(Number(squaredDeviations(n, sum, squaresOf(what, sums))) / n / (n - 1)) / 1_000 : null,
    percentile: (share) => {
      const ms = quantile(bins, n, share);
      return ms === null ? null : ms / 1_000;
    },
  };
}

function squaresOf(what: Spread, sums: Sums): bigint {
  const limb = BigInt(LIMB);
  return (BigInt(sums.get(`${what}.squares.high`)) * limb + BigInt(sums.get(`${what}.squares.middle`))) * limb + BigInt(sums.get(`${what}.squares.low`));
}

/** n times the sum of squared deviations from the mean, exactly. */
const squaredDeviations = (n: number, sum: number, squares: bigint): bigint => BigInt(n) * squares - BigInt(sum) * BigInt(sum);
