import { createHash } from 'node:crypto';
import type { DeadLetterReason } from '../contracts/names.js';
import { orderIdIn, type Letter } from './letter.js';

/** Which dead letters are meant; null: any. */
export interface LetterFilter {
  readonly reasons: ReadonlySet<DeadLetterReason> | null;
  /** Name of the source topic on the broker. */
  readonly topic: string | null;
  /** The record's key, or the orderId that its value names. */
  readonly orderId: string | null;
  /** The first ms, and the first no more, of the record's timestamp. */
  readonly since: number | null;
  readonly until: number | null;
}

export function isMeant(letter: Letter, { reasons, topic, orderId, since, until }: LetterFilter): boolean {
  if (reasons !== null && !reasons.has(letter.reason)) return false;
  if (topic !== null && letter.source.topic !== topic) return false;
  if (since !== null && letter.timestamp < since) return false;
  if (until !== null && letter.timestamp >= until) return false;
  return orderId === null || isOf(letter, Buffer.from(orderId), orderId);
}

const isOf = ({ key, value }: Letter, bytes: Buffer, orderId: string): boolean => {
  if (key?.equals(bytes) === true) return true;
  return orderIdIn(value) === orderId;
};

/** So many letters are remembered; of those before, repeats are no longer known as such. Some 100 MB at the most. */
const MEMORY = 500_000;

/** Forgets the oldest entry for each one too many. */
function bounded<V>(limit: number) {
  const entries = new Map<string, V>();
  return {
    get: (key: string): V | undefined => entries.get(key),
    set(key: string, value: V): void {
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break;
        entries.delete(oldest);
      }
    },
  };
}

/**
 * Which letters say nothing new. A record may be put aside twice (publishing is at least once), and one that was sent
 * back may be refused again: then only its last refusal counts, else every attempt would send it once more than the one
 * before.
 */
export function createLetterHistory(memory = MEMORY) {
  const last = bounded<{ readonly letter: Pick<Letter, 'place' | 'source'>; readonly content: string }>(memory);
  const seen = bounded<true>(memory);
  return {
    /** Notes a record that was sent back and refused again. All letters are noted before the first one is judged. */
    note(letter: Letter): void {
      if (letter.redriven === null) return;
      const before = last.get(letter.redriven);
      if (before !== undefined && !isLater(letter.source, before.letter.source)) return;
      last.set(letter.redriven, { letter: { place: letter.place, source: letter.source }, content: contentOf(letter) });
    },
    /** Letters are to be judged once each, in the order in which they stand in their partition. */
    judge(letter: Letter): 'repeat' | 'sent_back_since' | 'present' {
      const { topic, partition, offset } = letter.source;
      // The timestamp tells records apart that had the same place, in a topic and in the one made anew under its name.
      const record = `${topic}|${String(partition)}|${String(offset)}|${String(letter.timestamp)}`;
      if (seen.get(record) === true) return 'repeat';
      seen.set(record, true);
      const since = last.get(letter.redriven ?? letter.place);
      // Any producer may write the header: it hides no letter that holds something else.
      return since === undefined || since.letter.place === letter.place || since.content !== contentOf(letter) ? 'present' : 'sent_back_since';
    },
  };
}
export type LetterHistory = ReturnType<typeof createLetterHistory>;

/** Attempts in one partition are in the order of its offsets; the same offset is a repeat. Elsewhere any order will do. */
const isLater = (a: Letter['source'], b: Letter['source']): boolean => a.topic !== b.topic || a.partition !== b.partition || a.offset > b.offset;

const contentOf = ({ source, timestamp, value }: Letter): string =>
  createHash('sha1').update(`${source.topic}|${String(timestamp)}|`).update(value ?? 'null').digest('base64');
