import { stageOf } from '../contracts/dead-letter.js';
import type { DeadLetterReason } from '../contracts/names.js';
import { readAdded } from './letter.js';
import { headersBefore, headersWith, setSeq } from './letter-headers.js';
import type { OutputRecord, RecordHeaders, SourceRecord } from './ports.js';

/** A record on its way to a dead-letter topic, without a number of its own. */
export type Letter = Omit<OutputRecord, 'seq' | 'topic'>;

/**
 * A refused record on its way to the dead-letter topic: key, value, timestamp and headers as they came, and headers that
 * say where it stood and why it was refused.
 */
export function deadLetterRecord(
  record: SourceRecord, topicName: string, reason: DeadLetterReason, message: string, seq: number,
): OutputRecord {
  const letter = letterOf(record, topicName, reason, message);
  setSeq(letter.headers, seq);
  return { ...letter, seq, topic: 'cx.dead-letters' };
}

/** The same of a record that no lane of orders has read: it has no number among theirs. */
export const letterOf = (record: SourceRecord<string>, topicName: string, reason: DeadLetterReason, message: string): Letter => ({
  key: record.key, value: record.value, timestamp: record.timestamp,
  headers: headersWith(ownHeaders(record), {
    '__connect.errors.topic': topicName,
    '__connect.errors.partition': String(record.partition),
    '__connect.errors.offset': String(record.offset),
    '__connect.errors.stage': stageOf(reason),
    '__connect.errors.class.name': `touchpoint.${reason}`,
    '__connect.errors.exception.message': message,
    'touchpoint.reason': reason,
  }),
});

/** Of a dead letter that another tool wrote back as it was, what we added is replaced: it would grow with every refusal. */
const ownHeaders = ({ headers }: SourceRecord<string>): RecordHeaders => (readAdded(headers) === null ? headers : Object.fromEntries(headersBefore(headers)));
