import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnsecuredJWT } from 'jose';
import { createGuardedPost } from '../../../src/adapters/alerting/guarded-post.js';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { openApiDocument } from '../../../src/adapters/http/openapi.js';
import { type HttpPorts, type HttpSettings } from '../../../src/adapters/http/ports.js';
import { NO_LIMITS } from '../../../src/adapters/http/limits.js';
import type { Scope } from '../../../src/contracts/scopes.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { fact, type Given, NOW, portsWith, QUIET, signal } from './orders-on-record.js';

/** The rows of the OWASP API Security Top 10 of 2023, asked of the server on a socket. docs/security.md says of each what is done. */

const EVIL = '"><script>alert(1)</script>';
const orders: readonly Given[] = [
  { orderId: 'o-1', customerId: 'c-secret', verdict: 'poor', signals: [signal('late_delivery', NOW - 1)], alerts: 1, patterns: [{ pattern: 'missed_promise' }] },
  { orderId: 'o-2', customerId: 'c-secret' },
  { orderId: EVIL, customerId: EVIL, verdict: 'failed', facts: [fact('order.cancelled', 'orders', NOW - 5, { by: 'customer', reason: EVIL })] },
];
const ALERT = alertIdOf('o-1', 1);

const token = (name: string, ...scopes: Scope[]) => ({ name, sha256: createHash('sha256').update(name).digest('hex'), scopes });
const ACCESS = { open: false, tokens: [token('reader', 'read'), token('person', 'read', 'read:personal'), token('doer', 'act')] };

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function serving(settings: Partial<HttpSettings> = {}, more: Partial<HttpPorts> = {}) {
  app = await buildHttp(await portsWith(orders, more), { access: ACCESS, ...settings });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const ask = (path: string, as: string | null = null, { headers = {}, ...init }: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {}): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers } });
  const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status;
  return { http: app, ask, statusOf };
}

const post = (body: string): { method: string; headers: Record<string, string>; body: string } => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

describe('API1: broken object level authorization', () => {
  test('an object that a scope does not open is not opened by another way to it', async () => {
    const { ask, statusOf } = await serving();
    const { nextCursor } = (await (await ask('/v1/orders?customerId=c-secret&limit=1', 'person')).json()) as { nextCursor: string };
    expect(nextCursor).toEqual(expect.any(String));
    for (const path of ['/v1/customers/c-secret', '/v1/orders?customerId=c-secret', `/v1/orders?customerId=c-secret&cursor=${nextCursor}`, '/orders?customerId=c-secret']) {
      expect([path, await statusOf(path, 'reader'), await statusOf(path, 'person')]).toEqual([path, 403, 200]);
    }
    // The place in a customer's list is no way into it for others.
    expect(await statusOf(`/v1/orders?cursor=${nextCursor}`, 'reader')).toBe(400);
  });

  test('whether a customer is known is not told to who may not know', async () => {
    const { ask } = await serving();
    const [known, unknown] = await Promise.all(['c-secret', 'c-nobody'].map(async (id) => (await ask(`/v1/customers/${id}`, 'reader')).json() as Promise<{ instance: string }>));
    expect({ ...known, instance: '' }).toEqual({ ...unknown, instance: '' });
  });
});

describe('API2: broken authentication', () => {
  test('nothing but a token that is known, in its header, lets anybody in', async () => {
    const { statusOf } = await serving();
    const none = new UnsecuredJWT({ scope: 'read' }).setExpirationTime('1h').encode();
    for (const as of [null, '', 'Reader', 'reader ', ACCESS.tokens[0]?.sha256 ?? '', none, `${none}x`]) expect([as, await statusOf('/v1/orders', as)]).toEqual([as, as === 'reader ' ? 200 : 401]);
    for (const query of ['access_token=reader', 'token=reader', 'authorization=Bearer%20reader']) expect([query, await statusOf(`/v1/orders?${query}`)]).toEqual([query, 401]);
    for (const headers of [{ cookie: 'token=reader' }, { authorization: 'Basic cmVhZGVyOg==' }, { authorization: 'Basic reader' }, { 'x-api-key': 'reader' }]) expect([headers, await statusOf('/v1/orders', null, { headers })]).toEqual([headers, 401]);
  });

  test('who tries tokens is slowed down', async () => {
    const { statusOf } = await serving({ limits: { ...NO_LIMITS, requestsPerMinute: 3 } });
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await statusOf('/v1/orders', `guess-${n}`));
    expect(answers).toEqual([401, 401, 401, 429, 429]);
  });
});

describe('API3: broken object property level authorization', () => {
  test('properties that a scope does not open are in no answer', async () => {
    const { ask } = await serving();
    for (const path of ['/v1/orders/o-1', '/v1/orders', '/v1/alerts', '/v1/worklist', '/v1/measures?window=all', '/v1/rules', '/orders/o-1', '/orders', '/']) {
      expect([path, (await (await ask(path, 'reader')).text()).includes('c-secret')]).toEqual([path, false]);
    }
    expect(await (await ask(`/v1/alerts/${ALERT}/ack`, 'doer', post('{}'))).json()).toMatchObject({ orderId: 'o-1', customerId: null });
  });

  test('nothing but what a request is for can be set by it', async () => {
    const { ask, statusOf } = await serving();
    for (const body of ['{"by": "Ina", "state": "resolved"}', '{"severity": "warning"}', '{"__proto__": {"by": "x"}}', '{"constructor": {}}', '[]', '"x"']) {
      expect([body, await statusOf(`/v1/alerts/${ALERT}/ack`, 'doer', post(body))]).toEqual([body, 400]);
    }
    expect(await statusOf('/v1/rules', 'doer', post('{"thresholds": {"deliveryTolerance": "9d"}}'))).toBe(400);
    expect(await (await ask('/v1/alerts', 'reader')).json()).toMatchObject({ alerts: [{ id: ALERT, acknowledged: null }] });
  });
});

describe('API4: unrestricted resource consumption', () => {
  test('pages, addresses, bodies, time and the number of requests are bounded', async () => {
    const { statusOf, http } = await serving({ storeTimeoutMs: 20 }, { measures: { rows: () => new Promise(() => undefined) } as unknown as HttpPorts['measures'] });
    for (const [path, status] of [['/v1/orders?limit=201', 400], ['/v1/orders?limit=0', 400], [`/v1/orders?pattern=${'x'.repeat(9_000)}`, 414], [`/v1/orders/${'x'.repeat(9_000)}`, 414], ['/v1/measures', 503]] as const) {
      expect([path.slice(0, 30), await statusOf(path, 'reader')]).toEqual([path.slice(0, 30), status]);
    }
    expect(await statusOf(`/v1/alerts/${ALERT}/ack`, 'doer', post(JSON.stringify({ note: 'x'.repeat(70_000) })))).toBe(413);
    expect([http.server.requestTimeout, http.server.maxConnections]).toEqual([10_000, 5_000]);
  });

  test('a client that asks too often is told when to come back', async () => {
    const { ask } = await serving({ limits: { ...NO_LIMITS, requestsPerMinute: 1 } });
    await ask('/v1/orders', 'reader');
    const refused = await ask('/v1/orders', 'reader');
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await ask('/v1/orders', 'person')).status).toBe(200);
  });
});

describe('API5: broken function level authorization', () => {
  test('what changes something is for who may act, by whatever method it is asked', async () => {
    const { statusOf } = await serving();
    for (const path of ['/v1/rules', ...['ack', 'snooze', 'close'].map((action) => `/v1/alerts/${ALERT}/${action}`)]) {
      expect([path, await statusOf(path, null, post('{}')), await statusOf(path, 'person', post('{}'))]).toEqual([path, 401, 403]);
      // Nor does a header make a reading request another one.
      expect(await statusOf('/v1/rules', 'reader', { headers: { 'x-http-method-override': 'POST' } })).toBe(200);
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) for (const path of ['/v1/orders/o-1', '/v1/rules', '/v1/customers/c-secret']) {
      expect([method, path, await statusOf(path, 'person', { method }), await statusOf(path, null, { method })]).toEqual([method, path, method === 'OPTIONS' ? 204 : 405, 401]);
    }
  });
});

describe('API6: unrestricted access to sensitive business flows', () => {
  test('an alert is taken up once, whoever asks again', async () => {
    const { ask } = await serving();
    const taken = async (by: string) => ((await (await ask(`/v1/alerts/${ALERT}/ack`, 'doer', post(JSON.stringify({ by })))).json()) as { acknowledged: { by: string } }).acknowledged.by;
    expect([await taken('Ina'), await taken('Ole')]).toEqual(['Ina', 'Ina']);
  });

  test("another site's page has a browser take up nothing", async () => {
    const { statusOf } = await serving({ access: { open: true, tokens: [] } });
    const headersOf = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }];
    for (const headers of headersOf) expect([headers, await statusOf(`/v1/alerts/${ALERT}/ack`, null, { method: 'POST', headers })]).toEqual([headers, 403]);
  });
});

describe('API7: server side request forgery', () => {
  test('no address in a request is asked', async () => {
    let asked = 0;
    const victim = createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((listening) => { victim.listen(0, '127.0.0.1', listening); });
    const address = `http://127.0.0.1:${(victim.address() as AddressInfo).port}/`;
    const { statusOf } = await serving();
    for (const path of [`/v1/orders/${encodeURIComponent(address)}`, `/v1/customers/${encodeURIComponent(address)}`, `/v1/stream?lastEventId=${encodeURIComponent(address)}`]) expect([404, 400]).toContain(await statusOf(path, 'person'));
    expect(await statusOf(`/v1/alerts/${ALERT}/ack`, 'doer', post(JSON.stringify({ by: address, note: address })))).toBe(200);
    expect(await statusOf('/v1/orders', 'reader', { headers: { referer: address, 'x-forwarded-host': address, forwarded: `for=${address}`, 'x-callback-url': address } })).toBe(200);
    await new Promise((closed) => { victim.close(closed); });
    expect(asked).toBe(0);
  });

  test('receivers of alerts are not within the network unless that is said, nor at the address that tells a cloud machine who it is', async () => {
    for (const [url, allowPrivate] of [['http://127.0.0.1:9/', false], ['http://10.0.0.1/', false], ['http://[::1]:9/', false], ['http://169.254.169.254/latest', true]] as const) {
      const sender = createGuardedPost({ url: new URL(url), allowPrivate, timeoutMs: 2_000, now: () => NOW });
      expect([url, await sender.post('{}', {}, new AbortController().signal)]).toEqual([url, expect.objectContaining({ reason: 'address_refused' })]);
      sender.close();
    }
  });
});

describe('API8: security misconfiguration', () => {
  test('without configuration nobody beyond this machine is answered', async () => {
    const { http } = await serving({ access: { open: false, tokens: [] } });
    const { statusCode } = await http.inject({ url: '/v1/orders', remoteAddress: '192.0.2.1', headers: { host: 'localhost' } });
    expect(statusCode).toBe(403);
  });

  test('every answer forbids to sniff, frame, keep or share it, and names no software', async () => {
    const { ask } = await serving();
    for (const [path, as] of [['/v1/orders', 'reader'], ['/v1/orders', null], ['/v1/none', 'reader'], ['/', 'reader'], ['/docs/', 'reader'], ['/metrics', null]] as const) {
      const { headers } = await ask(path, as, { headers: { origin: 'https://evil.example' } });
      expect([path, headers.get('x-content-type-options'), headers.get('x-frame-options'), headers.get('content-security-policy')?.includes("default-src 'none'")]).toEqual([path, 'nosniff', 'DENY', true]);
      for (const name of ['access-control-allow-origin', 'access-control-allow-credentials', 'server', 'x-powered-by']) expect([path, name, headers.get(name)]).toEqual([path, name, null]);
      if (path.startsWith('/v1')) expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('what fails inside is told to the log, not to the caller', async () => {
    const told: string[] = [];
    const telemetry = { ...QUIET, requestFailed: (_: unknown, error: Error) => { told.push(error.message); } };
    const { ask } = await serving({}, { telemetry, assessStored: () => { throw new Error('secret-inside at /srv/app/order.js:7'); } });
    const body = await (await ask('/v1/orders/o-1', 'reader')).text();
    expect([body.includes('secret-inside'), body.includes('.js'), told]).toEqual([false, false, ['secret-inside at /srv/app/order.js:7']]);
  });
});

describe('API9: improper inventory management', () => {
  test('every address that is served is documented, and asks for a token unless it is meant not to', async () => {
    const { http, statusOf } = await serving();
    const served = routesOf(http.printRoutes({ commonPrefix: false }));
    const documented = Object.entries(openApiDocument('0').paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`));
    const pages = ['GET /', 'GET /orders', 'GET /orders/:orderId', 'GET /style.css'];
    const beyond = served.filter((route) => !route.startsWith('HEAD ') && !route.startsWith('GET /docs'));
    expect(beyond.toSorted()).toEqual([...documented, ...pages].toSorted());
    const open = [];
    for (const route of served.filter((one) => one.startsWith('GET '))) {
      const path = route.slice(4).replaceAll(/:\w+/g, 'x').replace('*', 'x');
      if ((await statusOf(path)) !== 401) open.push(path);
    }
    expect(open.toSorted()).toEqual(['/healthz', '/metrics', '/readyz', '/style.css']);
  });
});

/** What fastify prints as a tree, as `METHOD /path`. */
function routesOf(tree: string): string[] {
  const path: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', rest = ''] = /^([│\s]*)[├└]── (.*)$/.exec(line) ?? [];
    if (rest === '') return [];
    const [, part = '', methods = ''] = /^(.*?)(?: \(([A-Z, ]+)\))?$/.exec(rest) ?? [];
    path.splice(indent.length / 4, Infinity, part);
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path.join('')}`);
  });
}

describe('API10: unsafe consumption of APIs', () => {
  test('what sources wrote is shown as text, never as a part of a page', async () => {
    const { ask } = await serving();
    for (const path of ['/', '/orders', `/orders/${encodeURIComponent(EVIL)}`, '/orders?verdict=failed']) {
      const page = await (await ask(path, 'person')).text();
      expect([path, page.includes('<script'), page.includes('&lt;script&gt;')]).toEqual([path, false, true]);
    }
  });

  test('a receiver of alerts cannot send what it is sent to somebody else', async () => {
    let led = 0;
    const elsewhere = createServer((_, response) => {
      led += 1;
      response.end();
    });
    await new Promise<void>((listening) => { elsewhere.listen(0, '127.0.0.1', listening); });
    const receiver = createServer((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/` }).end());
    await new Promise<void>((listening) => { receiver.listen(0, '127.0.0.1', listening); });
    const sender = createGuardedPost({ url: new URL(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`), allowPrivate: true, timeoutMs: 5_000, now: () => NOW });
    expect((await sender.post('{}', {}, new AbortController().signal)).kind).not.toBe('taken');
    sender.close();
    await Promise.all([elsewhere, receiver].map((server) => new Promise((closed) => { server.close(closed); })));
    expect(led).toBe(0);
  });
});

test('docs/security.md has every row', () => {
  const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
  for (let row = 1; row <= 10; row++) expect([row, new RegExp(`^\\| API${row}: `, 'm').test(page)]).toEqual([row, true]);
});
