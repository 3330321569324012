import { stageOf } from '../contracts/dead-letter.js';
import type { DeadLetterReason } from '../contracts/names.js';
import type { OutputRecord, SourceRecord } from './ports.js';

/**
 * A refused record on its way to the dead-letter topic: key, value, timestamp and headers as they came, and headers that
 * say where it stood and why it was refused.
 */
export function deadLetterRecord(
  record: SourceRecord, topicName: string, reason: DeadLetterReason, message: string, seq: number,
): OutputRecord {
  return {
    seq, topic: 'cx.dead-letters', key: record.key, value: record.value, timestamp: record.timestamp,
    headers: {
      ...record.headers,
      '__connect.errors.topic': topicName,
      '__connect.errors.partition': String(record.partition),
      '__connect.errors.offset': String(record.offset),
      '__connect.errors.stage': stageOf(reason),
      '__connect.errors.class.name': `touchpoint.${reason}`,
      '__connect.errors.exception.message': message,
      'touchpoint.reason': reason,
      cx_seq: String(seq),
    },
  };
}
