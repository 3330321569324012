import type { MeasureWindow } from '../../contracts/measures.js';
import { BUCKET_MS } from './increments.js';

/**
 * Sums are kept in cells, each a stretch of time: fine ones of late, coarser ones further back, and one of all that was before.
 * An amount lies in one cell at a time, whichever holds its bucket; when a cell has become too old for its size its sums are added to the
 * next coarser one. So few cells are enough for every window, and each amount is written once for all of them.
 *
 * Dates ahead are kept too, in hours and days: a promise that is known to have been kept counts from the beginning of the cell on in which
 * that was noted. The cell it lies in is not divided as it comes near, so what is corrected by then may be taken away in a finer one.
 */
interface Level {
  readonly letter: 'm' | 'h' | 'd';
  readonly ms: number;
  /** How far back it reaches at least; ms. */
  readonly back: number;
  /** How far ahead it reaches; ms. */
  readonly ahead: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const LEVELS: readonly Level[] = [
  { letter: 'm', ms: BUCKET_MS, back: 2 * HOUR, ahead: 2 * HOUR },
  { letter: 'h', ms: HOUR, back: 26 * HOUR, ahead: 35 * DAY },
  { letter: 'd', ms: DAY, back: 29 * DAY, ahead: Infinity },
];

/** All that was before the days. */
export const TOTAL = 't0';

const WINDOW_MS: Readonly<Record<MeasureWindow, number>> = { '1h': HOUR, '24h': DAY, '7d': 7 * DAY, '28d': 28 * DAY, all: Infinity };

/** From when on a level has its own cells: a whole cell of the next coarser one is never split. */
const reachesFrom = (index: number, now: number): number => {
  const coarser = LEVELS[index + 1] ?? LEVELS[index];
  const level = LEVELS[index];
  return level === undefined || coarser === undefined ? -Infinity : floorTo(now - level.back, coarser.ms);
};

const floorTo = (at: number, ms: number): number => Math.floor(at / ms) * ms;

/** The name of the cell that a bucket belongs into at this wall clock time, ms. */
export const cellOfBucket = (bucket: number, now: number): string => cellAt(bucket * BUCKET_MS, now);

function cellAt(at: number, now: number): string {
  for (const [index, level] of LEVELS.entries()) {
    if (at >= reachesFrom(index, now) && at < now + level.ahead) return `${level.letter}${Math.floor(at / level.ms)}`;
  }
  return TOTAL;
}

/**
 * Gives of a bucket the first one of the cell that it belongs into at this time, ms: what is added up under that ends in the same
 * cells, as these only grow coarser. Of what was before the days it is bucket 0; what is ahead keeps its own.
 */
export function startOfCell(now: number): (bucket: number) => number {
  const levels = LEVELS.map(({ ms }, index) => ({ from: reachesFrom(index, now), buckets: ms / BUCKET_MS }));
  return (bucket) => {
    const at = bucket * BUCKET_MS;
    if (at >= now) return bucket;
    for (const { from, buckets } of levels) if (at >= from) return bucket - mod(bucket, buckets);
    return 0;
  };
}

const mod = (value: number, by: number): number => value - Math.floor(value / by) * by;

/** Where the sums of this cell go now that it is too old for its size; null: it stays. */
export function coarserCell(cell: string, now: number): string | null {
  const index = LEVELS.findIndex(({ letter }) => cell.startsWith(letter));
  const level = LEVELS[index];
  if (level === undefined) return null;
  const start = startOf(cell, level);
  return start < reachesFrom(index, now) ? cellAt(start, now) : null;
}

const startOf = (cell: string, { ms }: Level): number => Number(cell.slice(1)) * ms;

/** Which cells count in the window that ends now: whole cells, all that reach into it. */
export function isInWindow(cell: string, window: MeasureWindow, now: number): boolean {
  const level = levelOf(cell);
  return level === undefined ? window === 'all' : startOf(cell, level) + level.ms > now - WINDOW_MS[window];
}

/** The first instant that counts in the window that ends now, as `isInWindow` has it; ms. */
export function windowStart(window: MeasureWindow, now: number): number {
  const back = WINDOW_MS[window];
  const level = LEVELS.find((each) => each.back > back);
  return level === undefined ? -Infinity : floorTo(now - back, level.ms);
}

/** Its time is still to come. */
export function isAhead(cell: string, now: number): boolean {
  const level = levelOf(cell);
  return level !== undefined && startOf(cell, level) > now;
}

const levelOf = (cell: string): Level | undefined => LEVELS.find(({ letter }) => cell.startsWith(letter));
