import { z } from 'zod';
import { identifier, label, optionalOrder, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

const incident = {
  ...optionalOrder,
  incidentId: identifier,
  system: label,
  severity: z.enum(['minor', 'major', 'critical']),
};
export const incidentOpened = sourceEvent('incident.opened', 'A system failed; one record per affected order, or one for a place.', incident);
export const incidentResolved = sourceEvent('incident.resolved', 'A failure was mended, for one order or for a place.', incident);
export type IncidentOpened = z.infer<typeof incidentOpened>;
export type IncidentResolved = z.infer<typeof incidentResolved>;

export const INCIDENTS = {
  'incident.opened': {
    schema: incidentOpened,
    example: {
      id: 'd35fc066-4170-4fae-9eb2-9f6081a2cd01', type: 'incident.opened', orderId: 'A-1001', occurredAt: '2026-03-04T12:00:00Z',
      place: { location: 'dc-2', system: 'wms' }, incidentId: 'X-1', system: 'wms', severity: 'major',
    },
  } satisfies Declared<typeof incidentOpened>,
  'incident.resolved': {
    schema: incidentResolved,
    example: {
      id: 'd35fc066-4170-4fae-9eb2-9f6081a2cd02', type: 'incident.resolved', occurredAt: '2026-03-04T14:30:00Z',
      place: { location: 'dc-2' }, incidentId: 'X-1', system: 'wms', severity: 'major',
    },
  } satisfies Declared<typeof incidentResolved>,
} as const;
