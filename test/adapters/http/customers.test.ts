import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { customerBody, type CustomerBody } from '../../../src/contracts/customers.js';
import { type Given, NOW, portsWith, signal } from './orders-on-record.js';

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

const serving = async (): Promise<FastifyInstance> => (app = await buildHttp(await portsWith(orders), { version: '0', storeTimeoutMs: 50 }));

describe('GET /v1/customers/{customerId}', () => {
  test('tells all orders of the customer, whatever lane they lie in', async () => {
    const http = await serving();
    const body = customerBody.strict().parse((await http.inject('/v1/customers/c-1')).json());
    expect(body.orders.map(({ orderId }) => orderId).sort()).toEqual(Array.from({ length: 9 }, (_, n) => `o-${n}`));
    expect(body.summary).toEqual({ orders: 9, settled: 5, hurt: 1, verdicts: { failed: 0, poor: 2, fair: 0, good: 7, on_course: 0 } });
    expect(body.nextCursor).toBeNull();
    expect((await http.inject(`/v1/customers/${encodeURIComponent('c 2/ü')}`)).json<CustomerBody>().summary.orders).toBe(3);
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
