import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import type { HttpPorts, HttpSettings } from '../../../src/adapters/http/ports.js';
import type { Halt } from '../../../src/pipeline/ports.js';
import { DAY, delivered, NOW, placed, portsWith, signal, type Given, QUIET } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function serving(orders: readonly Given[], more: Partial<HttpPorts> = {}, settings: Partial<HttpSettings> = {}): Promise<FastifyInstance> {
  return (app = await buildHttp(await portsWith(orders, more), { version: '0', ...settings }));
}

interface ListBody {
  readonly orders: readonly { readonly orderId: string }[];
  readonly nextCursor: string | null;
}

const many: readonly Given[] = Array.from({ length: 37 }, (_, n): Given => ({
  orderId: `o-${n}`,
  customerId: `c-${n % 3}`,
  verdict: n % 2 === 0 ? 'poor' : 'good',
  signals: n % 5 === 0 ? [signal('late_delivery', NOW)] : [],
  patterns: n % 10 === 0 ? [{ pattern: 'missed_promise' }] : [],
}));

async function walk(http: FastifyInstance, query: string): Promise<{ ids: string[]; pages: number }> {
  const limit = Number(new URLSearchParams(query).get('limit'));
  const ids: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const suffix: string = cursor === null ? '' : `&cursor=${cursor}`;
    const response = await http.inject(`/v1/orders?${query}${suffix}`);
    expect(response.statusCode).toBe(200);
    const body = response.json<ListBody>();
    expect(body.orders.length).toBeLessThanOrEqual(limit);
    ids.push(...body.orders.map(({ orderId }) => orderId));
    cursor = body.nextCursor;
    pages += 1;
  } while (cursor !== null && pages < 100);
  return { ids, pages };
}

describe('one order', () => {
  test('is given with verdict, promises, signals, patterns and timeline', async () => {
    const http = await serving([{
      orderId: 'o-1', verdict: 'poor', facts: [placed(NOW - 9 * DAY), delivered(NOW)],
      signals: [signal('late_delivery', NOW - DAY, 1, { state: 'resolved', closedAt: NOW, detail: { delaySeconds: 86_400 } })],
      patterns: [{ pattern: 'missed_promise' }],
    }]);
    const response = await http.inject('/v1/orders/o-1');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      orderId: 'o-1', customerId: 'c-1', verdict: 'poor', recordsVerdict: 'poor', settled: false, unknown: [],
      promises: { original: '2026-03-05', baseline: '2026-03-05', latest: '2026-03-05' },
      signals: [{ signal: 'late_delivery', state: 'resolved', opensAt: new Date(NOW - DAY).toISOString(), closedAt: new Date(NOW).toISOString(), severity: 1, area: 'logistics', stage: 'OWN', detail: { delaySeconds: 86_400 } }],
      patterns: [{ pattern: 'missed_promise', severity: 'warning' }],
      timeline: [{ kind: 'event', type: 'order.placed' }, { kind: 'signal', type: 'late_delivery', adverse: true }, { kind: 'event', type: 'delivery.completed' }],
    });
  });

  test.each(['o/1', 'ö 1?', '../etc', 'x'.repeat(256), '%'])('is found under the id %p', async (orderId) => {
    const http = await serving([{ orderId }]);
    const response = await http.inject(`/v1/orders/${encodeURIComponent(orderId)}`);
    expect(response.json()).toMatchObject({ orderId });
  });

  test('is sent again only when it has changed', async () => {
    const ask = async (http: FastifyInstance, known?: string) => http.inject({ url: '/v1/orders/o-1', headers: known === undefined ? {} : { 'if-none-match': known } });
    const first = await ask(await serving([{ orderId: 'o-1', verdict: 'fair' }]));
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[\w-]{24}"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await ask(await serving([{ orderId: 'o-1', verdict: 'fair' }]), known);
      expect([known, again.statusCode, again.body, again.headers.etag]).toEqual([known, 304, '', tag]);
    }
    const changed = await ask(await serving([{ orderId: 'o-1', verdict: 'poor' }]), tag);
    expect([changed.statusCode, changed.headers.etag === tag]).toEqual([200, false]);
    expect((await ask(await serving([]), '*')).statusCode).toBe(404);
  });

  test('that nobody heard of is a 404 problem', async () => {
    const http = await serving([]);
    const response = await http.inject('/v1/orders/o-2');
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 });
  });
});

describe('an order of which nothing can be told', () => {
  const statusAndWords = async (http: FastifyInstance) => {
    const response = await http.inject('/v1/orders/o-2');
    return [response.statusCode, response.json<{ detail: string }>().detail];
  };

  test('as its partition stands still, is a 503, not a 404', async () => {
    const ports = await portsWith([]);
    const halt: Halt = { name: 'state_lost', message: 'lost', since: NOW };
    const lanes = async () => (await ports.orders.lanes()).map((lane) => ({ ...lane, halt: lane.lane === ports.laneOf('o-2') ? halt : null }));
    expect(await statusAndWords(await serving([], { orders: { ...ports.orders, lanes } }))).toEqual([503, expect.stringContaining('stands still (state_lost)')]);
  });

  test('as its partition is read again, is a 503, not an order without a past', async () => {
    const ports = await portsWith([]);
    const unjudged: HttpPorts['assessStored'] = (orderId, stored) => ({ ...ports.assessStored(orderId, stored), isJudged: false });
    expect(await statusAndWords(await serving([{ orderId: 'o-2' }], { assessStored: unjudged }))).toEqual([503, expect.stringContaining('is being read again')]);
  });
});

describe('a list of orders', () => {
  test('pages through every order exactly once', async () => {
    const { ids, pages } = await walk(await serving(many), 'limit=7');
    expect([...ids].sort()).toEqual(many.map(({ orderId }) => orderId).sort());
    expect(pages).toBeGreaterThanOrEqual(6);
  });

  test.each([
    ['verdict=poor', (n: number) => n % 2 === 0],
    ['verdict=good', (n: number) => n % 2 === 1],
    ['signal=late_delivery', (n: number) => n % 5 === 0],
    ['pattern=missed_promise', (n: number) => n % 10 === 0],
    ['customerId=c-1', (n: number) => n % 3 === 1],
    ['customerId=c-1&pattern=missed_promise', (n: number) => n % 3 === 1 && n % 10 === 0],
    ['pattern=missed_promise&signal=late_delivery&verdict=poor', (n: number) => n % 10 === 0],
    ['verdict=good&signal=late_delivery&customerId=c-2', (n: number) => n % 2 === 1 && n % 5 === 0 && n % 3 === 2],
    ['verdict=failed', () => false],
  ])('filters by %s, all of them together', async (query, expected) => {
    const { ids } = await walk(await serving(many), `${query}&limit=3`);
    expect(ids.sort()).toEqual(many.filter((_, n) => expected(n)).map(({ orderId }) => orderId).sort());
  });

  test('never searches the whole store for one page: what is left is reached by the cursor', async () => {
    const ports = await portsWith(many);
    let listed = 0;
    const counting = { ...ports.orders, list: (...question: Parameters<typeof ports.orders.list>) => (listed++, ports.orders.list(...question)) };
    const http = await serving([], { orders: { ...counting, order: (lane, id) => ports.orders.order(lane, id) } });
    const first = (await http.inject('/v1/orders?verdict=on_course&limit=1')).json<ListBody>();
    expect(listed).toBeLessThanOrEqual(20);
    expect(first.orders).toEqual([]);
    expect(first.nextCursor).not.toBeNull();
  });

  test.each([
    ['verdict=bad', 'verdict'], ['signal=late', 'signal'], ['pattern=No%20Name', 'pattern'], ['pattern=missed_promises', 'pattern'], ['limit=0', 'limit'], ['limit=201', 'limit'],
    ['limit=1e2', 'limit'], ['limit=', 'limit'], ['cursor=nonsense', 'cursor'], ['customerId=', 'customerId'], ['verdict=poor&verdict=good', 'verdict'],
    ['customer=c-1', 'customer'],
  ])('answers %s with 400 and the name of the parameter', async (query, name) => {
    const response = await (await serving(many)).inject(`/v1/orders?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ status: 400, invalidParameters: [{ name }] });
  });

  test('names the patterns that there are to who asks for another: no order can match it, whatever it was judged by', async () => {
    const http = await serving([{ orderId: 'o-1', patterns: [{ pattern: 'removed_since' }] }]);
    const response = await http.inject('/v1/orders?pattern=removed_since');
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([400, 'pattern: expected a pattern of the rules in force: missed_promise']);
    const page = await http.inject('/orders?pattern=removed_since');
    expect([page.statusCode, page.body.includes('expected a pattern of the rules in force')]).toEqual([400, true]);
  });

  test('does not take the cursor of another query, nor one made up', async () => {
    const http = await serving(many);
    const { nextCursor } = (await http.inject('/v1/orders?signal=late_delivery&limit=1')).json<ListBody>();
    const madeUp = Buffer.from(JSON.stringify([null, 'nowhere'])).toString('base64url');
    for (const query of [`verdict=poor&cursor=${nextCursor ?? ''}`, `cursor=${madeUp}`]) {
      const response = await http.inject(`/v1/orders?${query}`);
      expect([response.statusCode, response.json<{ invalidParameters: unknown }>().invalidParameters]).toMatchObject([400, [{ name: 'cursor' }]]);
    }
  });
});

describe('when the store', () => {
  const asking = ['/v1/orders/o-1', '/v1/orders', '/', '/orders/o-1'];
  const away = (order: () => Promise<never>): Partial<HttpPorts> => ({ orders: { order, list: order, lanes: order, deadlines: order } });

  test.each(asking)('is away, %s is answered with 503 and when to try again', async (address) => {
    const failures: string[] = [];
    const http = await serving([], {
      ...away(() => Promise.reject(new Error('connection refused at secret-host'))),
      telemetry: { ...QUIET, requestFailed: ({ route, status }, error) => failures.push(`${status} ${route} ${error.message}`) },
    });
    const response = await http.inject(address);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('5');
    expect(response.body).not.toContain('secret-host');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('secret-host');
    expect(failures[0]).not.toContain('o-1');
  });

  test('does not answer, the request ends all the same', async () => {
    const http = await serving([], away(() => new Promise<never>(() => undefined)), { storeTimeoutMs: 50 });
    expect((await http.inject('/v1/orders/o-1')).statusCode).toBe(503);
  });

  test('gives bytes that cannot be assessed, the request fails alone and without a word of what is inside', async () => {
    const http = await serving([{ orderId: 'o-1' }], { assessStored: () => { throw new Error('state of c-1 is broken'); } });
    const response = await http.inject('/v1/orders/o-1');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('c-1');
  });
});
