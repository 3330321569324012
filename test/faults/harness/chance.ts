import { randomBytes } from 'node:crypto';

/** Chance that can be had again: the same seed gives the same moments. */
export interface Chance {
  readonly seed: string;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
}

/** The seed of this run, to be printed: TOUCHPOINT_FAULTS_SEED, else a new one. */
export const runSeed = process.env['TOUCHPOINT_FAULTS_SEED'] ?? randomBytes(4).toString('hex');

/** Mulberry32 over a digest of the seed. */
export function createChance(seed: string): Chance {
  let state = digest(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
  return {
    seed, between, whole,
    pick<T>(from: readonly T[]): T {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
  };
}

function digest(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash;
}
