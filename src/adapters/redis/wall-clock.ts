import { performance } from 'node:perf_hooks';
import { asError } from '../../core/as-error.js';
import type { WallClock } from '../../pipeline/ports.js';
import { DEFAULT_PREFIX, keyNames } from './keys.js';
import { listOf, run, wholeOf, type RedisClient } from './script.js';
import { TIME } from './scripts/time.js';

/** The one wall clock of all workers: that of Redis, asked now and then and carried on by this machine's ticking. */
export interface SharedWallClock extends WallClock {
  /** Redis's clock less this machine's, as last measured; ms. */
  skewMs(): number;
  /** Since the last answer; ms. Grows while Redis can't be reached, and the clock drifts as this machine's does. */
  ageMs(): number;
  /** Ends the refreshing. */
  stop(): void;
}

export interface SharedClockParts {
  /** Asks for the shared time; ms since the epoch, may have a fraction. */
  readonly ask: () => Promise<number>;
  /** Ticks evenly whatever is done to the machine's date; ms from any origin. */
  readonly ticks: () => number;
  /** This machine's date; ms since the epoch. */
  readonly date: () => number;
}

/** A new reading that is behind the last time told by no more than this holds the clock; by more, it is set back. */
const HOLD_MS = 2_000;

/** How far two good clocks part; an older reading is worth less by it. */
const DRIFT = 200e-6;

export interface SharedClock extends Omit<SharedWallClock, 'stop'> {
  /** Takes a reading. @throws when there is no answer */
  refresh(): Promise<void>;
}

/** The arithmetic of the shared clock, without timers. It tells nothing sensible before the first `refresh`. */
export const createSharedClock = ({ ask, ticks, date }: SharedClockParts): SharedClock => {
  /** Shared time = ticks + `lead`, give or take `doubt`, as of `takenAt`. */
  let reading: { readonly lead: number; readonly doubt: number; readonly takenAt: number; readonly skew: number } | null = null;
  let told = -Infinity;

  return {
    now() {
      const present = Math.floor(ticks() + (reading?.lead ?? date() - ticks()));
      if (present > told || told - present > HOLD_MS) told = present;
      return told;
    },
    skewMs: () => reading?.skew ?? 0,
    ageMs: () => (reading === null ? Infinity : ticks() - reading.takenAt),
    async refresh() {
      const sent = ticks();
      const shared = await ask();
      const received = ticks();
      const middle = (sent + received) / 2;
      const doubt = (received - sent) / 2;
      // A slow answer says less than an older quick one, until that has aged enough.
      if (reading !== null && doubt > reading.doubt + (received - reading.takenAt) * DRIFT && Math.abs(shared - middle - reading.lead) <= doubt) return;
      reading = { lead: shared - middle, doubt, takenAt: received, skew: shared - (date() - (received - middle)) };
    },
  };
};

export interface RedisWallClockOptions {
  readonly prefix?: string;
  /** ms between readings, default 5,000. */
  readonly refreshMs?: number;
  /** Told when a reading fails; the next one is tried as usual. */
  readonly onTrouble?: (error: Error) => void;
}

/** Takes a first reading and keeps taking them. @throws when Redis doesn't answer the first one */
export const redisWallClock = async (client: RedisClient, options: RedisWallClockOptions = {}): Promise<SharedWallClock> => {
  const key = keyNames(options.prefix ?? DEFAULT_PREFIX).clock;
  const clock = createSharedClock({
    ask: async () => {
      const [seconds, micros] = listOf(await run(client, TIME, [key], []), 'a time');
      return wholeOf(seconds, 'seconds') * 1_000 + wholeOf(micros, 'microseconds') / 1_000;
    },
    ticks: () => performance.now(),
    date: () => Date.now(),
  });
  await clock.refresh();
  let asking = false;
  const refresh = async (): Promise<void> => {
    // While Redis is away one question waits, not one per interval.
    if (asking) return;
    asking = true;
    try {
      await clock.refresh();
    } catch (error) {
      options.onTrouble?.(asError(error));
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void refresh(), options.refreshMs ?? 5_000);
  timer.unref();
  const stop = (): void => {
    clearInterval(timer);
  };
  return { now: () => clock.now(), skewMs: () => clock.skewMs(), ageMs: () => clock.ageMs(), stop };
};
