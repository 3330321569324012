import { z } from 'zod';
import { identifier, label, promise, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

export const NOTIFICATION_ABOUT = [
  'order_confirmation', 'dispatched', 'delay', 'reschedule', 'substitution', 'cancellation', 'delivered', 'other',
] as const;

const notification = {
  notificationId: identifier,
  channel: label,
  about: z.enum(NOTIFICATION_ABOUT),
  statedDeliveryAt: promise.nullish().meta({ description: 'The delivery date that the customer was told' }),
};
export const notificationSent = sourceEvent('notification.sent', 'The customer was told something.', notification);
export const notificationFailed = sourceEvent('notification.failed', 'A message did not reach the customer.', notification);
export type NotificationSent = z.infer<typeof notificationSent>;
export type NotificationFailed = z.infer<typeof notificationFailed>;

export const NOTIFICATIONS = {
  'notification.sent': {
    schema: notificationSent,
    example: {
      id: '9f2c9d33-1e4d-4c7b-8b8f-6c3d5e7f9a01', type: 'notification.sent', orderId: 'A-1001', occurredAt: '2026-03-05T07:30:00Z',
      notificationId: 'N-2', channel: 'email', about: 'reschedule', statedDeliveryAt: '2026-03-09',
    },
  } satisfies Declared<typeof notificationSent>,
  'notification.failed': {
    schema: notificationFailed,
    example: {
      id: '9f2c9d33-1e4d-4c7b-8b8f-6c3d5e7f9a02', type: 'notification.failed', orderId: 'A-1001', occurredAt: '2026-03-05T07:05:00Z',
      notificationId: 'N-1', channel: 'sms', about: 'reschedule', statedDeliveryAt: '2026-03-09',
    },
  } satisfies Declared<typeof notificationFailed>,
} as const;
