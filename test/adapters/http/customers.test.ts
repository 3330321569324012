import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { customerBody, type CustomerBody } from '../../../src/contracts/customers.js';
import { delivered, dispatched, fact, type Given, NOW, placed, portsWith, signal } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** Nine orders of c-1 over all lanes, and some of others. */
const orders: readonly Given[] = Array.from({ length: 12 }, (_, n): Given => ({
  orderId: `o-${n}`, customerId: n < 9 ? 'c-1' : 'c 2/ü', verdict: n < 2 ? 'poor' : 'good', more: { settled: n % 2 === 0 },
  signals: n === 0 ? [signal('damaged', NOW, 3)] : n === 1 ? [signal('late_delivery', NOW, 1)] : [],
}));

const serving = async (): Promise<FastifyInstance> => (app = await buildHttp(await portsWith(orders), { version: '0' }));

describe('GET /v1/customers/{customerId}', () => {
  test('tells all orders of the customer, whatever lane they lie in', async () => {
    const http = await serving();
    const body = customerBody.strict().parse((await http.inject('/v1/customers/c-1')).json());
    expect(body.orders.map(({ orderId }) => orderId).sort()).toEqual(Array.from({ length: 9 }, (_, n) => `o-${n}`));
    expect(body.summary).toMatchObject({ orders: 9, settled: 5, hurt: 1, verdicts: { failed: 0, poor: 2, fair: 0, good: 7, on_course: 0 } });
    expect(body.nextCursor).toBeNull();
    expect((await http.inject(`/v1/customers/${encodeURIComponent('c 2/ü')}`)).json<CustomerBody>().summary.orders).toBe(3);
  });

  test('tells how the customer is served: promises kept, contacts, answers, and how evenly', async () => {
    const at = (day: number, hour = 0): number => Date.UTC(2026, 2, day, hour);
    const contact = (type: 'contact.opened' | 'contact.reopened', when: number, contactId: string, by: 'customer' | 'company') => fact(type, 'contacts', when, { contactId, channel: 'phone', topic: 'where', by });
    const answer = (when: number, score: number) => fact('feedback.received', 'feedback', when, { surveyId: `s-${when}`, metric: 'nps', score, scaleMin: 0, scaleMax: 10, higherIsBetter: true, touchpoint: 'delivery', task: null });
    app = await buildHttp(await portsWith([
      // Promised for the end of the 5th: a day early, two days late, and moved by the company to the 8th, which was kept.
      { orderId: 'early', customerId: 'c-7', facts: [placed(at(1)), dispatched(at(2)), delivered(at(4, 23)), answer(at(5), 9)] },
      { orderId: 'late', customerId: 'c-7', facts: [placed(at(1)), dispatched(at(3)), contact('contact.opened', at(6), 'k-1', 'customer'), contact('contact.reopened', at(7), 'k-1', 'customer'), delivered(at(7, 23)), answer(at(8), 3)] },
      { orderId: 'moved', customerId: 'c-7', facts: [placed(at(1)), fact('delivery.rescheduled', 'logistics', at(4), { by: 'company', newDelivery: { text: '2026-03-08', instant: null }, shipmentId: null, reason: null }), contact('contact.opened', at(5), 'k-2', 'company'), delivered(at(6, 23))] },
      { orderId: 'open', customerId: 'c-7', facts: [placed(at(9), '2026-03-20')] },
    ]));
    const { summary } = customerBody.strict().parse((await app.inject('/v1/customers/c-7')).json());
    expect(summary).toMatchObject({
      promises: { due: 3, kept: 1 }, newDates: { made: 1, kept: 1 },
      contacts: { opened: 1, reopened: 1, lastAt: '2026-03-07T00:00:00.000Z' },
      surveys: { answers: 2, last: { at: '2026-03-08T00:00:00.000Z', metric: 'nps', score: 3, scaleMin: 0, scaleMax: 10 }, nps: { value: 0, answers: 2 }, csat: { value: null, answers: 0 } },
    });
    // A day before, one and two days after what was promised first: the deviation of -1, 1 and 2 days.
    const spread = Math.sqrt(((-1 - 2 / 3) ** 2 + (1 - 2 / 3) ** 2 + (2 - 2 / 3) ** 2) / 2) * 86_400;
    expect(summary.variation).toContainEqual({ process: 'delivery_delay', sdSeconds: expect.closeTo(spread, 6), orders: 3 });
    expect(summary.variation).toContainEqual({ process: 'order_to_dispatch', sdSeconds: expect.closeTo(Math.SQRT1_2 * 86_400, 6), orders: 2 });
    expect(summary.variation).toContainEqual({ process: 'order_to_invoice', sdSeconds: null, orders: 0 });
  });

  test('goes on page by page', async () => {
    const http = await serving();
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const body: CustomerBody = (await http.inject(`/v1/customers/c-1?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`)).json<CustomerBody>();
      expect(body.summary.orders).toBe(body.orders.length);
      found.push(...body.orders.map(({ orderId }) => orderId));
      cursor = body.nextCursor;
    }
    expect(found.sort()).toEqual(Array.from({ length: 9 }, (_, n) => `o-${n}`));
  });

  test('an unknown customer is a 404, a wrong parameter a 400', async () => {
    const http = await serving();
    expect((await http.inject('/v1/customers/nobody')).statusCode).toBe(404);
    expect((await http.inject('/v1/customers/c-1?verdict=poor')).statusCode).toBe(400);
  });
});
