import type { Answer } from './destination.js';
import type { Timing } from './timing.js';

export const BREAKER_STATES = ['closed', 'half_open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Setbacks in a row after which a receiver is left alone. */
const TRIPS_AT = 5;
/** How long it is left alone, doubling with each probe that fails; at most `longestMs`. */
const COOL_DOWN = { firstMs: 10_000, longestMs: 300_000 };
/** A receiver may ask for more than this; it is asked again all the same. */
const LONGEST_RETRY_AFTER_MS = 900_000;

/** Stands before a receiver: lets everything through while it answers, and one request now and then while it does not. */
export interface Breaker {
  /** Makes the request once the receiver may be asked. Null: the signal was aborted before. */
  run(attempt: () => Promise<Answer>, signal: AbortSignal): Promise<Answer | null>;
  state(): BreakerState;
  /** How many requests were taken so far. */
  taken(): number;
}

/** @param changed called with every change of state, and what brought it about */
export function createBreaker(timing: Timing, changed: (state: BreakerState, why: string) => void): Breaker {
  let state: BreakerState = 'closed';
  let until = 0;
  let coolDownMs = COOL_DOWN.firstMs;
  let setbacks = 0;
  let taken = 0;
  /** Others wait for what becomes of the one probe; aborted once that is known. */
  let probe: AbortController | null = null;

  const become = (next: BreakerState, why: string): void => {
    if (state === next) return;
    state = next;
    changed(next, why);
  };
  const open = (ms: number, why: string): void => {
    until = timing.now() + ms;
    become('open', why);
  };
  const note = (answer: Answer, wasProbe: boolean): void => {
    if (answer.kind === 'taken') {
      taken += 1;
      setbacks = 0;
      // What was under way when it opened says nothing about how it is since.
      if (!wasProbe && state !== 'closed') return;
      coolDownMs = COOL_DOWN.firstMs;
      become('closed', 'it takes alerts again');
      return;
    }
    setbacks += 1;
    if (wasProbe) {
      coolDownMs = Math.min(coolDownMs * 2, COOL_DOWN.longestMs);
      open(coolDownMs, answer.message);
    } else if (state === 'closed' && setbacks >= TRIPS_AT) open(coolDownMs, answer.message);
    if (answer.retryAfterMs !== null && state !== 'half_open') {
      open(Math.max(until - timing.now(), Math.min(answer.retryAfterMs, LONGEST_RETRY_AFTER_MS)), answer.message);
    }
  };
  /** Waits for its turn, and takes it in the same step. */
  const admitted = async (signal: AbortSignal): Promise<'freely' | AbortController | null> => {
    for (;;) {
      if (signal.aborted) return null;
      if (state === 'closed') return 'freely';
      if (probe !== null) await timing.pause(COOL_DOWN.longestMs, AbortSignal.any([signal, probe.signal]));
      else if (timing.now() < until) await timing.pause(until - timing.now(), signal);
      else {
        probe = new AbortController();
        become('half_open', 'one alert tries whether it answers again');
        return probe;
      }
    }
  };

  return {
    async run(attempt, signal) {
      const turn = await admitted(signal);
      if (turn === null) return null;
      if (turn === 'freely') {
        const answer = await attempt();
        if (!signal.aborted) note(answer, false);
        return answer;
      }
      try {
        const answer = await attempt();
        if (signal.aborted) open(0, 'the try was called off');
        else note(answer, true);
        return answer;
      } finally {
        probe = null;
        turn.abort();
      }
    },
    state: () => state,
    taken: () => taken,
  };
}
