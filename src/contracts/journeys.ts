import { z } from 'zod';
import { goodTouchpoint, knownPlace, patternState, promises, signalState, signalName, verdict } from './assessed.js';

/** What is told of an order wherever its assessment is shown. */
export const assessedOrder = z.object({
  orderId: z.string(),
  customerId: z.string().nullable(),
  verdict,
  recordsVerdict: verdict.meta({ description: 'The verdict without service, feedback and audits' }),
  settled: z.boolean().meta({ description: 'Delivered or cancelled, and nothing pending' }),
  unknown: z.array(signalName).meta({ description: 'What cannot be told because a source is silent; sorted' }),
  promises,
  signals: z.array(signalState),
  patterns: z.array(patternState),
});

/** Value of `cx.journeys` (key: the order) and a line of `journeys.ndjson`: the latest assessment. */
export const journey = assessedOrder
  .extend({
    goods: z.array(goodTouchpoint).meta({ description: 'By time' }),
    place: knownPlace,
    rules: z.string().meta({ description: 'Version of the catalogue that the order was judged by' }),
  })
  .meta({ description: 'The latest assessment of an order.' });
export type Journey = z.infer<typeof journey>;

export const JOURNEY_EXAMPLE: Journey = {
  orderId: 'A-1001',
  customerId: 'C-77',
  verdict: 'poor',
  recordsVerdict: 'poor',
  settled: true,
  unknown: [],
  promises: { original: '2026-03-06', baseline: '2026-03-06', latest: '2026-03-09T18:00:00+01:00' },
  signals: [
    {
      signal: 'late_delivery', state: 'open', opensAt: '2026-03-06T22:59:59.999Z', severity: 2, area: 'logistics', stage: 'OWN',
      detail: { delaySeconds: 227_100.001 },
    },
    {
      signal: 'billing_error', state: 'resolved', opensAt: '2026-03-04T17:00:00.000Z', closedAt: '2026-03-10T09:00:00.000Z', severity: 2,
      area: 'billing', stage: 'OWN', detail: { reasons: ['overbilled', 'corrected'] },
    },
  ],
  patterns: [{ pattern: 'late_with_billing_error', severity: 'warning' }],
  goods: [{ type: 'accurate_notice', at: '2026-03-05T07:30:00.000Z', area: 'notification', stage: 'OWN' }],
  place: { location: 'dc-2', carrier: 'north-post', region: 'south', channel: 'web' },
  rules: 'default-1',
};
