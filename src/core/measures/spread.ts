import { quantile, binOf } from './sketch.js';
import { quantitiesOf, type Add, type Quantity, type Sums } from './quantities.js';

/** Durations of which mean, deviation and percentiles are kept. */
export type Spread = 'delay' | 'cycle';

const PARTS = ['bin', 'sum', 'squares.low', 'squares.middle', 'squares.high'] as const;
const QUANTITIES = { delay: quantitiesOf('delay', PARTS), cycle: quantitiesOf('cycle', PARTS) } satisfies Record<Spread, Record<string, Quantity>>;

const HALF = 2 ** 15;
const LIMB = HALF ** 2;

/**
 * Adds one duration, in ms and of either sign. Its square passes 2^53 from 26 hours on, so it is added in three limbs of
 * 30 bits: sums stay whole numbers for millions of orders, and a mean or deviation loses nothing to rounding.
 */
export function addDuration(what: Spread, at: number, ms: number, add: Add): void {
  const quantities = QUANTITIES[what];
  add(quantities.bin, at, 1, binOf(ms));
  if (ms === 0) return;
  add(quantities.sum, at, ms);
  const size = Math.abs(ms);
  const above = Math.floor(size / LIMB);
  const below = size % LIMB;
  const left = Math.floor(below / HALF);
  const right = below % HALF;
  // (above * LIMB + left * HALF + right)^2; what a limb can't hold goes to the next. Years have four digits, so that `above`
  // is less than 2^19 and a double holds each term.
  const cross = 2 * left * right;
  const low = right * right + (cross % HALF) * HALF;
  const middle = left * left + Math.floor(cross / HALF) + 2 * above * below + Math.floor(low / LIMB);
  addSome(quantities['squares.low'], at, low % LIMB, add);
  addSome(quantities['squares.middle'], at, middle % LIMB, add);
  addSome(quantities['squares.high'], at, above * above + Math.floor(middle / LIMB), add);
}

function addSome(quantity: Quantity, at: number, amount: number, add: Add): void {
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
  const bins = sums.each(QUANTITIES[what].bin);
  let n = 0;
  for (const count of bins.values()) n += count;
  const sum = sums.get(QUANTITIES[what].sum);
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
  const { 'squares.low': low, 'squares.middle': middle, 'squares.high': high } = QUANTITIES[what];
  return (BigInt(sums.get(high)) * limb + BigInt(sums.get(middle))) * limb + BigInt(sums.get(low));
}

/** n times the sum of squared deviations from the mean, exactly. */
const squaredDeviations = (n: number, sum: number, squares: bigint): bigint => BigInt(n) * squares - BigInt(sum) * BigInt(sum);
