import { z } from 'zod';
import { area, count, detail, evidence, knownPlace, patternName, patternSeverity, severity, signalName, stage, verdict } from './assessed.js';
import { instant } from './envelope.js';
import { EVIDENCE_LIMIT } from './limits.js';

/** Values of `cx.events` (key: the order): every change of what is said of an order, once each. */

const change = {
  id: z.uuid().meta({ description: 'Made from kind, order, episode and revision; never carries two contents' }),
  orderId: z.string(),
  customerId: z.string().nullable(),
  occurredAt: instant.meta({ description: 'Event time at which it became true' }),
  detectedAt: instant.meta({ description: 'Wall clock at which it was noticed' }),
  episode: z.int().min(1).meta({ description: 'Counts how often this began' }),
  revision: count.meta({ description: 'Counts what was said of this episode' }),
  sequence: z.int().min(1).meta({ description: 'Rises with every change of the order, gaps allowed' }),
  place: knownPlace,
  rules: z.string().meta({ description: 'Version of the catalogue' }),
  evidence: z.array(evidence).max(EVIDENCE_LIMIT).meta({ description: 'The records that prove it' }),
};

export const signalEvent = z
  .object({
    ...change,
    type: z.enum(['signal.opened', 'signal.amended', 'signal.closed']),
    signal: signalName,
    severity,
    area,
    stage,
    reason: z.enum(['resolved', 'retracted']).optional().meta({ description: 'Of signal.closed: put right, or never true' }),
    opensAt: instant.optional().meta({ description: 'When the signal first became true; missing once retracted' }),
    closedAt: instant.optional().meta({ description: 'When it was put right' }),
    detail,
  })
  .meta({ description: 'Something went wrong for a customer, or what was said of it changed.' });
export type SignalEvent = z.infer<typeof signalEvent>;

export const patternEvent = z
  .object({
    ...change,
    type: z.enum(['pattern.matched', 'pattern.cleared']),
    pattern: patternName,
    severity: patternSeverity,
    detail,
  })
  .meta({ description: 'Signals came together in a way that calls for action, or no longer do.' });
export type PatternEvent = z.infer<typeof patternEvent>;

export const verdictEvent = z
  .object({ ...change, type: z.literal('verdict.changed'), verdict, detail })
  .meta({ description: 'The verdict on an order changed.' });
export type VerdictEvent = z.infer<typeof verdictEvent>;

export const derivedEvent = z
  .discriminatedUnion('type', [signalEvent, patternEvent, verdictEvent])
  .meta({ description: 'A change of what is said of an order.' });
export type DerivedEvent = z.infer<typeof derivedEvent>;

const example = {
  orderId: 'A-1001',
  customerId: 'C-77',
  detectedAt: '2026-03-09T14:05:01.250Z',
  place: { location: 'dc-2', carrier: 'north-post' },
  rules: 'default-1',
  evidence: [{
    id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c05', type: 'delivery.completed', topic: 'logistics', partition: 3, offset: 51_204,
    occurredAt: '2026-03-09T14:05:00.000Z',
  }],
};

export const SIGNAL_EVENT_EXAMPLE: SignalEvent = {
  ...example, id: '0b0f6f9e-3f0b-5c55-9d7e-1f6c3f0a4b11', type: 'signal.amended', occurredAt: '2026-03-09T14:05:00.000Z',
  signal: 'late_delivery', severity: 2, area: 'logistics', stage: 'OWN', opensAt: '2026-03-06T22:59:59.999Z',
  episode: 1, revision: 2, sequence: 4, detail: { delaySeconds: 227_100.001 },
};
export const PATTERN_EVENT_EXAMPLE: PatternEvent = {
  ...example, id: '4d1e8a55-6f0d-5b6a-8b1c-2a7d4e1b5c22', type: 'pattern.matched', occurredAt: '2026-03-06T22:59:59.999Z',
  pattern: 'late_with_billing_error', severity: 'warning', episode: 1, revision: 0, sequence: 5,
  detail: { signals: ['late_delivery', 'billing_error'] },
};
export const VERDICT_EVENT_EXAMPLE: VerdictEvent = {
  ...example, id: '8a2f9b66-701e-5c7b-9c2d-3b8e5f2c6d33', type: 'verdict.changed', occurredAt: '2026-03-06T22:59:59.999Z',
  verdict: 'poor', episode: 1, revision: 1, sequence: 6,
  detail: { from: 'fair', recordsVerdict: 'poor', settled: false, unknown: [] },
};
