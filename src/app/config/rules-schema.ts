import { z } from 'zod';
import { type NoticeBucket, PATTERN_SEVERITIES, SIGNALS, type SignalName } from '../../contracts/names.js';
import { isTimeZone } from '../../contracts/time-zone.js';
import { DEFAULT_RULES } from '../../core/rules.js';
import { duration, formatDuration } from './durations.js';
import { SEVERITY_REASONS } from './severity-reasons.js';

/** The part of the configuration that decides how orders are judged. */

const signal = z.enum(SIGNALS);
const severity = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)], { error: 'expected a severity: 0 neutral, 1 minor, 2 major or 3 grave' });
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name of at most 64 lower-case letters, digits and _ that begins with a letter');

const timeZone = z.string().refine(isTimeZone, 'expected an IANA time zone such as Europe/Berlin (an offset is none: it does not know summer time)');

const lateSteps = z
  .tuple([duration, duration], { error: 'expected two durations, such as [24h, 72h]' })
  .refine(([first, second]) => first < second, 'expected the second step to be longer than the first');

const severities = Object.fromEntries(
  SIGNALS.map((key) => [key, severity.default(DEFAULT_RULES.severities[key]).describe(SEVERITY_REASONS[key])]),
) as Record<SignalName, z.ZodDefault<typeof severity>>;

const groups = z
  .array(z.union([signal.transform((one) => [one]), z.array(signal).min(1)], { error: 'expected a signal, or a list of signals of which one is enough' }))
  .min(1);

/** Of changes that were told in good time, or of which nothing can be said, no signal tells, and no pattern. */
const FAULTY_BUCKETS = ['under_2_days', 'after_the_fact', 'never'] as const satisfies readonly NoticeBucket[];

/** Mirrors `PatternCondition`; where a group of signals has one member, the bare name will do. */
const condition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('signals'), allOf: groups }),
  z.strictObject({ kind: z.literal('run'), length: z.int().min(2).max(24), areas: z.int().min(1).max(8) }),
  z.strictObject({ kind: z.literal('severity_sum'), atLeast: z.int().min(1) }),
  z.strictObject({ kind: z.literal('bucket'), bucket: z.enum(FAULTY_BUCKETS) }),
  z.strictObject({ kind: z.literal('open_before_end'), signal }),
  z.strictObject({ kind: z.literal('any_severity'), atLeast: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: 'expected 1, 2 or 3' }) }),
]);

const pattern = z.strictObject({
  enabled: z.boolean().default(true).describe('`false` takes the pattern out of the catalogue'),
  severity: z.enum(PATTERN_SEVERITIES).optional().describe('`critical` makes the verdict `failed`, `warning` makes it `poor`; absent: that of the default catalogue'),
  when: condition.optional().describe('When it matches, as a whole: kind `signals` (allOf), `run` (length, areas), `severity_sum` (atLeast), `bucket` (bucket), `open_before_end` (signal), `any_severity` (atLeast); absent: that of the default catalogue'),
});

export const thresholdsSchema = z.strictObject({
  promiseTimeZone: timeZone.default(DEFAULT_RULES.promiseTimeZone)
    .describe('Zone in which a date-only promise ends, for orders that name none. UTC, since a zone nobody chose should at least be the same everywhere'),
  deliveryTolerance: duration.prefault(formatDuration(DEFAULT_RULES.deliveryToleranceMs))
    .describe('How long after a promise a delivery still counts as kept. None: the customer was promised that time'),
  moneyToleranceMinor: z.int().min(0).default(DEFAULT_RULES.moneyToleranceMinor)
    .describe('Amounts that differ by no more are equal, in minor units. 2: rounding of taxes and shares, and no more'),
  lateSteps: lateSteps.prefault([formatDuration(DEFAULT_RULES.lateStepsMs[0]), formatDuration(DEFAULT_RULES.lateStepsMs[1])])
    .describe('Lateness beyond which `late_delivery` weighs one more, and beyond which two more. One and three days: where real customers turn'),
  statedTolerance: duration.prefault(formatDuration(DEFAULT_RULES.statedToleranceMs))
    .describe('A stated delivery time that differs from the promise by no more is accurate. Half a day: the day is right'),
  refundWithin: duration.prefault(formatDuration(DEFAULT_RULES.refundWithinMs))
    .describe('Time to refund a cancelled, paid order. Ten days: what banks and customers bear'),
  contactOpen: duration.prefault(formatDuration(DEFAULT_RULES.contactOpenMs))
    .describe('A contact not resolved within it is `contact_unresolved`. Three days: a weekend is no excuse'),
  repeatContactWithin: duration.prefault(formatDuration(DEFAULT_RULES.repeatContactWithinMs))
    .describe('A further contact on one topic within it is a repeat. A week: later ones are a new matter'),
}).prefault({});

export const severitiesSchema = z.strictObject(severities).prefault({});

export const patternsSchema = z.record(name, pattern).prefault({})
  .describe('Changes to the default catalogue by pattern name, and patterns of your own (those need `severity` and `when`). Empty: the default catalogue as it stands');

export type ThresholdSettings = z.output<typeof thresholdsSchema>;
export type PatternSettings = z.output<typeof patternsSchema>;
