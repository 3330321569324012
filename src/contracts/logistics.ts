import { z } from 'zod';
import { deliveredLine, freeText, identifier, lineQuantity, party, promise, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

export const shipmentDispatched = sourceEvent('shipment.dispatched', 'A shipment left the house.', {
  shipmentId: identifier,
  expedited: z.boolean().nullish(),
  lines: z.array(lineQuantity).nullish(),
});
export type ShipmentDispatched = z.infer<typeof shipmentDispatched>;

export const deliveryRescheduled = sourceEvent('delivery.rescheduled', 'The delivery got another date, or none.', {
  initiatedBy: party,
  newDeliveryAt: promise.nullable().meta({ description: 'null: no new date was given' }),
  shipmentId: identifier.nullish(),
  reason: freeText.nullish(),
});
export type DeliveryRescheduled = z.infer<typeof deliveryRescheduled>;

export const deliveryAttemptFailed = sourceEvent('delivery.attempt_failed', 'The carrier came and could not deliver.', {
  shipmentId: identifier.nullish(),
  reason: freeText.nullish(),
});
export type DeliveryAttemptFailed = z.infer<typeof deliveryAttemptFailed>;

export const deliveryException = sourceEvent('delivery.exception', 'Goods were damaged or lost on their way.', {
  code: z.enum(['damaged', 'lost']),
  shipmentId: identifier.nullish(),
  lines: z.array(lineQuantity).nullish(),
});
export type DeliveryException = z.infer<typeof deliveryException>;

export const deliveryCompleted = sourceEvent('delivery.completed', 'Goods reached the customer.', {
  shipmentId: identifier.nullish(),
  lines: z.array(deliveredLine).nullish().meta({ description: 'Missing: what was dispatched under the shipmentId' }),
  final: z.boolean().nullish().meta({ description: 'Default true; false: more will come' }),
});
export type DeliveryCompleted = z.infer<typeof deliveryCompleted>;

export const LOGISTICS = {
  'shipment.dispatched': {
    schema: shipmentDispatched,
    example: {
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c01', type: 'shipment.dispatched', orderId: 'A-1001', occurredAt: '2026-03-04T15:20:00Z',
      place: { carrier: 'north-post', location: 'dc-2', shift: 'late' }, shipmentId: 'S-1', expedited: true, lines: [{ lineId: '1', quantity: 2 }],
    },
  } satisfies Declared<typeof shipmentDispatched>,
  'delivery.rescheduled': {
    schema: deliveryRescheduled,
    example: {
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c02', type: 'delivery.rescheduled', orderId: 'A-1001', occurredAt: '2026-03-05T07:00:00Z',
      initiatedBy: 'company', newDeliveryAt: '2026-03-09T18:00:00+01:00', shipmentId: 'S-1', reason: 'vehicle full',
    },
  } satisfies Declared<typeof deliveryRescheduled>,
  'delivery.attempt_failed': {
    schema: deliveryAttemptFailed,
    example: {
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c03', type: 'delivery.attempt_failed', orderId: 'A-1001', occurredAt: '2026-03-06T10:30:00Z',
      shipmentId: 'S-1', reason: 'nobody at home',
    },
  } satisfies Declared<typeof deliveryAttemptFailed>,
  'delivery.exception': {
    schema: deliveryException,
    example: {
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c04', type: 'delivery.exception', orderId: 'A-1001', occurredAt: '2026-03-06T11:00:00Z',
      code: 'damaged', shipmentId: 'S-1', lines: [{ lineId: '1', quantity: 1 }],
    },
  } satisfies Declared<typeof deliveryException>,
  'delivery.completed': {
    schema: deliveryCompleted,
    example: {
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c05', type: 'delivery.completed', orderId: 'A-1001', occurredAt: '2026-03-09T14:05:00Z',
      shipmentId: 'S-1', final: true,
      lines: [{ lineId: '1a', sku: 'LAMP-3', quantity: 2, substituteFor: '1', substitutionApproved: true }],
    },
  } satisfies Declared<typeof deliveryCompleted>,
} as const;
