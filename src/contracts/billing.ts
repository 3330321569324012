import { z } from 'zod';
import { currency, freeText, identifier, lineQuantity, money, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

export const invoiceIssued = sourceEvent('invoice.issued', 'An invoice went out; issuing it again replaces it.', {
  invoiceId: identifier,
  totalMinor: money,
  currency,
  lines: z.array(lineQuantity).nullish(),
});
export type InvoiceIssued = z.infer<typeof invoiceIssued>;

export const invoiceCorrected = sourceEvent('invoice.corrected', 'An invoice got another total.', {
  invoiceId: identifier,
  totalMinor: money,
  reason: freeText.nullish(),
});
export type InvoiceCorrected = z.infer<typeof invoiceCorrected>;

const payment = { paymentId: identifier, amountMinor: money, reason: freeText.nullish() };
export const paymentCaptured = sourceEvent('payment.captured', 'Money was taken.', payment);
export const paymentFailed = sourceEvent('payment.failed', 'Money could not be taken.', payment);
export const refundIssued = sourceEvent('refund.issued', 'Money was given back.', payment);
export type PaymentCaptured = z.infer<typeof paymentCaptured>;
export type PaymentFailed = z.infer<typeof paymentFailed>;
export type RefundIssued = z.infer<typeof refundIssued>;

const dispute = { invoiceId: identifier.nullish(), reason: freeText.nullish() };
export const billingDisputed = sourceEvent('billing.disputed', 'The customer objects to what was billed.', dispute);
export const billingDisputeResolved = sourceEvent('billing.dispute_resolved', 'An objection was settled.', dispute);
export type BillingDisputed = z.infer<typeof billingDisputed>;
export type BillingDisputeResolved = z.infer<typeof billingDisputeResolved>;

const header = (n: number, occurredAt: string) =>
  ({ id: `7e1b8c22-0d3c-4b6a-9a7e-5b2c4d6e8f0${String(n)}`, orderId: 'A-1001', occurredAt }) as const;

export const BILLING = {
  'invoice.issued': {
    schema: invoiceIssued,
    example: {
      ...header(1, '2026-03-04T17:00:00Z'), type: 'invoice.issued', invoiceId: 'I-1', totalMinor: 13_490, currency: 'EUR',
      lines: [{ lineId: '1', quantity: 2 }],
    },
  } satisfies Declared<typeof invoiceIssued>,
  'invoice.corrected': {
    schema: invoiceCorrected,
    example: { ...header(2, '2026-03-10T09:00:00Z'), type: 'invoice.corrected', invoiceId: 'I-1', totalMinor: 12_990, reason: 'freight charged twice' },
  } satisfies Declared<typeof invoiceCorrected>,
  'payment.captured': {
    schema: paymentCaptured,
    example: { ...header(3, '2026-03-05T06:00:00Z'), type: 'payment.captured', paymentId: 'P-1', amountMinor: 13_490 },
  } satisfies Declared<typeof paymentCaptured>,
  'payment.failed': {
    schema: paymentFailed,
    example: { ...header(4, '2026-03-05T05:00:00Z'), type: 'payment.failed', paymentId: 'P-0', amountMinor: 13_490, reason: 'card expired' },
  } satisfies Declared<typeof paymentFailed>,
  'refund.issued': {
    schema: refundIssued,
    example: { ...header(5, '2026-03-10T09:05:00Z'), type: 'refund.issued', paymentId: 'P-2', amountMinor: 500, reason: 'invoice corrected' },
  } satisfies Declared<typeof refundIssued>,
  'billing.disputed': {
    schema: billingDisputed,
    example: { ...header(6, '2026-03-09T20:00:00Z'), type: 'billing.disputed', invoiceId: 'I-1', reason: 'freight' },
  } satisfies Declared<typeof billingDisputed>,
  'billing.dispute_resolved': {
    schema: billingDisputeResolved,
    example: { ...header(7, '2026-03-10T09:10:00Z'), type: 'billing.dispute_resolved', invoiceId: 'I-1', reason: 'corrected' },
  } satisfies Declared<typeof billingDisputeResolved>,
} as const;
