import type { Timing } from '../../src/pipeline/sinks/timing.js';

interface Pause {
  readonly at: number;
  readonly over: () => void;
}

/** A clock that is turned by hand, and chance that is none. */
export function createHandClock(start = Date.UTC(2026, 2, 7)) {
  let now = start;
  const pauses = new Set<Pause>();
  /** What was waited for, in order; ms. */
  const waited: number[] = [];
  const timing: Timing = {
    now: () => now,
    random: () => 0.5,
    pause: (ms, signal) => new Promise((resolve) => {
      if (signal.aborted) return resolve();
      waited.push(ms);
      const pause: Pause = { at: now + ms, over: () => {
        pauses.delete(pause);
        resolve();
      } };
      pauses.add(pause);
      signal.addEventListener('abort', pause.over, { once: true });
    }),
  };
  /** Everything that is under way comes to where it waits. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => { setImmediate(resolve); });
  };
  /** Lets so much time pass, from one end of a pause to the next. */
  const advance = async (ms: number): Promise<void> => {
    const until = now + ms;
    await settle();
    for (;;) {
      const next = Math.min(...[...pauses].map(({ at }) => at));
      if (next > until) break;
      now = Math.max(now, next);
      for (const pause of [...pauses]) if (pause.at <= now) pause.over();
      await settle();
    }
    now = until;
  };
  /** The same at one go, as for a machine that slept. */
  const leap = async (ms: number): Promise<void> => {
    now += ms;
    await advance(0);
  };
  return { timing, waited, settle, advance, leap };
}
