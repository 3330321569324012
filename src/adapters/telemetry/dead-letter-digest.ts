import type { Logger } from 'pino';
import type { DeadLetterReason } from '../../contracts/names.js';
import { createDigest, type Schedule } from './digest.js';

export interface DeadLetterNote {
  readonly lane: number;
  readonly topic: string;
  readonly offset: number;
  readonly message: string;
}

/** A digest of dead letters, by reason, whose lines go to the log. */
export const loggedDigest = (logger: Logger, schedule: Schedule) => createDigest<DeadLetterReason, DeadLetterNote>({
  first: (reason, note) => { logger.warn({ event: 'dead_letter', reason, ...note }, `dead letter (${reason}): ${note.message}`); },
  more: (reason, count, latest) => { logger.warn({ event: 'dead_letters', reason, count, ...latest }, `${count} more dead letters (${reason}), the last: ${latest.message}`); },
}, schedule);
