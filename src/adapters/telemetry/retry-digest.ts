import type { Logger } from 'pino';
import { createDigest, type Schedule } from './digest.js';

export interface RetryNote {
  /** null, or negative: it is of no lane. */
  readonly lane: number | null;
  readonly what: string;
  readonly error: Error;
  readonly inMs: number;
}

/** What a fault is in plain words that need no stack; null: as it says itself. */
export type FaultWords = (error: Error) => string | null;

/** A digest of faults that are tried again. One that has plain words is one fault, whatever met it: an outage is not told once for all that waits for its end. */
export function retryDigest(logger: Logger, schedule: Schedule, wordsOf: FaultWords) {
  const text = ({ what, error, inMs }: RetryNote): string => `${what} failed, next try in ${inMs} ms: ${wordsOf(error) ?? error.message}`;
  const fields = ({ lane, what, error, inMs }: RetryNote) =>
    ({ event: 'retrying', ...(lane === null || lane < 0 ? {} : { lane }), what, inMs, ...(wordsOf(error) === null ? { err: error } : {}) });
  const digest = createDigest<string, RetryNote>({
    first: (_kind, note) => { logger.warn(fields(note), text(note)); },
    more: (_kind, count, latest) => { logger.warn({ ...fields(latest), count }, `${count} more ${count === 1 ? 'try' : 'tries'} failed, the last: ${text(latest)}`); },
  }, schedule);
  return {
    note: (note: RetryNote): void => { digest.note(wordsOf(note.error) ?? `${note.what}: ${note.error.name}`, note); },
    close: (): void => { digest.close(); },
  };
}
