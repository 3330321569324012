import { z } from 'zod';
import { count, patternSeverity } from './assessed.js';
import { instant } from './envelope.js';

/** Alerts that a digest names; the others are counted. */
export const MOST_NAMED = 100;
/** Causes that a digest counts apart. */
export const MOST_CAUSES = 10;

/** An alert as a digest names it. */
const namedAlert = z.object({
  alertId: z.uuid(),
  orderId: z.string(),
  severity: patternSeverity,
  headline: z.string(),
  actBy: instant.nullable(),
  causeGroup: z.string().nullable(),
});

/** `data` of the webhook event `alert.digest`: what a team was not told one by one. */
export const alertDigest = z
  .object({
    id: z.uuid().meta({ description: 'Of the digest; the same however often it is sent' }),
    type: z.literal('alert.digest'),
    team: z.string().nullable().meta({ description: 'The team that should act; null: alerts of no team' }),
    from: instant.meta({ description: 'When the first of its alerts was made' }),
    until: instant.meta({ description: 'When the last one was' }),
    total: count.meta({ description: 'Alerts that it tells of' }),
    ended: count.meta({ description: 'Of these, alerts that have ended meanwhile. All else is about the others' }),
    bySeverity: z.object({ critical: count, warning: count }),
    causeGroups: z.array(z.object({ causeGroup: z.string(), alerts: count })).max(MOST_CAUSES).meta({ description: `Causes that most of them share, the commonest first, at most ${MOST_CAUSES}` }),
    actBy: instant.nullable().meta({ description: 'The earliest instant until which acting still helps; null where it helps none' }),
    alerts: z.array(namedAlert).max(MOST_NAMED).meta({ description: `What is due first, first; at most ${MOST_NAMED}` }),
    worklist: z.string().meta({ description: 'Where all of them stand: an address, or a path where the sink has no `link`' }),
  })
  .meta({ description: 'Alerts that a team was not told one by one, as there were more than its budget.' });
export type AlertDigest = z.infer<typeof alertDigest>;

export const ALERT_DIGEST_EXAMPLE: AlertDigest = {
  id: '7d2a0c4e-5b6f-5a7c-9d8e-0f1a2b3c4d5e', type: 'alert.digest', team: 'customer-service', from: '2026-03-06T23:00:05.120Z', until: '2026-03-06T23:14:59.870Z',
  total: 43, ended: 2, bySeverity: { critical: 1, warning: 40 }, causeGroups: [{ causeGroup: 'carrier:north-post|2026-03-06', alerts: 38 }], actBy: '2026-03-09T22:59:59.999Z',
  alerts: [{ alertId: 'd2b51c88-9230-5e9d-9e4f-5da0714e8f55', orderId: 'A-1001', severity: 'critical', headline: 'Late delivery; the order is still open', actBy: '2026-03-09T22:59:59.999Z', causeGroup: 'carrier:north-post|2026-03-06' }],
  worklist: 'https://touchpoint.example.com/v1/worklist?team=customer-service',
};
