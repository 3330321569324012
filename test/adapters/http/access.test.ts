import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { AccessSettings } from '../../../src/adapters/http/access.js';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { withoutPersonal } from '../../../src/adapters/http/personal.js';
import type { OrderView } from '../../../src/adapters/http/ports.js';
import { openApiDocument } from '../../../src/adapters/http/openapi.js';
import { problem } from '../../../src/contracts/api.js';
import { COVERABLE_SOURCES } from '../../../src/contracts/names.js';
import type { Scope } from '../../../src/contracts/scopes.js';
import { assess } from '../../../src/core/assess.js';
import { DEFAULT_RULES } from '../../../src/core/rules.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { type Given, NOW, orderOf, portsWith, signal } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

const order: Given = {
  orderId: 'o-1', customerId: 'c-secret', verdict: 'poor', signals: [signal('late_delivery', NOW - 1)], alerts: 1, patterns: [{ pattern: 'missed_promise' }],
};
const serving = async (access?: AccessSettings): Promise<FastifyInstance> =>
  (app = await buildHttp(await portsWith([order]), { version: '0', ...(access === undefined ? {} : { access }) }));

const entry = (token: string, ...scopes: Scope[]): AccessSettings['tokens'][number] => ({ name: token, sha256: createHash('sha256').update(token).digest('hex'), scopes });
const TOKENS: AccessSettings = { open: true, tokens: [entry('reader', 'read'), entry('person', 'read', 'read:personal'), entry('doer', 'act'), entry('all', 'read', 'read:personal', 'act')] };
const bearer = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` });

/** Every address, with a method, that there is; what can be asked of it without a token is `nothing`. */
const addresses: readonly (readonly [method: 'GET' | 'POST', url: string, needs: Scope | 'nothing', body?: object])[] = [
  ['GET', '/v1/orders/o-1', 'read'], ['GET', '/v1/orders', 'read'], ['GET', '/v1/orders?customerId=c-secret', 'read:personal'], ['GET', '/v1/customers/c-secret', 'read:personal'],
  ['GET', '/v1/alerts', 'read'], ['GET', '/v1/worklist', 'read'], ['POST', `/v1/alerts/${alertIdOf('o-1', 1)}/ack`, 'act'],
  ['POST', `/v1/alerts/${alertIdOf('o-1', 1)}/snooze`, 'act', { until: new Date(NOW + 1).toISOString() }], ['POST', `/v1/alerts/${alertIdOf('o-1', 1)}/close`, 'act', { outcome: 'done' }],
  ['GET', '/v1/measures', 'read'], ['GET', '/v1/rules', 'read'], ['POST', '/v1/rules', 'act'], ['GET', '/', 'read'], ['GET', '/orders', 'read'],
  ['GET', '/orders?customerId=c-secret', 'read:personal'], ['GET', '/orders/o-1', 'read'], ['GET', '/docs/', 'read'], ['GET', '/docs/json', 'read'],
  ['GET', '/healthz', 'nothing'], ['GET', '/readyz', 'nothing'], ['GET', '/metrics', 'nothing'], ['GET', '/style.css', 'nothing'],
];

describe('with tokens', () => {
  test('each address is for those whose token has its scope', async () => {
    const http = await serving(TOKENS);
    for (const [method, url, needs, body] of addresses) {
      for (const token of [null, 'stranger', 'reader', 'person', 'doer', 'all']) {
        const has = TOKENS.tokens.find(({ name }) => name === token)?.scopes ?? null;
        // What tells of a customer is, besides, something to be read.
        const may = needs === 'nothing' || (has !== null && has.includes(needs));
        const expected = may ? 200 : has === null ? 401 : 403;
        const { statusCode, headers } = await http.inject({ method, url, headers: bearer(token), ...(body === undefined ? {} : { payload: body }) });
        expect([method, url, token, statusCode]).toEqual([method, url, token, expected]);
        if (expected === 401) expect(headers['www-authenticate']).toBe(token === null ? 'Bearer realm="touchpoint"' : 'Bearer realm="touchpoint", error="invalid_token"');
      }
    }
  });

  test('nothing is said of addresses that are not there', async () => {
    const http = await serving(TOKENS);
    expect((await http.inject('/v1/secrets')).statusCode).toBe(401);
    expect((await http.inject({ url: '/v1/secrets', headers: bearer('reader') })).statusCode).toBe(404);
  });

  test('the stream, which has no end, is for who may read as well', async () => {
    const http = await serving(TOKENS);
    for (const [token, expected] of [[null, 401], ['stranger', 401], ['doer', 403]] as const) {
      expect([token, (await http.inject({ url: '/v1/stream', headers: bearer(token) })).statusCode]).toEqual([token, expected]);
    }
    expect((await http.inject({ url: '/v1/stream?lastEventId=none', headers: bearer('reader') })).statusCode).toBe(400);
  });

  test('every documented address is tried above', () => {
    const tried = ['GET /v1/stream', ...addresses.map(([method, url]) => `${method} ${url.split('?')[0] ?? ''}`.replace('o-1', '{orderId}').replace('c-secret', '{customerId}').replace(alertIdOf('o-1', 1), '{id}'))];
    for (const [path, operations] of Object.entries(openApiDocument('0').paths)) for (const method of Object.keys(operations)) expect(tried).toContain(`${method.toUpperCase()} ${path}`);
  });

  test('a token is taken as it is: nothing before, after or beside it', async () => {
    const http = await serving(TOKENS);
    for (const authorization of ['reader', 'Basic reader', 'Bearer', 'Bearer reader x', 'Bearer  ', `Bearer ${'x'.repeat(9_000)}`, `Bearer ${entry('reader').sha256}`]) {
      const response = await http.inject({ url: '/v1/orders', headers: { authorization } });
      expect([authorization.slice(0, 40), response.statusCode]).toEqual([authorization.slice(0, 40), 401]);
      problem.strict().parse(response.json());
    }
    expect((await http.inject({ url: '/v1/orders', headers: { authorization: 'bearer reader' } })).statusCode).toBe(200);
  });

  test('nor does who reads the page of an order as it is judged, whose parts are worked out when they are asked for', async () => {
    const ports = await portsWith([order]);
    const judged = (orderId: string): Omit<OrderView, 'lane'> => {
      const { facts, ...view } = orderOf({ ...order, orderId });
      return { ...view, facts, assessment: assess({ orderId, facts }, NOW, { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) }) };
    };
    const http = (app = await buildHttp({ ...ports, assessStored: judged }, { version: '0', access: TOKENS }));
    const read = await http.inject({ url: '/orders/o-1', headers: bearer('reader') });
    expect([read.statusCode, read.body.includes('late delivery'), read.body.includes('c-secret')]).toEqual([200, true, false]);
  });

  test('who may not know customers meets none in any answer', async () => {
    const http = await serving(TOKENS);
    for (const [method, url, needs] of addresses) {
      if (needs !== 'read') continue;
      const hidden = await http.inject({ method, url, headers: bearer('reader') });
      expect([url, hidden.body.includes('c-secret')]).toEqual([url, false]);
    }
    for (const url of ['/v1/orders/o-1', '/v1/orders', '/v1/alerts', '/v1/worklist', '/orders/o-1']) expect([url, (await http.inject({ url, headers: bearer('person') })).body.includes('c-secret')]).toEqual([url, true]);
    expect((await http.inject({ method: 'POST', url: `/v1/alerts/${alertIdOf('o-1', 1)}/ack`, headers: bearer('doer') })).json()).toMatchObject({ orderId: 'o-1', customerId: null });
  });
});

describe('without tokens', () => {
  const ask = (http: FastifyInstance, remoteAddress: string, host: string) => http.inject({ url: '/v1/orders/o-1', remoteAddress, headers: { host } });

  test('programs of this machine are answered, and no page that a browser brings here under another name', async () => {
    const http = await serving();
    for (const [address, host] of [['127.0.0.1', 'localhost:8080'], ['127.9.9.9', '127.0.0.1'], ['::1', '[::1]:8080'], ['::ffff:127.0.0.1', 'localhost']] as const) {
      expect([address, host, (await ask(http, address, host)).statusCode]).toEqual([address, host, 200]);
    }
    for (const [address, host] of [['10.0.0.7', 'localhost'], ['127.0.0.1', 'rebound.example'], ['127.0.0.1', '127.0.0.1.example'], ['::ffff:10.0.0.7', 'localhost'], ['1.127.0.1', '127.0.0.1']] as const) {
      expect([address, host, (await ask(http, address, host)).statusCode]).toEqual([address, host, 403]);
    }
    expect((await http.inject({ url: '/metrics', remoteAddress: '10.0.0.7', headers: { host: 'worker-1:8080' } })).statusCode).toBe(200);
  });

  test('everybody is, when told so', async () => {
    const http = await serving({ tokens: [], open: true });
    expect((await ask(http, '10.0.0.7', 'shop.example')).json()).toMatchObject({ customerId: 'c-secret' });
  });
});

test('what says who a customer is is left out wherever it stands', () => {
  expect(withoutPersonal({ a: [{ customerId: 'x', accountId: 'y', n: 1, deep: { customerId: null } }], customers: ['x', 'y'], customer: 'kept', none: null, text: 'z' }))
    .toEqual({ a: [{ customerId: null, accountId: null, n: 1, deep: { customerId: null } }], customers: [], customer: 'kept', none: null, text: 'z' });
});
