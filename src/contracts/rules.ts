import { z } from 'zod';
import { count, knownPlace, patternName, patternSeverity, severity, signalName } from './assessed.js';
import { instant } from './envelope.js';
import { COVERABLE_SOURCES, NOTICE_BUCKETS, SIGNALS } from './names.js';

/** What orders are judged by, as a worker tells it. */

const version = z.string().meta({ description: 'Of the catalogue; `rules` of events, alerts and journeys names it' });
const ms = z.number().min(0).meta({ description: 'ms' });
const text = z.string();

const condition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('signals'), allOf: z.array(z.array(signalName)).meta({ description: 'Of each group at least one' }) }),
  z.object({ kind: z.literal('run'), length: count, areas: count }),
  z.object({ kind: z.literal('severity_sum'), atLeast: count }),
  z.object({ kind: z.literal('bucket'), bucket: z.enum(NOTICE_BUCKETS) }),
  z.object({ kind: z.literal('open_before_end'), signal: signalName }),
  z.object({ kind: z.literal('any_severity'), atLeast: severity }),
]);

const rules = z.object({
  promiseTimeZone: text,
  deliveryToleranceMs: ms,
  moneyToleranceMinor: count,
  lateStepsMs: z.tuple([ms, ms]),
  statedToleranceMs: ms,
  refundWithinMs: ms,
  contactOpenMs: ms,
  repeatContactWithinMs: ms,
  severities: z.object(Object.fromEntries(SIGNALS.map((name) => [name, severity])) as Record<(typeof SIGNALS)[number], typeof severity>),
  patterns: z.array(z.object({ pattern: patternName, severity: patternSeverity, when: condition })),
});

const alerts = z.object({
  maxAgeMs: ms,
  expireAfterMs: ms.nullable().meta({ description: 'How long after its use a live alert expires; null: never' }),
  defaultOwner: text,
  owners: z.array(z.object({ pattern: patternName.optional(), place: knownPlace.optional(), team: text })).meta({ description: 'The first that fits decides' }),
  actions: z.record(z.string(), z.object({ code: text, text })).meta({ description: 'By pattern' }),
  actBy: z.record(z.string(), z.object({ withinMs: ms.nullable(), while: z.enum(['open', 'any']), reason: text })).meta({ description: 'By pattern; `withinMs` null: acting never helps' }),
});

/** `GET /v1/rules` */
export const rulesBody = z.object({
  version,
  since: instant.meta({ description: 'When this worker took them up' }),
  covered: z.array(z.enum(COVERABLE_SOURCES)).meta({ description: 'The sources whose silence is an answer' }),
  rules,
  alerts,
}).meta({ description: 'What orders are judged by at this worker, and what alerts on them say.' });
export type RulesBody = z.infer<typeof rulesBody>;

/** `POST /v1/rules` */
export const rulesReloaded = z.object({
  before: version,
  version,
  changed: z.array(z.string()).meta({ description: 'Paths of the settings that are in force from now on; empty: nothing changed' }),
  needRestart: z.array(z.string()).meta({ description: 'Paths of settings that are no rules and differ from those that this worker was started with: they count from its next start on' }),
}).meta({ description: 'What a worker took up of its configuration file.' });
export type RulesReloadedBody = z.infer<typeof rulesReloaded>;

/** It takes none: the file of the configuration is what counts. */
export const reloadRequest = z.strictObject({});

export const RULES_EXAMPLE: RulesBody = {
  version: 'custom-3f1c9d0b7a52', since: '2026-03-06T08:00:00.000Z', covered: ['orders', 'logistics', 'billing', 'notifications', 'refunds'],
  rules: {
    promiseTimeZone: 'Europe/Berlin', deliveryToleranceMs: 3_600_000, moneyToleranceMinor: 2, lateStepsMs: [86_400_000, 259_200_000], statedToleranceMs: 43_200_000,
    refundWithinMs: 864_000_000, contactOpenMs: 259_200_000, repeatContactWithinMs: 604_800_000,
    severities: Object.fromEntries(SIGNALS.map((name) => [name, 1])) as RulesBody['rules']['severities'],
    patterns: [{ pattern: 'missed_promise', severity: 'warning', when: { kind: 'open_before_end', signal: 'late_delivery' } }],
  },
  alerts: {
    maxAgeMs: 259_200_000, expireAfterMs: 604_800_000, defaultOwner: 'customer-service', owners: [{ pattern: 'missed_promise', place: { carrier: 'north-post' }, team: 'logistics' }],
    actions: { missed_promise: { code: 'chase_delivery', text: 'Find the parcel, set a new date and tell it to the customer.' } },
    actBy: { missed_promise: { withinMs: 259_200_000, while: 'open', reason: 'beyond three days of lateness most customers turn away' } },
  },
};
export const RULES_RELOADED_EXAMPLE: RulesReloadedBody = { before: 'default-1', version: 'custom-3f1c9d0b7a52', changed: ['thresholds.deliveryTolerance'], needRestart: [] };
