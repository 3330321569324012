import type { z } from 'zod';
import {
  ACKNOWLEDGE_EXAMPLE, acknowledgeRequest, CLOSE_EXAMPLE, CLOSED_ALERT_EXAMPLE, closedAlert, closeRequest, SNOOZE_EXAMPLE, snoozeRequest,
} from './alert-handling.js';
import { ALERT_DIGEST_EXAMPLE, alertDigest } from './alert-digest.js';
import { ALERT_EXAMPLE, ALERT_PAGE_EXAMPLE, alert, alertPage, OPEN_ALERT_EXAMPLE, openAlert, WORKLIST_EXAMPLE, worklistPage } from './alerts.js';
import {
  HEALTH_EXAMPLE, ORDER_EXAMPLE, ORDER_PAGE_EXAMPLE, PROBLEM_EXAMPLE, READY_EXAMPLE, health, orderBody, orderPage, problem, ready,
} from './api.js';
import {
  DEAD_LETTER_HEADERS_EXAMPLE, DEAD_LETTER_LINE_EXAMPLE, REPLAY_ACCOUNT_EXAMPLE, deadLetterHeaders, deadLetterLine, replayAccount,
} from './dead-letter.js';
import { CUSTOMER_EXAMPLE, customerBody } from './customers.js';
import { PATTERN_EVENT_EXAMPLE, SIGNAL_EVENT_EXAMPLE, VERDICT_EVENT_EXAMPLE, patternEvent, signalEvent, verdictEvent } from './derived.js';
import { JOURNEY_EXAMPLE, journey } from './journeys.js';
import { MEASURES_EXAMPLE, measures } from './measures.js';
import { RULES_EXAMPLE, RULES_RELOADED_EXAMPLE, rulesBody, rulesReloaded } from './rules.js';
import { SOURCES } from './sources.js';

/** Every contract that is handed out as a file, under the name of its file. */
export interface Published {
  /** Path below `schemas/json` and `schemas/avro`, without the ending. */
  readonly path: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
  /** Namespace of the Avro records; null: not on Kafka, so JSON Schema only. */
  readonly namespace: 'touchpoint.source' | 'touchpoint.derived' | null;
}

const derived = (name: string, schema: z.ZodType, example: unknown): Published => ({ path: `derived/${name}`, schema, example, namespace: 'touchpoint.derived' });
const plain = (path: string, schema: z.ZodType, example: unknown): Published => ({ path, schema, example, namespace: null });

export const PUBLISHED: readonly Published[] = [
  ...[...SOURCES.values()].map(({ type, topic, schema, example }): Published => ({ path: `source/${topic}/${type}`, schema, example, namespace: 'touchpoint.source' })),
  derived('signal-event', signalEvent, SIGNAL_EVENT_EXAMPLE),
  derived('pattern-event', patternEvent, PATTERN_EVENT_EXAMPLE),
  derived('verdict-event', verdictEvent, VERDICT_EVENT_EXAMPLE),
  derived('alert', alert, ALERT_EXAMPLE),
  derived('journey', journey, JOURNEY_EXAMPLE),
  derived('dead-letter-headers', deadLetterHeaders, DEAD_LETTER_HEADERS_EXAMPLE),
  derived('dead-letter-line', deadLetterLine, DEAD_LETTER_LINE_EXAMPLE),
  plain('webhook/alert-digest', alertDigest, ALERT_DIGEST_EXAMPLE),
  plain('replay/account', replayAccount, REPLAY_ACCOUNT_EXAMPLE),
  plain('http/order', orderBody, ORDER_EXAMPLE),
  plain('http/order-page', orderPage, ORDER_PAGE_EXAMPLE),
  plain('http/customer', customerBody, CUSTOMER_EXAMPLE),
  plain('http/alert', openAlert, OPEN_ALERT_EXAMPLE),
  plain('http/alert-page', alertPage, ALERT_PAGE_EXAMPLE),
  plain('http/worklist', worklistPage, WORKLIST_EXAMPLE),
  plain('http/acknowledge', acknowledgeRequest, ACKNOWLEDGE_EXAMPLE),
  plain('http/snooze', snoozeRequest, SNOOZE_EXAMPLE),
  plain('http/close', closeRequest, CLOSE_EXAMPLE),
  plain('http/closed-alert', closedAlert, CLOSED_ALERT_EXAMPLE),
  plain('http/measures', measures, MEASURES_EXAMPLE),
  plain('http/rules', rulesBody, RULES_EXAMPLE),
  plain('http/rules-reloaded', rulesReloaded, RULES_RELOADED_EXAMPLE),
  plain('http/problem', problem, PROBLEM_EXAMPLE),
  plain('http/health', health, HEALTH_EXAMPLE),
  plain('http/ready', ready, READY_EXAMPLE),
];
