import { z } from 'zod';
import { currency, freeText, identifier, money, orderLine, party, promise, sourceEvent, timeZone } from './envelope.js';
import type { Declared } from './envelope.js';

export const orderPlaced = sourceEvent('order.placed', 'A customer placed an order.', {
  customerId: identifier,
  lines: z.array(orderLine),
  promisedDeliveryAt: promise.nullish(),
  requestedDeliveryAt: promise.nullish(),
  dispatchBy: promise.nullish(),
  timeZone: timeZone.nullish(),
  totalMinor: money.nullish(),
  currency: currency.nullish(),
});
export type OrderPlaced = z.infer<typeof orderPlaced>;

export const orderAmended = sourceEvent('order.amended', 'The order was changed.', {
  initiatedBy: party,
  lines: z.array(orderLine).nullish().meta({ description: 'The whole new list' }),
  promisedDeliveryAt: promise.nullish(),
  totalMinor: money.nullish(),
});
export type OrderAmended = z.infer<typeof orderAmended>;

export const orderCancelled = sourceEvent('order.cancelled', 'The order was called off.', {
  initiatedBy: party,
  reason: freeText.nullish(),
});
export type OrderCancelled = z.infer<typeof orderCancelled>;

export const ORDERS = {
  'order.placed': {
    schema: orderPlaced,
    example: {
      id: '3a4b2f0e-58b1-4c1e-9c1d-8a6c0f9d1b01', type: 'order.placed', orderId: 'A-1001', occurredAt: '2026-03-02T09:15:00.000+01:00',
      customerId: 'C-77', accountId: 'ACC-9', place: { region: 'south', channel: 'web' },
      lines: [{ lineId: '1', sku: 'LAMP-2', quantity: 2 }, { lineId: '2', sku: 'CABLE-5M', quantity: 0.5 }],
      promisedDeliveryAt: '2026-03-06', requestedDeliveryAt: '2026-03-05', dispatchBy: '2026-03-04T16:00:00Z',
      timeZone: 'Europe/Berlin', totalMinor: 12_990, currency: 'EUR',
    },
  } satisfies Declared<typeof orderPlaced>,
  'order.amended': {
    schema: orderAmended,
    example: {
      id: '3a4b2f0e-58b1-4c1e-9c1d-8a6c0f9d1b02', type: 'order.amended', orderId: 'A-1001', occurredAt: '2026-03-02T11:00:00Z',
      initiatedBy: 'customer', lines: [{ lineId: '1', sku: 'LAMP-2', quantity: 1 }], promisedDeliveryAt: '2026-03-07', totalMinor: 6_990,
    },
  } satisfies Declared<typeof orderAmended>,
  'order.cancelled': {
    schema: orderCancelled,
    example: {
      id: '3a4b2f0e-58b1-4c1e-9c1d-8a6c0f9d1b03', type: 'order.cancelled', orderId: 'A-1002', occurredAt: '2026-03-03T08:00:00Z',
      initiatedBy: 'company', reason: 'out of stock',
    },
  } satisfies Declared<typeof orderCancelled>,
} as const;
