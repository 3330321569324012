import { z } from 'zod';
import { count } from './assessed.js';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from './names.js';

/**
 * A refused record keeps its key, value, timestamp and headers on `cx.dead-letters`; these headers are added. Their
 * names are those of Kafka Connect, so that existing tools for dead letters understand them. Under a name that the record
 * has already, as one from a dead-letter topic of Kafka Connect does, what is added is the last value.
 */
export const DEAD_LETTER_HEADERS = {
  topic: '__connect.errors.topic',
  partition: '__connect.errors.partition',
  offset: '__connect.errors.offset',
  stage: '__connect.errors.stage',
  className: '__connect.errors.class.name',
  message: '__connect.errors.exception.message',
  reason: 'touchpoint.reason',
} as const;

/**
 * On a record that was sent back to its source: where its first dead letter stands, `PARTITION:OFFSET`. It stays on the
 * record, so that a second refusal is known as one.
 */
export const REDRIVEN_HEADER = 'touchpoint.redriven';

/** Where a record was refused: on its way to an event by a map, or as an event; the latter by the name that Kafka Connect has for it. */
export const stageOf = (reason: DeadLetterReason): 'map' | 'VALUE_CONVERTER' => (reason === 'map_failed' || reason === 'unlinked' ? 'map' : 'VALUE_CONVERTER');

const reason = z.enum(DEAD_LETTER_REASONS);
const message = z.string().meta({ description: 'What is wrong and where, without text of the value' });

/** The headers that are added, all of them texts. */
export const deadLetterHeaders = z
  .object({
    '__connect.errors.topic': z.string().meta({ description: 'Name of the source topic on the broker' }),
    '__connect.errors.partition': z.string().meta({ pattern: '^\\d+$' }),
    '__connect.errors.offset': z.string().meta({ pattern: '^\\d+$' }),
    '__connect.errors.stage': z.string(),
    '__connect.errors.class.name': z.string(),
    '__connect.errors.exception.message': message,
    'touchpoint.reason': reason,
  })
  .meta({ description: 'Headers added to a refused record.' });
export type DeadLetterHeaders = z.infer<typeof deadLetterHeaders>;

export const DEAD_LETTER_HEADERS_EXAMPLE: DeadLetterHeaders = {
  '__connect.errors.topic': 'orders',
  '__connect.errors.partition': '3',
  '__connect.errors.offset': '51204',
  '__connect.errors.stage': 'VALUE_CONVERTER',
  '__connect.errors.class.name': 'touchpoint.schema_invalid',
  '__connect.errors.exception.message': 'order.placed: lines[0].sku: expected a string, found nothing',
  'touchpoint.reason': 'schema_invalid',
};

/** A line of a replay's `dead-letters.ndjson`. */
export const deadLetterLine = z
  .object({
    reason,
    message,
    stage: z.literal('map').optional().meta({ description: 'Of records that a map could not use' }),
    file: z.string().meta({ description: 'The input as it was named' }),
    line: z.int().min(1).meta({ description: 'Counted from 1, blank lines included' }),
    value: z.string().meta({ description: 'The line as text, invalid UTF-8 replaced' }),
  })
  .meta({ description: 'A line that a replay refused.' });
export type DeadLetterLine = z.infer<typeof deadLetterLine>;

export const DEAD_LETTER_LINE_EXAMPLE: DeadLetterLine = {
  reason: 'not_json', message: 'the value (4 bytes) is UTF-8 but not JSON', file: 'events.ndjson', line: 204, value: 'PING',
};

/** Read = applied + duplicate + deadLetter. */
export const topicAccount = z.object({ read: count, applied: count, duplicate: count, deadLetter: count });

/** A replay's `report.json`: lines whose topic can't be told count under `unknown`. */
export const replayAccount = z
  .object({ topics: z.record(z.string(), topicAccount) })
  .meta({ description: 'What became of every line of a replay.' });
export type ReplayAccount = z.infer<typeof replayAccount>;

export const REPLAY_ACCOUNT_EXAMPLE: ReplayAccount = {
  topics: { orders: { read: 410, applied: 400, duplicate: 8, deadLetter: 2 }, unknown: { read: 1, applied: 0, duplicate: 0, deadLetter: 1 } },
};
