import { createHash } from 'node:crypto';
import type { DeadLetterReason, SourceTopic } from '../../contracts/names.js';
import type { Decoded } from '../decode.js';
import { headerEntries, headerText } from '../header-entries.js';
import type { SourceRecord } from '../ports.js';
import { keptFor, type Retention } from '../retention.js';
import type { Tell } from './findings.js';
import { seqOf } from '../recovery.js';
import { createNumberedLog, type NumberedRecord } from './numbered-log.js';
import type { NumberSet } from '../number-set.js';

export interface RefusalsParts {
  readonly lane: number;
  readonly numbers: NumberSet;
  readonly tell: Tell;
  /** The topic has all dead letters that were ever there. */
  readonly isWhole: boolean;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  /** As serve has it; ms. */
  readonly maxAheadMs: number;
  /** The same. */
  readonly retention: Retention;
}

interface Letter {
  readonly topic: SourceTopic;
  readonly offset: number;
  readonly reason: string;
  readonly message: string;
  readonly digest: string;
  readonly at: string | null;
  readonly seq: number;
  matched: boolean;
}

/** What became of a record. `perhaps`: it was refused for what is no longer so, and taken if its lane read it again since. */
export type Judged = 'taken' | 'refused' | 'perhaps';

/** Reasons that hold or not by configuration and version. */
const OF_SETTINGS: ReadonlySet<string> = new Set<DeadLetterReason>(['too_large', 'key_mismatch', 'unknown_type', 'schema_invalid']);

/** Headers that a dead letter has beside those of its record. */
const ADDED = /^(__connect\.errors\.(topic|partition|offset|stage|class\.name|exception\.message)|touchpoint\.reason|cx_seq)$/;

/** Compares dead letters with the records that they stand for. Letters are taken before the records. */
export function createRefusals({ lane, numbers, tell, isWhole, topicNames, maxAheadMs, retention }: RefusalsParts) {
  const letters = new Map<string, Letter>();
  const numbered = createNumberedLog('cx.dead-letters', numbers, 'dead_letter_twice', tell);
  const topics = new Map(Object.entries(topicNames).map(([topic, name]) => [name, topic as SourceTopic]));
  /** Orders of which a record was refused as one too many, with the number of facts that they had. */
  const full = new Map<string, number>();
  /** Orders of which a record was refused because they had expired, with the latest of those records; ms. */
  const expired = new Map<string, number>();
  const placeOf = (record: SourceRecord): string => `${topicNames[record.topic]}/${lane}/${record.offset}`;

  const unfounded = (letter: Letter, why: string): void => {
    tell('dead_letter_unfounded', `for ${topicNames[letter.topic]}/${lane}/${letter.offset} (${letter.reason}): ${why}`, letter.at === null ? {} : { at: letter.at });
  };
  /** Of each topic, the offset of the first record whose letter is left. */
  const leftFrom = new Map<SourceTopic, number>();
  let otherwise = 0;
  let trimmed = 0;
  /** A record that can be used may have been refused for what was true then. That an order had expired is remembered when it is read again; the rest is not. */
  const judgeUsable = (letter: Letter, record: SourceRecord, { orderId, fact }: Extract<Decoded, { kind: 'event' }>): Judged => {
    if (letter.reason === 'order_expired' && orderId !== null) {
      if (retention !== null && letter.message.includes(keptFor(retention))) expired.set(orderId, Math.max(expired.get(orderId) ?? -Infinity, fact.at));
      else otherwise += 1;
      return 'refused';
    }
    const [figure = NaN, most = NaN] = [...letter.message.matchAll(/\d+(\.\d+)?/g)].map(([digits]) => Number(digits));
    if (letter.reason === 'journey_too_long' && orderId !== null && figure > 0) {
      full.set(orderId, Math.max(full.get(orderId) ?? 0, figure));
      return 'perhaps';
    }
    const wasSo = letter.reason === 'clock_out_of_range' ? figure >= Math.round(most) : OF_SETTINGS.has(letter.reason) && (letter.reason !== 'too_large' || figure === record.value?.length);
    if (!wasSo) return 'taken';
    if (letter.reason !== 'clock_out_of_range' || most * 1_000 !== maxAheadMs) otherwise += 1;
    return 'perhaps';
  };

  return {
    numbered,
    full: full as ReadonlyMap<string, number>,
    expired: expired as ReadonlyMap<string, number>,
    /** @param at where it stands; null: in the outbox */
    take: (record: NumberedRecord, at: string | null): void => {
      const header = (name: string): string => headerText(record.headers, name) ?? '';
      const topic = topics.get(header('__connect.errors.topic'));
      const offset = Number(header('__connect.errors.offset') || NaN);
      if (topic === undefined && isOfIntake(record)) return;
      if (topic === undefined || header('__connect.errors.partition') !== String(lane) || !Number.isSafeInteger(offset)) {
        tell('record_foreign', 'cx.dead-letters: its headers name no record of this lane', at === null ? {} : { at });
        return;
      }
      const id = `${topic}|${offset}`;
      const seq = numbered.take(record, `${topicNames[topic]}/${lane}/${offset}`, at);
      if (seq === null) return;
      leftFrom.set(topic, Math.min(offset, leftFrom.get(topic) ?? Infinity));
      letters.set(id, {
        topic, offset, at, seq, reason: header('touchpoint.reason'), message: header('__connect.errors.exception.message'),
        digest: originalDigest(record), matched: false,
      });
    },
    /** What became of a record, by the letters; tells what does not fit. */
    judge(record: SourceRecord, decoded: Decoded): Judged {
      const letter = letters.get(`${record.topic}|${record.offset}`);
      if (letter === undefined) {
        if (decoded.kind === 'event') return 'taken';
        if (!isWhole && record.offset < (leftFrom.get(record.topic) ?? Infinity)) trimmed += 1;
        else tell('dead_letter_missing', `expected one for ${decoded.reason}`, { at: placeOf(record) });
        return 'refused';
      }
      letter.matched = true;
      if (originalDigest(record) !== letter.digest) {
        tell('dead_letter_differs', `key, value or headers of the dead letter for ${placeOf(record)} are not those of the record`, letter.at === null ? {} : { at: letter.at });
      }
      if (decoded.kind === 'event') {
        const judged = judgeUsable(letter, record, decoded);
        if (judged === 'taken') unfounded(letter, 'the record there can be used');
        return judged;
      }
      if (decoded.reason !== letter.reason) {
        tell('dead_letter_differs', `${placeOf(record)} is refused for ${decoded.reason}, the dead letter says ${letter.reason}`, letter.at === null ? {} : { at: letter.at });
      }
      return 'refused';
    },
    /**
     * Tells of the letters that stand for nothing, once everything was read.
     * @param seq the last number given out when the state was looked at: later letters are of records not read here
     * @param present the last number given out by now
     * @param bounds what was read of each topic
     * @returns how many letters are of records older than those that are left
     */
    settle(seq: number, present: number, bounds: (topic: SourceTopic) => { readonly start: number; readonly readTo: number }): number {
      let older = 0;
      for (const letter of letters.values()) {
        if (letter.matched || (letter.seq > seq && letter.seq <= present)) continue;
        const { start, readTo } = bounds(letter.topic);
        if (letter.offset < start) older += 1;
        else unfounded(letter, letter.offset >= readTo ? `the lane has read up to ${readTo} only` : 'no record stands there');
      }
      return older;
    },
    count: (): number => letters.size,
    /** Letters of records that would be taken now: the settings or the version were others when they were read. */
    otherwise: (): number => otherwise,
    /** Refused records whose letters the topic no longer holds. */
    trimmed: (): number => trimmed,
  };
}
export type Refusals = ReturnType<typeof createRefusals>;

/** Of a record that became no event: no lane has read it, so its letter has no number. */
const isOfIntake = ({ headers }: NumberedRecord): boolean => seqOf(headers) === null && headers['touchpoint.reason'] !== undefined;

/** Of key, value and own headers. Values of one name are in their order; names are in none that a client would keep. */
function originalDigest({ key, value, headers }: NumberedRecord): string {
  const own = headerEntries(headers).filter(([name]) => !ADDED.test(name))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([name, content]) => [name, content === null ? null : Buffer.from(content).toString('base64')]);
  const hash = createHash('sha1');
  for (const part of [key, value]) hash.update(part === null ? '-' : `${part.length}:`).update(part ?? '');
  return hash.update(JSON.stringify(own)).digest('base64');
}
