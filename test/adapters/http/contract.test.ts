import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { openApiDocument } from '../../../src/adapters/http/openapi.js';
import type { OrderView } from '../../../src/adapters/http/ports.js';
import { simulateOrders } from '../../../src/adapters/simulator/file.js';
import { orderBody, orderPage, problem } from '../../../src/contracts/api.js';
import { COVERABLE_SOURCES } from '../../../src/contracts/names.js';
import type { SourceEvent } from '../../../src/contracts/sources.js';
import { assess } from '../../../src/core/assess.js';
import { factOf } from '../../../src/core/fact-of.js';
import { createJourney, place, type Journey } from '../../../src/core/journey.js';
import { DEFAULT_RULES } from '../../../src/core/rules.js';
import { portsWith, type Given } from './orders-on-record.js';

/** Orders of the simulated shop, assessed for real. */
function simulated(orders: number): ReadonlyMap<string, Omit<OrderView, 'lane'>> {
  const journeys = new Map<string, Journey>();
  let last = 0;
  for (const { topic, event } of simulateOrders({ seed: 'http', start: Date.UTC(2026, 0, 5), orders })) {
    const { orderId, fact } = factOf(event as SourceEvent, topic, last);
    last = Math.max(last, fact.at);
    if (orderId === null) continue;
    const journey = journeys.get(orderId) ?? createJourney(orderId);
    journeys.set(orderId, journey);
    place(journey, fact);
  }
  const context = { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) };
  return new Map([...journeys].map(([orderId, journey]) => [orderId, { facts: journey.facts, judgedAt: last, isJudged: true, rules: DEFAULT_RULES.version, assessment: assess(journey, last, context), alert: null }]));
}

const views = simulated(400);
let app: FastifyInstance;
beforeAll(async () => {
  const given = [...views.values()].map(({ assessment: a, facts }): Given => ({ orderId: a.orderId, verdict: a.verdict, customerId: a.customerId, facts, signals: a.signals, more: a }));
  app = await buildHttp(await portsWith(given, {
    assessStored: (orderId) => {
      const view = views.get(orderId);
      if (view === undefined) throw new Error(`no order ${orderId}`);
      return view;
    },
  }));
});
afterAll(() => app.close());

describe('the answers', () => {
  test('of every simulated order are as the contract has them, and its page renders', async () => {
    for (const orderId of views.keys()) {
      const response = await app.inject(`/v1/orders/${encodeURIComponent(orderId)}`);
      const body = orderBody.strict().parse(response.json());
      expect(body.orderId).toBe(orderId);
      expect(body.timeline.map(({ at }) => at)).toEqual(body.timeline.map(({ at }) => at).sort());
      expect((await app.inject(`/orders/${encodeURIComponent(orderId)}`)).statusCode).toBe(200);
    }
  });

  test('with lists and errors are as the contract has them', async () => {
    orderPage.strict().parse((await app.inject('/v1/orders?verdict=poor&limit=5')).json());
    for (const address of ['/v1/orders/none', '/nowhere', '/v1/orders?limit=x', '/v1/orders/%zz']) problem.strict().parse((await app.inject(address)).json());
  });

  test('on the front page fit the simulated shop', async () => {
    const { body } = await app.inject('/');
    expect(body).toContain(`<b>${views.size}</b> known orders`);
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument('1.2.3');

  test('is served, and read by its browser', async () => {
    expect((await app.inject('/docs/json')).json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Touchpoint' } });
    expect((await app.inject('/docs/')).body).toContain('swagger-ui');
  });

  test('describes every address that programs ask, and none that is not there', () => {
    const documented = Object.keys(document.paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
    for (const [path, operations] of Object.entries(document.paths)) {
      const url = path.replace(/\{(\w+)\}/g, ':$1');
      for (const method of Object.keys(operations)) expect([url, app.hasRoute({ method: method.toUpperCase(), url })]).toEqual([url, true]);
    }
    expect(documented.sort()).toEqual(['/healthz', '/metrics', '/readyz', '/v1/alerts', '/v1/alerts/:id/ack', '/v1/alerts/:id/close', '/v1/alerts/:id/snooze', '/v1/customers/:customerId', '/v1/measures', '/v1/orders', '/v1/orders/:orderId', '/v1/rules', '/v1/stream', '/v1/worklist']);
  });

  test('has examples that fit its schemas, and refers to nothing that is missing', () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uuid: true } });
    for (const schema of Object.values(document.components.schemas)) {
      const { examples } = schema as { readonly examples: readonly object[] };
      const fits = ajv.compile(schema);
      for (const example of examples) expect([fits(example), fits.errors]).toEqual([true, null]);
    }
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  test('names the parameters of the query with their limits', () => {
    expect(document.paths['/v1/orders']?.get?.parameters?.map(({ name }) => name)).toEqual(['verdict', 'signal', 'pattern', 'customerId', 'limit', 'cursor']);
  });
});
