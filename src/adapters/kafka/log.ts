import kafkajs, { type LogEntry, type logCreator, type logLevel } from 'kafkajs';
import { kafkaFaultWords } from './fault-words.js';

export type KafkaLogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Where the Kafka adapter and the client under it write. */
export type KafkaLog = (level: KafkaLogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * What the client calls an error though it tries again by itself. Whoever asked is told when it gives up; until then it
 * is worth a look at debug level only.
 */
const TRIED_AGAIN = [
  /group coordinator is not available/i,
  /coordinator is loading/i,
  /concurrent operation on the same transaction/i,
  /Failed to connect to (seed )?broker/i,
  /Failed to send messages/i,
  /The group is rebalancing/i,
  // Retries are limited on purpose: a dead cluster must end a command, not hang it.
  /Limiting retries for the idempotent producer/i,
  /no leader for this topic-partition/i,
  /not the leader for that topic-partition/i,
  // To what was given up meanwhile.
  /Response without match/i,
];

const LEVELS: Readonly<Partial<Record<logLevel, KafkaLogLevel>>> = {
  [kafkajs.logLevel.ERROR]: 'error', [kafkajs.logLevel.WARN]: 'warn', [kafkajs.logLevel.INFO]: 'info', [kafkajs.logLevel.DEBUG]: 'debug',
};

/** The client's own lines, in our log: retried errors at debug, the rest as they come. */
export const clientLog = (log: KafkaLog): logCreator => () => ({ namespace, level, log: entry }: LogEntry) => {
  const { message, timestamp: _timestamp, logger: _logger, ...fields } = entry;
  const own = LEVELS[level];
  if (own === undefined) return;
  // Connections report every loss, also those that are made good at once.
  const retried = namespace === 'Connection' || fields['retriable'] === true || kafkaFaultWords({ name: '', message }) !== null || TRIED_AGAIN.some((text) => text.test(message));
  log(own === 'error' || own === 'warn' ? (retried ? 'debug' : own) : own, `kafka client: ${message}`, { namespace, ...fields });
};
