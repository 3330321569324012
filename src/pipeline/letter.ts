import { DEAD_LETTER_HEADERS, REDRIVEN_HEADER } from '../contracts/dead-letter.js';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '../contracts/names.js';
import { headerEntries } from './header-entries.js';
import type { RecordHeaders } from './ports.js';

/** A record of the dead-letter topic. */
export interface StoredLetter {
  readonly partition: number;
  readonly offset: number;
  /** That of the record that was refused, ms since the epoch; negative: it has none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** A dead letter: the refused record, where it stood, and why it was refused. */
export interface Letter extends StoredLetter {
  /** Where the letter stands, `PARTITION:OFFSET`. */
  readonly place: string;
  readonly reason: DeadLetterReason;
  readonly message: string;
  /** Where the record stood; `topic` is the name on the broker. */
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number };
  /** The place of the record's first dead letter, if it was sent back once and refused again. */
  readonly redriven: string | null;
}

export const placeOf = (partition: number, offset: number): string => `${String(partition)}:${String(offset)}`;

const PLACE = /^(\d{1,6}):(\d{1,16})$/;

/** The partition and offset that `PARTITION:OFFSET` names; null for any other text. */
export function parsePlace(text: string): { readonly partition: number; readonly offset: number } | null {
  const found = PLACE.exec(text);
  return found === null ? null : { partition: Number(found[1]), offset: Number(found[2]) };
}

/** Reads a dead letter; null: the service did not write this record. */
export function readLetter(stored: StoredLetter): Letter | null {
  const added = readAdded(stored.headers);
  return added === null ? null : { ...stored, place: placeOf(stored.partition, stored.offset), ...added };
}

/** What was added to a record's headers as it was refused; null: they are not those of a dead letter. */
export function readAdded(headers: RecordHeaders): Pick<Letter, 'reason' | 'message' | 'source' | 'redriven'> | null {
  // Of several values the last one is the service's.
  const added = new Map(headerEntries(headers).map(([name, value]) => [name, value?.toString()]));
  const reason = DEAD_LETTER_REASONS.find((known) => known === added.get(DEAD_LETTER_HEADERS.reason));
  const topic = added.get(DEAD_LETTER_HEADERS.topic);
  const partition = whole(added.get(DEAD_LETTER_HEADERS.partition));
  const offset = whole(added.get(DEAD_LETTER_HEADERS.offset));
  if (reason === undefined || topic === undefined || partition === null || offset === null) return null;
  const redriven = added.get(REDRIVEN_HEADER);
  return {
    reason, message: added.get(DEAD_LETTER_HEADERS.message) ?? '',
    source: { topic, partition, offset },
    redriven: redriven !== undefined && PLACE.test(redriven) ? redriven : null,
  };
}

const whole = (text: string | undefined): number | null => (text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null);

const LONGEST_ID = 256;

/** The `orderId` that a value names, where it is JSON that does; null: it can't be told. */
export function orderIdIn(value: Buffer | null): string | null {
  if (value === null) return null;
  try {
    const event: unknown = JSON.parse(value.toString());
    const orderId: unknown = typeof event === 'object' && event !== null ? (event as { orderId?: unknown }).orderId : null;
    return typeof orderId === 'string' && orderId !== '' && orderId.length <= LONGEST_ID ? orderId : null;
  } catch {
    return null;
  }
}
