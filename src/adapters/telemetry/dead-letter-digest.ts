import type { Logger } from 'pino';
import type { DeadLetterReason } from '../../contracts/names.js';

/** Dead letters for a log that must not drown in them: the first of a reason at once, then how many more came. */

export interface DeadLetterNote {
  readonly lane: number;
  readonly topic: string;
  readonly offset: number;
  readonly message: string;
}

export interface DigestTold {
  first(reason: DeadLetterReason, note: DeadLetterNote): void;
  /** `count` more since the last line about this reason; `latest` is one of them. */
  more(reason: DeadLetterReason, count: number, latest: DeadLetterNote): void;
}

export const DIGEST_EVERY_MS = 10_000;

interface Window {
  count: number;
  latest: DeadLetterNote;
}

/** Calls back after `ms`, once; gives a function that calls it off. */
export type Schedule = (run: () => void, ms: number) => () => void;

export function createDeadLetterDigest(told: DigestTold, schedule: Schedule) {
  const windows = new Map<DeadLetterReason, Window>();
  let callOff: (() => void) | null = null;

  const sumUp = (): void => {
    for (const [reason, window] of windows) {
      // A quiet stretch ends the window: the next one is news again.
      if (window.count === 0) windows.delete(reason);
      else told.more(reason, window.count, window.latest);
      window.count = 0;
    }
    callOff = windows.size === 0 ? null : schedule(sumUp, DIGEST_EVERY_MS);
  };

  return {
    note(reason: DeadLetterReason, note: DeadLetterNote): void {
      const window = windows.get(reason);
      if (window !== undefined) {
        window.count += 1;
        window.latest = note;
        return;
      }
      windows.set(reason, { count: 0, latest: note });
      told.first(reason, note);
      callOff ??= schedule(sumUp, DIGEST_EVERY_MS);
    },
    /** Says what is still unsaid, and nothing after it. */
    close(): void {
      callOff?.();
      callOff = null;
      for (const [reason, { count, latest }] of windows) if (count > 0) told.more(reason, count, latest);
      windows.clear();
    },
  };
}

/** A digest whose lines go to the log. */
export const loggedDigest = (logger: Logger, schedule: Schedule): ReturnType<typeof createDeadLetterDigest> => createDeadLetterDigest({
  first: (reason, note) => { logger.warn({ event: 'dead_letter', reason, ...note }, `dead letter (${reason}): ${note.message}`); },
  more: (reason, count, latest) => { logger.warn({ event: 'dead_letters', reason, count, ...latest }, `${count} more dead letters (${reason}), the last: ${latest.message}`); },
}, schedule);
