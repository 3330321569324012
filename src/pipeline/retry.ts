import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../core/as-error.js';
import type { Telemetry } from './ports.js';

export interface Persistence {
  readonly lane: number;
  readonly telemetry: Pick<Telemetry, 'retrying'>;
  /** No further tries: the lane is being left. */
  readonly stopped: () => boolean;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;

/** Errors that a retry can't mend. */
export class Final extends Error {}

/**
 * Tries until it succeeds, with growing pauses: a lane outlives any outage of its store and its log. False: given up
 * because the lane is being left. Errors that say the lane is lost or done (`LaneLost`, `Final`) pass through.
 */
export async function persist(p: Persistence, what: string, attempt: () => Promise<void>): Promise<boolean> {
  for (let wait = FIRST_WAIT_MS; !p.stopped(); wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (error instanceof Final) throw error;
      p.telemetry.retrying(p.lane, what, asError(error), wait);
      await pause(wait, p.stopped);
    }
  }
  return false;
}

/** Waits in short slices, so that a stop isn't held up by a long pause. */
async function pause(ms: number, stopped: () => boolean): Promise<void> {
  for (let left = ms; left > 0 && !stopped(); left -= 100) await delay(Math.min(100, left));
}

/** Did it end within so many ms? What it does goes on unheard. */
export async function settledWithin(ms: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  const settled = await Promise.race([work.then(() => true), late]);
  timer.abort();
  return settled;
}
