import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { bareHttp } from '../../../src/adapters/http/bare-http.js';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createShares, type LimitSettings, NO_LIMITS } from '../../../src/adapters/http/limits.js';
import type { HttpSettings } from '../../../src/adapters/http/ports.js';
import { problem } from '../../../src/contracts/api.js';
import { portsWith, QUIET } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  jest.restoreAllMocks();
  await app?.close();
  app = null;
});

async function serving(limits: Partial<LimitSettings>, settings: Partial<HttpSettings> = {}) {
  const refusals: string[] = [];
  const ports = await portsWith([{ orderId: 'o-1' }]);
  const telemetry = { ...QUIET, requestFailed: () => refusals.push('failed'), requestRefused: (reason: string) => refusals.push(reason) };
  const http = await buildHttp({ ...ports, telemetry }, { limits: { ...NO_LIMITS, ...limits }, ...settings });
  app = http;
  return { http, refusals };
}

/** The wall clock, which the counts go by, is turned by hand. */
function clockByHand() {
  let now = 1_800_000_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  return { pass: (ms: number) => { now += ms; } };
}

const token = (name: string) => ({ name, sha256: createHash('sha256').update(name).digest('hex'), scopes: ['read' as const] });
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

describe('requests of one client', () => {
  const TOKENS = { tokens: [token('a'), token('b')], open: false };
  const OPEN = { tokens: [], open: true };

  test('beyond the limit get a 429 that says when to come back, until the minute is over', async () => {
    const clock = clockByHand();
    const { http, refusals } = await serving({ requestsPerMinute: 2 }, { access: TOKENS });
    const ask = async (name: string) => (await http.inject({ url: '/v1/orders/o-1', headers: bearer(name) })).statusCode;
    expect([await ask('a'), await ask('a'), await ask('a')]).toEqual([200, 200, 429]);
    clock.pass(45_000);
    const refused = await http.inject({ url: '/v1/orders/o-1', headers: bearer('a') });
    expect(problem.strict().parse(refused.json())).toMatchObject({ status: 429, detail: 'More than 2 requests within a minute.' });
    expect([refused.headers['content-type'], refused.headers['retry-after']]).toEqual(['application/problem+json; charset=utf-8', '15']);
    expect(await ask('b')).toBe(200);
    clock.pass(15_000);
    expect([await ask('a'), await ask('a'), await ask('a')]).toEqual([200, 200, 429]);
    expect(refusals).toEqual(['rate', 'rate', 'rate']);
  });

  test('who tries tokens is stopped by its address, and nobody there who has a good one', async () => {
    const { http, refusals } = await serving({ requestsPerMinute: 2 }, { access: TOKENS });
    const ask = async (name: string, remoteAddress: string) => (await http.inject({ url: '/v1/orders/o-1', headers: bearer(name), remoteAddress })).statusCode;
    expect([await ask('x', '10.0.0.1'), await ask('y', '10.0.0.1'), await ask('z', '10.0.0.1')]).toEqual([401, 401, 429]);
    expect([await ask('x', '10.0.0.2'), await ask('a', '10.0.0.1')]).toEqual([401, 200]);
    expect(refusals).toEqual(['unauthenticated', 'unauthenticated', 'rate', 'unauthenticated']);
  });

  test('are never those of who watches over the process', async () => {
    const { http } = await serving({ requestsPerMinute: 1 }, { access: OPEN });
    for (const url of ['/healthz', '/readyz', '/metrics', '/healthz', '/readyz', '/metrics']) expect([url, (await http.inject(url)).statusCode]).toEqual([url, 200]);
    expect([(await http.inject('/v1/orders')).statusCode, (await http.inject('/v1/orders')).statusCode, (await http.inject('/healthz')).statusCode]).toEqual([200, 429, 200]);
  });

  test('are not counted of programs of this machine that need no token', async () => {
    const { http } = await serving({ requestsPerMinute: 1 });
    for (let n = 0; n < 5; n++) expect((await http.inject({ url: '/v1/orders/o-1', headers: { host: 'localhost' } })).statusCode).toBe(200);
    const stranger = async () => (await http.inject({ url: '/v1/orders/o-1', remoteAddress: '10.0.0.1' })).statusCode;
    expect([await stranger(), await stranger()]).toEqual([403, 429]);
  });

  test('are those of one address; of IPv6, of one network', async () => {
    const { http } = await serving({ requestsPerMinute: 1 }, { access: OPEN });
    const from = async (remoteAddress: string) => (await http.inject({ url: '/v1/orders', remoteAddress })).statusCode;
    expect([await from('10.0.0.1'), await from('10.0.0.2'), await from('::ffff:10.0.0.1')]).toEqual([200, 200, 429]);
    expect([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8:1::1')]).toEqual([200, 429, 200]);
  });

  test('and streams of one network are those of one client too', () => {
    const shares = createShares(1);
    const from = (ip: string) => shares.take({ client: null, ip } as FastifyRequest);
    const leave = from('2001:db8::1');
    expect([leave === null, from('2001:db8::2'), from('2001:db8:1::1') === null, from('10.0.0.1') === null, from('::ffff:10.0.0.1')]).toEqual([false, null, false, false, null]);
    leave?.();
    expect(from('2001:db8::2')).not.toBeNull();
  });

  test('behind a proxy are those of whom it names, where the proxy is trusted', async () => {
    const asked = async (trustedProxies: readonly string[]) => {
      const { http } = await serving({ requestsPerMinute: 1 }, { access: OPEN, trustedProxies });
      const from = async (client: string) => (await http.inject({ url: '/v1/orders', remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': client } })).statusCode;
      const answers = [await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.9, 192.0.2.1')];
      await http.close();
      return answers;
    };
    expect(await asked(['10.0.0.0/8'])).toEqual([200, 200, 429]);
    expect(await asked([])).toEqual([200, 429, 429]);
  });

  test('through a trusted proxy of this machine are not those of this machine', async () => {
    const { http } = await serving({}, { trustedProxies: ['127.0.0.1'] });
    const from = async (headers: Record<string, string>) => (await http.inject({ url: '/v1/orders', headers: { host: 'localhost', ...headers } })).statusCode;
    expect([await from({}), await from({ 'x-forwarded-for': '192.0.2.1' })]).toEqual([200, 403]);
  });
});

describe('a process that comes too late to everything', () => {
  test('turns requests away at once, but for those of who watches over it, and takes them again', async () => {
    const { http, refusals } = await serving({ maxEventLoopDelayMs: 20, pressureOverMs: 500 }, { access: { tokens: [token('a')], open: false } });
    const ask = (url: string) => http.inject({ url, headers: bearer('a') });
    const refused = await polled(async () => {
      for (const until = performance.now() + 100; performance.now() < until;) JSON.stringify(refusals);
      const response = await ask('/v1/orders/o-1');
      return response.statusCode === 503 ? response : null;
    });
    expect([refused.headers['retry-after'], problem.strict().parse(refused.json()).detail]).toEqual(['5', 'This process has more to do than it can at present.']);
    for (const url of ['/healthz', '/readyz', '/metrics']) expect([url, (await ask(url)).statusCode]).toEqual([url, 200]);
    expect((await ask('/')).headers['content-type']).toContain('text/html');
    await polled(async () => ((await ask('/v1/orders/o-1')).statusCode === 200 ? true : null));
    expect(new Set(refusals)).toEqual(new Set(['pressure']));
  }, 60_000);

  test('answers programs of this machine all the same: whoever starts it here wants to look at it', async () => {
    const { http, refusals } = await serving({ maxEventLoopDelayMs: 20, pressureOverMs: 500 });
    await polled(async () => {
      for (const until = performance.now() + 100; performance.now() < until;) JSON.stringify(refusals);
      await new Promise((resolve) => { setImmediate(resolve); });
      return http.isUnderPressure() ? true : null;
    });
    const ask = async (remoteAddress: string) => (await http.inject({ url: '/v1/orders/o-1', headers: { host: 'localhost' }, remoteAddress })).statusCode;
    expect([await ask('127.0.0.1'), await ask('10.0.0.1')]).toEqual([200, 503]);
  }, 60_000);

  test('answers on while nobody set a bound', async () => {
    expect((await serving({})).http.hasDecorator('isUnderPressure')).toBe(false);
  });
});

async function polled<T>(look: () => Promise<T | null>): Promise<T> {
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error('it never came to this');
}

describe('a request that does not arrive', () => {
  test.each([
    ['headers that never end', 'POST /v1/rules HTTP/1.1\r\nhost: localhost\r\nx: '],
    ['a body that never ends', 'POST /v1/rules HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{'],
  ])('within the time allowed is answered with 408, and its connection closed: %s', async (_, sent) => {
    const http = bareHttp({ telemetry: { requestFailed: () => undefined, requestRefused: () => undefined } }, { requestWithinMs: 500 });
    app = http;
    http.post('/v1/rules', () => ({}));
    await http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = http.server.address() as { readonly port: number };
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(sent);
        // A byte now and then does not keep it alive.
        const drip = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => {
          clearInterval(drip);
          resolve(text);
        });
      });
      socket.on('data', (chunk) => (text += chunk.toString())).on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error); });
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status: 408 });
  }, 30_000);

  test('by default within ten seconds, which is looked at every two', () => {
    app = bareHttp({ telemetry: { requestFailed: () => undefined, requestRefused: () => undefined } });
    expect([app.server.requestTimeout, app.server.headersTimeout, app.server.maxConnections]).toEqual([10_000, 10_000, 5_000]);
  });
});
