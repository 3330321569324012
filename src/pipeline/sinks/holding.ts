import type { Budget } from './budget.js';
import type { Letter } from './delivery.js';
import type { PassedOver } from './destination.js';
import type { Held } from './digest.js';
import type { SinkParts } from './sink-parts.js';
import { backoffMs } from './timing.js';

/** An alert that waits for a digest. */
export interface HeldLetter extends Letter, Held {
  readonly holding: Holding;
  /** A digest told of it, or never will: its partition may go on. */
  readonly release: () => void;
}

/** Decides which alerts of one partition wait for a digest, and keeps their place in it. */
export interface Holding {
  /**
   * How the receiver is told of the changes of an alert, in their order. null: by itself; `held`: a digest will tell. Waits while the
   * store is away, and while too many are held; once the signal is aborted nothing is decided, and what is said does not matter.
   */
  admit(letter: Letter, signal: AbortSignal): Promise<PassedOver | 'held' | null>;
  /** A change that the receiver is not told of: what waits is told as it stands by then, to the team that it waits for. */
  passedOver(letter: Letter): void;
  /** The lowest offset that a digest has yet to tell of; null: there is none. */
  oldest(): number | null;
  /** Another process reads the partition from now on, and tells of what is held. */
  stop(): void;
}

export interface HoldingParts extends Pick<SinkParts, 'name' | 'timing'> {
  readonly budget: Budget;
  /** What waits over all partitions, by the id of the alert. */
  readonly held: Map<string, HeldLetter>;
  readonly isFull: () => boolean;
}

const FULL_MS = 1_000;
const STORE_BACKOFF = { firstMs: 200, longestMs: 5_000 };
const HOUR_MS = 3_600_000;

export function createHolding({ name, timing, budget, held, isFull }: HoldingParts): Holding {
  /** Where what is held begins; as that was read in order, the first is the lowest. */
  const places = new Map<symbol, number>();

  const ask = async ({ alert }: Letter, signal: AbortSignal) => {
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return await budget.store.decide({
          sink: name, team: alert.owner, alertId: alert.alertId, changeId: alert.id, severity: alert.severity, isEnd: alert.type === 'alert.resolved',
          hour: Math.floor(timing.now() / HOUR_MS), allowed: budget.perHour[alert.severity],
        });
      } catch {
        // Whoever is away is told of by the lanes, which cannot work without it either.
        await timing.pause(backoffMs(STORE_BACKOFF, tries, timing.random()), signal);
      }
    }
    return null;
  };
  const hold = (letter: Letter, before: HeldLetter | undefined): void => {
    const place = Symbol(letter.alert.alertId);
    if (before === undefined) places.set(place, letter.record.offset);
    held.set(letter.alert.alertId, { ...letter, since: before?.since ?? letter.alert.detectedAt, hasEnded: false, holding, release: before?.release ?? (() => { places.delete(place); }) });
  };
  const holding: Holding = {
    async admit(letter, signal) {
      const { alertId, type } = letter.alert;
      const telling = await ask(letter, signal);
      if (telling === null) return 'held';
      const found = held.get(alertId);
      const before = found?.holding === holding ? found : undefined;
      if (telling === 'alone') {
        if (before !== undefined) held.delete(alertId);
        before?.release();
        return null;
      }
      if (telling === 'digest') {
        while (before === undefined && isFull() && !signal.aborted) await timing.pause(FULL_MS, signal);
        if (!signal.aborted) hold(letter, before);
        return 'held';
      }
      // The digest that is yet to come says how the alert stands by then. Its end names no team any more.
      if (before !== undefined && type === 'alert.resolved') held.set(alertId, { ...before, hasEnded: true });
      else if (before !== undefined) hold(letter, before);
      return 'over_budget';
    },
    passedOver({ record, alert }) {
      const before = held.get(alert.alertId);
      if (before?.holding === holding) hold({ record, alert: { ...alert, owner: before.alert.owner } }, before);
    },
    oldest: () => places.values().next().value ?? null,
    stop() {
      for (const [alertId, letter] of held) if (letter.holding === holding) held.delete(alertId);
    },
  };
  return holding;
}
