import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { connect } from 'node:net';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import type { HttpPorts } from '../../../src/adapters/http/ports.js';
import { portsWith } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});
const serving = async (more: Partial<HttpPorts> = {}): Promise<FastifyInstance> => (app = await buildHttp(await portsWith([{ orderId: 'o-1' }], more)));

describe('for those who run it', () => {
  test('/healthz says that the process lives, whatever it can do', async () => {
    const http = await serving({ notReady: () => Promise.resolve(['lane 3 stands still']) });
    expect((await http.inject('/healthz')).json()).toEqual({ status: 'ok' });
  });

  test('/readyz says that it can work', async () => {
    const response = await (await serving()).inject('/readyz');
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ready' }]);
  });

  test('/readyz says why it cannot, each reason', async () => {
    const response = await (await serving({ notReady: () => Promise.resolve(['lane 3 stands still', 'no broker answers']) })).inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ reasons: ['lane 3 stands still', 'no broker answers'] });
  });

  test('/readyz is no when readiness cannot be found out', async () => {
    const response = await (await serving({ notReady: () => Promise.reject(new Error('no answer')) })).inject('/readyz');
    expect([response.statusCode, response.json<{ reasons: string[] }>().reasons]).toEqual([503, ['readiness cannot be told: no answer']]);
  });

  test('/metrics gives what the registry has, as the type that it names', async () => {
    const registry = { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: () => Promise.resolve('cx_x 1\n') };
    const response = await (await serving({ registry })).inject('/metrics');
    expect([response.headers['content-type'], response.body]).toEqual(['text/plain; version=0.0.4; charset=utf-8', 'cx_x 1\n']);
  });
});

describe('every answer', () => {
  test.each(['/', '/v1/orders/o-1', '/v1/orders/none', '/metrics', '/nowhere', '/docs/', '/style.css'])('of %s has the protective headers and an id', async (address) => {
    const { headers } = await (await serving()).inject(address);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"), 'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('keeps the id that a proxy gave the request, if it is one', async () => {
    const http = await serving();
    const idFor = async (given: string) => (await http.inject({ url: '/nowhere', headers: { 'x-request-id': given } })).headers['x-request-id'];
    expect(await idFor('req-17')).toBe('req-17');
    expect(await idFor('<script>')).not.toBe('<script>');
  });
});

describe('an address that does not have the method', () => {
  test.each([
    ['POST', '/v1/orders?limit=5', 'GET, HEAD, OPTIONS'], ['DELETE', '/v1/alerts', 'GET, HEAD, OPTIONS'], ['PUT', '/v1/orders/o-1', 'GET, HEAD, OPTIONS'],
    ['GET', '/v1/alerts/x/ack', 'POST, OPTIONS'], ['HEAD', '/v1/alerts/x/ack', 'POST, OPTIONS'], ['HEAD', '/v1/stream', 'GET, OPTIONS'], ['PATCH', '/v1/rules', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/', 'GET, HEAD, OPTIONS'], ['POST', '/orders/a%2Fb', 'GET, HEAD, OPTIONS'], ['POST', '/healthz', 'GET, HEAD, OPTIONS'], ['POST', '/docs/', 'GET, HEAD, OPTIONS'],
  ] as const)('answers %s %s with 405 and the methods that it has', async (method, url, allow) => {
    const response = await (await serving()).inject({ method, url, headers: { 'content-type': 'text/plain' }, ...(method === 'POST' ? { payload: 'whatever' } : {}) });
    expect([response.statusCode, response.headers.allow?.split(', ').sort()]).toEqual([405, allow.split(', ').sort()]);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    if (method !== 'HEAD') expect(response.json()).toMatchObject({ title: 'Method Not Allowed', status: 405, detail: expect.stringContaining(method) });
  });

  test('tells them to OPTIONS, and gives no other site a right', async () => {
    const http = await serving();
    const { statusCode, headers, body } = await http.inject({ method: 'OPTIONS', url: '/v1/rules' });
    expect([statusCode, headers.allow, body]).toEqual([204, 'GET, HEAD, POST, OPTIONS', '']);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const foreign = await http.inject({ method: 'OPTIONS', url: '/v1/rules', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
    expect([foreign.statusCode, foreign.headers.allow]).toEqual([403, undefined]);
  });

  test.each(['POST', 'DELETE', 'OPTIONS', 'GET'] as const)('is another thing than an address that is not there: %s is a 404', async (method) => {
    const http = await serving();
    for (const url of ['/nowhere', '/v1', '/v1/alerts/x', '/v1/alerts/x/y/ack', '/v1/ordersX', '/v1/customers']) expect([url, (await http.inject({ method, url })).statusCode]).toEqual([url, 404]);
  });

  test('is the same as one that is not there to who may not ask', async () => {
    app = await buildHttp(await portsWith([]), { access: { tokens: [], open: false } });
    const ask = async (method: 'POST' | 'OPTIONS', url: string) => {
      const { statusCode, headers, body } = await app?.inject({ method, url, remoteAddress: '192.0.2.1' }) ?? { statusCode: 0, headers: {}, body: '' };
      return [statusCode, headers.allow, body.replace(/urn:request:[^"]+/, '')];
    };
    for (const method of ['POST', 'OPTIONS'] as const) for (const url of ['/v1/orders', '/healthz']) expect(await ask(method, url)).toEqual(await ask(method, '/nowhere'));
    expect((await ask('POST', '/v1/orders'))[0]).toBe(403);
  });
});

describe('a slash at the end of an address', () => {
  test.each(['/v1/orders', '/v1/orders/o-1', '/v1/customers/c-1', '/v1/alerts', '/v1/rules', '/orders', '/orders/o-1', '/docs', '/docs/json', '/healthz'])('%s/ is the same as without', async (url) => {
    const http = await serving();
    const answer = async (address: string) => {
      const { statusCode, headers, body } = await http.inject(address);
      return [statusCode, headers['content-type'], url.startsWith('/docs') ? null : body];
    };
    expect(await answer(`${url}/`)).toEqual(await answer(url));
    expect((await http.inject(`${url}/`)).statusCode).toBe(200);
    const refused = await http.inject({ method: 'DELETE', url: `${url}/` });
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, expect.stringContaining('GET')]);
  });

  test('belongs to an id only where it is written as %2F', async () => {
    app = await buildHttp(await portsWith([{ orderId: 'o-1/' }]));
    expect((await app.inject('/v1/orders/o-1%2F')).json()).toMatchObject({ orderId: 'o-1/' });
    expect((await app.inject('/v1/orders/o-1/')).statusCode).toBe(404);
  });

  test.each([['GET', '/v1/orders//'], ['GET', '/orders//'], ['GET', '/v1/customers/'], ['POST', '/v1/alerts//ack']] as const)('stands for no name: %s %s is an address that is not there', async (method, url) => {
    const response = await (await serving()).inject({ method, url });
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([404, 'There is nothing at this address; /docs lists what there is.']);
  });
});

describe('what is no proper request', () => {
  test.each([
    ['an unknown address', 'GET', '/nowhere', 404], ['an unknown method', 'POST', '/v1/orders', 405], ['a broken escape', 'GET', '/v1/orders/%zz', 400],
    ['a long query', 'GET', `/v1/orders?customerId=${'x'.repeat(9_000)}`, 414], ['a long path', 'GET', `/v1/orders/${'x'.repeat(9_000)}`, 414],
  ] as const)('%s is a problem document', async (_, method, url, status) => {
    const response = await (await serving()).inject({ method, url });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ status, instance: `urn:request:${response.headers['x-request-id'] as string}` });
  });

  test('a body that is too large is a 413', async () => {
    const response = await (await serving()).inject({ method: 'POST', url: '/v1/alerts/x/ack', payload: { text: 'x'.repeat(70_000) } });
    expect([response.statusCode, response.headers['content-type']]).toEqual([413, expect.stringMatching(/^application\/problem\+json/)]);
  });

  test.each([
    ['half a body of JSON', 'application/json', '{', 400, 'The body is no JSON that this service takes.'],
    ['a body of another kind', 'application/x-www-form-urlencoded', 'by=Ina', 415, 'A body has to be JSON, with content-type: application/json.'],
  ] as const)('%s is told in words', async (_, type, payload, status, detail) => {
    const response = await (await serving()).inject({ method: 'POST', url: '/v1/alerts/x/ack', headers: { 'content-type': type }, payload });
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([status, detail]);
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s is answered on the socket', async (_, sent, status) => {
    const http = await serving();
    await http.listen({ host: '127.0.0.1', port: 0 });
    const address = http.server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(sent));
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status });
  });
});
