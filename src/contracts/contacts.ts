import type { z } from 'zod';
import { identifier, label, party, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

const contact = {
  contactId: identifier,
  channel: label,
  topic: label,
  initiatedBy: party.nullish().meta({ description: 'Default customer' }),
};
export const contactOpened = sourceEvent('contact.opened', 'Customer and company got in touch about something.', contact);
export const contactReopened = sourceEvent('contact.reopened', 'A contact thought resolved came up again.', contact);
export const contactResolved = sourceEvent('contact.resolved', 'A contact was brought to an end.', contact);
export type ContactOpened = z.infer<typeof contactOpened>;
export type ContactReopened = z.infer<typeof contactReopened>;
export type ContactResolved = z.infer<typeof contactResolved>;

export const CONTACTS = {
  'contact.opened': {
    schema: contactOpened,
    example: {
      id: 'b13dae44-2f5e-4d8c-9c90-7d4e6f80ab01', type: 'contact.opened', orderId: 'A-1001', occurredAt: '2026-03-07T08:00:00Z',
      customerId: 'C-77', place: { team: 'desk-a' }, contactId: 'K-1', channel: 'phone', topic: 'where_is_my_order', initiatedBy: 'customer',
    },
  } satisfies Declared<typeof contactOpened>,
  'contact.reopened': {
    schema: contactReopened,
    example: {
      id: 'b13dae44-2f5e-4d8c-9c90-7d4e6f80ab02', type: 'contact.reopened', orderId: 'A-1001', occurredAt: '2026-03-08T08:00:00Z',
      contactId: 'K-1', channel: 'phone', topic: 'where_is_my_order',
    },
  } satisfies Declared<typeof contactReopened>,
  'contact.resolved': {
    schema: contactResolved,
    example: {
      id: 'b13dae44-2f5e-4d8c-9c90-7d4e6f80ab03', type: 'contact.resolved', orderId: 'A-1001', occurredAt: '2026-03-09T15:00:00Z',
      contactId: 'K-1', channel: 'email', topic: 'where_is_my_order',
    },
  } satisfies Declared<typeof contactResolved>,
} as const;
