import { z } from 'zod';
import { identifier, optionalOrder, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';
import { SOURCE_EVENT_TYPES } from './source-types.js';

export const auditRecorded = sourceEvent('audit.recorded', 'A person saw how a step was really done.', {
  ...optionalOrder,
  auditId: identifier,
  step: z.enum(SOURCE_EVENT_TYPES),
  observed: z.enum(['done', 'done_poorly', 'not_done']),
});
export type AuditRecorded = z.infer<typeof auditRecorded>;

export const AUDITS = {
  'audit.recorded': {
    schema: auditRecorded,
    example: {
      id: 'e460d177-5281-40bf-8fc3-a07192b3de01', type: 'audit.recorded', orderId: 'A-1001', occurredAt: '2026-03-09T16:00:00Z',
      place: { location: 'dc-2', team: 'night-2' }, auditId: 'AU-1', step: 'shipment.dispatched', observed: 'done_poorly',
    },
  } satisfies Declared<typeof auditRecorded>,
} as const;
