import { z } from 'zod';
import { OWN_LABELS } from '../../adapters/alerting/alertmanager-alert.js';
import { PATTERN_SEVERITIES } from '../../contracts/names.js';
import { duration } from './durations.js';

/** Where alerts are sent. */

/** Secrets stand elsewhere: what this file says may be shown. */
const secret = z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) })], {
  error: 'expected where the secret is kept: `file: PATH` or `env: NAME`',
});

const url = z.string().max(2_048).refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected a URL that begins with https:// or http://')
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), 'expected a URL without user and password: put them into `authorization`, which is read from a file or the environment');

const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected a name of at most 32 lower-case letters, digits and -'),
  url,
  authorization: secret.optional(),
  minSeverity: z.enum(PATTERN_SEVERITIES).default('warning'),
  owners: z.array(z.string().min(1).max(64)).min(1, 'expected at least one team, or no `owners` at all').optional(),
  timeout: duration.refine((ms) => ms >= 100 && ms <= 120_000, 'expected between 100ms and 2m').prefault('10s'),
  giveUpAfter: duration.refine((ms) => ms >= 1_000, 'expected at least 1s').prefault('72h'),
};

const alertsAnHour = z.int().min(0).max(10_000);
/** Whoever reads digests must understand them: without it each alert is sent, as a program wants it. */
const budget = z.strictObject({
  perHour: alertsAnHour,
  criticalPerHour: alertsAnHour.optional(),
  // Long enough to gather a carrier's bad hour, short enough to act on.
  digestAfter: duration.refine((ms) => ms >= 10_000 && ms <= 3_600_000, 'expected between 10s and 1h').prefault('15m'),
});

const webhook = z.strictObject({ kind: z.literal('webhook'), ...common, secret, allowPrivate: z.boolean().default(false), personal: z.boolean().default(false), budget: budget.optional(), link: url.optional() })
  .refine(({ url: at, allowPrivate }) => allowPrivate || !at.startsWith('http:'), { path: ['url'], message: 'expected https:// : without it anybody on the way reads the alerts. Within a network of your own say `allowPrivate: true`' });

const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, 'expected the name of a label: letters, digits and _').refine((name) => !OWN_LABELS.has(name), `expected another name than ${[...OWN_LABELS].join(', ')}: Touchpoint gives these itself`);
const alertmanager = z.strictObject({
  kind: z.literal('alertmanager'), ...common,
  // Where it usually is.
  allowPrivate: z.boolean().default(true),
  labels: z.record(label, z.string().min(1).max(256)).default({}),
  link: url.optional(),
});

export const sinksSchema = z.array(z.discriminatedUnion('kind', [webhook, alertmanager])).max(16)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'expected names that differ').prefault([])
  .describe('Where alerts are sent, at most 16; docs/alerts.md has their settings. Empty: they stand on `cx.alerts` and in `GET /v1/alerts`, and nobody is called');

export type SinkSettings = z.output<typeof sinksSchema>[number];
export type SecretSource = z.output<typeof secret>;
