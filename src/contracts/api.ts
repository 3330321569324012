import { z } from 'zod';
import { area, evidence, stage } from './assessed.js';
import { instant } from './envelope.js';
import { JOURNEY_EXAMPLE, assessedOrder } from './journeys.js';
import { nextCursor } from './page.js';

/** Bodies of the HTTP interface. */

export const timelineEntry = z.object({
  at: instant,
  kind: z.enum(['event', 'signal', 'good']),
  type: z.string().meta({ description: 'Event type, signal or good touchpoint' }),
  area,
  stage,
  adverse: z.boolean(),
  evidence: z.array(evidence),
});
export type TimelineEntryBody = z.infer<typeof timelineEntry>;

/** `GET /v1/orders/{orderId}` */
export const orderBody = assessedOrder
  .extend({
    rules: z.string().meta({ description: 'Version of the catalogue that this answer is judged by' }),
    timeline: z.array(timelineEntry).meta({ description: 'By time' }),
  })
  .meta({ description: 'What the customer of one order lived through.' });
export type OrderBody = z.infer<typeof orderBody>;

/** An order in a list. */
export const orderSummary = assessedOrder.meta({ description: 'One order in a list.' });
export type OrderSummary = z.infer<typeof orderSummary>;

/** `GET /v1/orders` */
export const orderPage = z
  .object({
    orders: z.array(orderSummary),
    nextCursor,
  })
  .meta({ description: 'A page of orders.' });
export type OrderPageBody = z.infer<typeof orderPage>;

/** Every error (RFC 9457, `application/problem+json`). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: 'Names the request, for whoever reads the log' }),
    invalidParameters: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
    reasons: z.array(z.string()).optional().meta({ description: 'Of /readyz: why it can not process' }),
  })
  .meta({ description: 'What went wrong with a request.' });
export type Problem = z.infer<typeof problem>;

/** `GET /healthz`: the process runs. */
export const health = z.object({ status: z.literal('ok') }).meta({ description: 'The process runs.' });
export type Health = z.infer<typeof health>;

/** `GET /readyz`: it can process; a 503 problem with `reasons` where it can't. */
export const ready = z.object({ status: z.literal('ready') }).meta({ description: 'The service can process.' });
export type Ready = z.infer<typeof ready>;

const { orderId, customerId, verdict, recordsVerdict, settled, unknown, promises, signals, patterns } = JOURNEY_EXAMPLE;
export const ORDER_SUMMARY_EXAMPLE: OrderSummary = { orderId, customerId, verdict, recordsVerdict, settled, unknown, promises, signals, patterns };
export const ORDER_EXAMPLE: OrderBody = {
  ...ORDER_SUMMARY_EXAMPLE,
  rules: 'default-1',
  timeline: [{
    at: '2026-03-04T15:20:00.000Z', kind: 'event', type: 'shipment.dispatched', area: 'logistics', stage: 'OWN', adverse: false,
    evidence: [{
      id: '5c0d7a11-7f0a-4d55-8f5e-3a1f6f6f2c01', type: 'shipment.dispatched', topic: 'logistics', partition: 3, offset: 48_112,
      occurredAt: '2026-03-04T15:20:00.000Z',
    }],
  }],
};
export const ORDER_PAGE_EXAMPLE: OrderPageBody = { orders: [ORDER_SUMMARY_EXAMPLE], nextCursor: null };
export const PROBLEM_EXAMPLE: Problem = {
  type: 'about:blank', title: 'Bad Request', status: 400, detail: 'limit: expected a whole number from 1 to 200',
  instance: 'urn:request:0f3c9c1e-4a53-4a83-9f5d-2c54b1a6e001',
  invalidParameters: [{ name: 'limit', reason: 'expected a whole number from 1 to 200' }],
};
export const HEALTH_EXAMPLE: Health = { status: 'ok' };
export const READY_EXAMPLE: Ready = { status: 'ready' };
