import type { OutputTopic } from '../../contracts/names.js';
import type { RecordHeaders } from '../ports.js';
import { recordDigest } from '../progress.js';
import { seqOf } from '../recovery.js';
import type { Tell } from './findings.js';
import type { NumberSet } from '../number-set.js';

/** A record of a numbered output, from the log or still in the outbox. */
export interface NumberedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

export interface NumberedLog {
  /**
   * Takes a record in the order of the log. Answers its number when it is new, null when it is a repeat or was told as wrong.
   * @param id what tells it from others: an event's id, a dead letter's coordinates
   * @param at where it stands; null: in the outbox
   */
  take(record: NumberedRecord, id: string, at: string | null): number | null;
  /** The highest number met. */
  highest(): number;
  /** The number of the first record met, null before. */
  first(): number | null;
  /** Records that were new. */
  count(): number;
  repeats(): number;
}

interface Known {
  readonly seq: number;
  readonly digest: string;
  /** Only the outbox was seen to hold it. */
  waiting: boolean;
}

/**
 * Holds one numbered output of a lane to what consumers are promised: an id has one content, and dropping what is not above
 * the highest `cx_seq` drops repeats alone. A repeat from the outbox is the same to the byte.
 */
export function createNumberedLog(topic: OutputTopic, numbers: NumberSet, twice: 'id_two_contents' | 'dead_letter_twice', tell: Tell): NumberedLog {
  const known = new Map<string, Known>();
  let highest = 0;
  let first: number | null = null;
  let repeats = 0;
  const repeated = (before: Known, seq: number, digest: string, id: string, at: string | null): void => {
    if (before.seq !== seq || before.digest !== digest) {
      tell(twice, `${topic}: ${id} stands there with cx_seq ${before.seq} and again with ${seq}, ${before.digest === digest ? 'the same content' : 'another content'}`, at === null ? {} : { at });
    } else if (before.waiting) before.waiting = at === null;
    else if (at !== null) repeats += 1;
  };
  return {
    take(record, id, at) {
      const place = at === null ? {} : { at };
      const seq = seqOf(record.headers);
      if (seq === null || seq < 1) {
        tell('record_foreign', `${topic}: a record without cx_seq`, place);
        return null;
      }
      const digest = recordDigest(record);
      const before = known.get(id);
      if (before !== undefined) {
        repeated(before, seq, digest, id, at);
        return null;
      }
      if (seq <= highest || numbers.has(seq)) {
        tell('number_reused', `${topic}: ${id} has cx_seq ${seq}, ${seq <= highest ? `after ${highest}` : 'which another topic has'}, and was not there before`, place);
        return null;
      }
      known.set(id, { seq, digest, waiting: at === null });
      numbers.add(seq);
      highest = seq;
      first ??= seq;
      return seq;
    },
    highest: () => highest,
    first: () => first,
    count: () => known.size,
    repeats: () => repeats,
  };
}
