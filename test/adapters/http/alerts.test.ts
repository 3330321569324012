import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { type AlertPageBody, alertPage, type OpenAlert, openAlert } from '../../../src/contracts/alerts.js';
import { problem } from '../../../src/contracts/api.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { DAY, type Given, NOW, portsWith, QUIET, RAISED, signal } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** Nine orders over all lanes; seven have an open alert, every third of those a critical one. */
const orders: readonly Given[] = Array.from({ length: 9 }, (_, n): Given => ({
  orderId: `o-${n}`, verdict: 'poor', signals: [signal('late_delivery', NOW - DAY)], alerts: n < 7 ? n + 1 : 0,
  patterns: [{ pattern: 'missed_promise', severity: n % 3 === 0 ? 'critical' : 'warning', at: NOW - DAY }],
}));

const acknowledged: [string, string, number][] = [];
const serving = async (given: readonly Given[] = orders): Promise<FastifyInstance> => {
  acknowledged.length = 0;
  const ports = await portsWith(given, { telemetry: { ...QUIET, alertAcknowledged: (...told) => acknowledged.push(told) } });
  return (app = await buildHttp(ports, { version: '0' }));
};
const list = async (http: FastifyInstance, query = ''): Promise<AlertPageBody> => {
  const response = await http.inject(`/v1/alerts${query}`);
  expect([response.statusCode, query]).toEqual([200, query]);
  return alertPage.strict().parse(response.json());
};
const namesOf = ({ alerts }: AlertPageBody): string[] => alerts.map(({ orderId }) => orderId).sort();
const ack = (http: FastifyInstance, id: string, body?: unknown, headers: Record<string, string> = {}) =>
  http.inject({ method: 'POST', url: `/v1/alerts/${id}/ack`, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }) });
const firstOf = alertIdOf('o-0', 1);

describe('GET /v1/alerts', () => {
  test('tells what is open, and what the topic said of it', async () => {
    const page = await list(await serving(), '?state=open');
    expect(namesOf(page)).toEqual(['o-0', 'o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6']);
    expect(page.alerts.find(({ orderId }) => orderId === 'o-3')).toEqual({
      id: alertIdOf('o-3', 4), alertId: alertIdOf('o-3', 4), state: 'open', orderId: 'o-3', customerId: 'c-1', occurredAt: new Date(NOW - DAY).toISOString(),
      episode: 4, revision: 0, severity: 'critical', patterns: ['missed_promise'], headline: 'Late delivery; the order is still open', promise: '2026-03-05',
      lastTold: null, owner: 'customer-service', nextAction: { code: 'chase_delivery', text: 'Find the parcel, set a new date and tell it to the customer.' },
      actBy: new Date(NOW + 2 * DAY).toISOString(), actByReason: 'beyond three days of lateness most customers turn away',
      causeGroup: `carrier:NorthPost|${new Date(NOW - DAY).toISOString().slice(0, 10)}`, mode: 'backfill', place: { carrier: 'NorthPost' }, acknowledged: null, snoozed: null,
    });
  });

  test('tells whether people were told of it', async () => {
    const page = await list(await serving(orders.slice(0, 2).map((order, n) => ({ ...order, usefulUntil: n === 0 ? null : NOW }))));
    expect(page.alerts.map(({ mode }) => mode)).toEqual(['backfill', 'live']);
  });

  test('filters, and goes on page by page', async () => {
    const http = await serving();
    expect(namesOf(await list(http, '?severity=critical'))).toEqual(['o-0', 'o-3', 'o-6']);
    expect(namesOf(await list(http, '?owner=customer-service&severity=warning'))).toEqual(['o-1', 'o-2', 'o-4', 'o-5']);
    expect(namesOf(await list(http, '?owner=nobody'))).toEqual([]);
    await ack(http, firstOf);
    expect(namesOf(await list(http, '?acknowledged=true'))).toEqual(['o-0']);
    expect(namesOf(await list(http, '?acknowledged=false'))).toEqual(['o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6']);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(http, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      found.push(...namesOf(page));
      cursor = page.nextCursor;
    }
    expect(found.sort()).toEqual(['o-0', 'o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6']);
  });

  test('says what is wrong with a query', async () => {
    const http = await serving();
    for (const query of ['state=resolved', 'severity=bad', 'acknowledged=maybe', 'limit=0', 'cursor=x', 'team=a']) {
      const response = await http.inject(`/v1/alerts?${query}`);
      expect([query, response.statusCode]).toEqual([query, 400]);
      expect(problem.parse(response.json()).invalidParameters?.map(({ name }) => name)).toEqual([query.slice(0, query.indexOf('='))]);
    }
  });
});

describe('POST /v1/alerts/{id}/ack', () => {
  test('keeps the first who took it up', async () => {
    const http = await serving();
    const first = await ack(http, firstOf, { by: ' Ina ', note: 'calls the carrier' });
    expect(first.statusCode).toBe(200);
    const kept = { at: new Date(NOW).toISOString(), by: 'Ina', note: 'calls the carrier' };
    expect(openAlert.strict().parse(first.json())).toMatchObject({ id: firstOf, orderId: 'o-0', acknowledged: kept });
    expect((await ack(http, firstOf.toUpperCase(), { by: 'Jo' })).json<OpenAlert>().acknowledged).toEqual(kept);
    expect((await list(http)).alerts.filter((alert) => alert.acknowledged !== null)).toMatchObject([{ id: firstOf, acknowledged: kept }]);
    expect(acknowledged).toEqual([[firstOf, 'critical', (NOW - RAISED) / 1_000]]);
  });

  test('needs no body', async () => {
    const http = await serving();
    expect((await ack(http, firstOf)).json<OpenAlert>().acknowledged).toMatchObject({ by: null, note: null });
    expect((await ack(http, alertIdOf('o-1', 2), '')).statusCode).toBe(200);
    expect((await ack(http, alertIdOf('o-2', 3), {})).statusCode).toBe(200);
  });

  test('finds no alert that is not open', async () => {
    const http = await serving();
    for (const id of ['nothing', alertIdOf('o-0', 2), alertIdOf('o-8', 1), alertIdOf('o-8', 0)]) {
      const response = await ack(http, id);
      expect([id, response.statusCode]).toEqual([id, 404]);
      problem.strict().parse(response.json());
    }
    expect(acknowledged).toEqual([]);
  });

  test('refuses bodies that are none of ours, and takes nothing up', async () => {
    const http = await serving();
    for (const body of [{ by: 7 }, { by: 'x'.repeat(129) }, { who: 'Ina' }, [], '"Ina"']) expect([body, (await ack(http, firstOf, body)).statusCode]).toEqual([body, 400]);
    expect((await ack(http, firstOf, '{"by":"Ina","__proto__":{}}')).statusCode).toBe(400);
    expect((await ack(http, firstOf, 'by=Ina', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode).toBe(415);
    expect((await ack(http, firstOf, 'x'.repeat(70_000))).statusCode).toBe(413);
    expect((await list(http, '?acknowledged=true')).alerts).toEqual([]);
  });

  test('a page of another site can not have a browser do it', async () => {
    const http = await serving();
    for (const headers of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      expect([headers, (await ack(http, firstOf, undefined, headers as Record<string, string>)).statusCode]).toEqual([headers, 403]);
    }
    expect((await list(http, '?acknowledged=true')).alerts).toEqual([]);
    expect((await ack(http, firstOf, undefined, { origin: 'http://localhost:8080', host: 'localhost:8080' })).statusCode).toBe(200);
    expect((await ack(http, firstOf, undefined, { 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
  });
});
