import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createMemoryAlertHandling } from '../../../src/adapters/memory/alert-handling.js';
import { type ClosedAlert, closedAlert } from '../../../src/contracts/alert-handling.js';
import { type OpenAlert, openAlert } from '../../../src/contracts/alerts.js';
import { problem } from '../../../src/contracts/api.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { DAY, type Given, laneOf, NOW, portsWith, QUIET, signal } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

const orders: readonly Given[] = ['o-1', 'o-2'].map((orderId): Given =>
  ({ orderId, verdict: 'poor', signals: [signal('late_delivery', NOW - DAY)], alerts: 1, patterns: [{ pattern: 'missed_promise', at: NOW - DAY }] }));
const ID = alertIdOf('o-1', 1);
const iso = (ms: number): string => new Date(ms).toISOString();

async function serving() {
  const handling = createMemoryAlertHandling();
  const clock = { at: NOW };
  const told: unknown[][] = [];
  const ports = await portsWith(orders, {
    handling, clock: { now: () => clock.at },
    telemetry: { ...QUIET, alertSnoozed: (id) => told.push(['snoozed', id]), alertClosed: (id, outcome) => told.push(['closed', id, outcome]) },
  });
  const http = (app = await buildHttp(ports, { version: '0' }));
  return {
    handling, clock, told,
    post: (action: string, body?: unknown, id = ID) => http.inject({ method: 'POST', url: `/v1/alerts/${id}/${action}`, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }) }),
    open: async () => (await http.inject('/v1/alerts')).json<{ alerts: OpenAlert[] }>().alerts,
  };
}

describe('POST /v1/alerts/{id}/close', () => {
  test('keeps who closed it first, and tells the lane; it is open no longer, whatever its lane has said yet', async () => {
    const { post, open, handling, told } = await serving();
    const first = await post('close', { outcome: 'done', by: ' Ina ', note: 'told the customer' });
    const closed = { at: iso(NOW), outcome: 'done', by: 'Ina', note: 'told the customer' };
    expect([first.statusCode, closedAlert.strict().parse(first.json())]).toEqual([200, { id: ID, alertId: ID, state: 'closed', closed }]);
    expect((await post('close', { outcome: 'false_alarm' }, ID.toUpperCase())).json()).toEqual(first.json());
    expect(await handling.waiting(laneOf('o-1'), 10)).toEqual([{ orderId: 'o-1', alertId: ID, closure: { ...closed, at: NOW, severity: 'warning', patterns: ['missed_promise'] } }]);
    expect((await open()).map(({ orderId }) => orderId)).toEqual(['o-2']);
    expect([(await post('ack')).statusCode, (await post('snooze', { until: iso(NOW + DAY) })).statusCode]).toEqual([404, 404]);
    expect(told).toEqual([['closed', ID, 'done']]);
  });

  test('answers with who came first, whenever that was', async () => {
    const { post, handling, told } = await serving();
    const { of, close } = { of: handling.of.bind(handling), close: handling.close.bind(handling) };
    const jo = { at: NOW - 1, by: 'Jo', note: null, outcome: 'not_possible', severity: 'warning', patterns: ['missed_promise'] } as const;
    const joCloses = () => close({ lane: laneOf('o-1'), orderId: 'o-1', alertId: ID }, jo);
    // Between whatever is asked and kept.
    handling.of = async (ids) => {
      const answer = await of(ids);
      await joCloses();
      return answer;
    };
    handling.close = async (...given) => {
      await joCloses();
      return close(...given);
    };
    const response = await post('close', { outcome: 'done', by: 'Ina' });
    expect([response.statusCode, response.json<ClosedAlert>().closed]).toEqual([200, { at: iso(NOW - 1), outcome: 'not_possible', by: 'Jo', note: null }]);
    expect(told).toEqual([]);
  });

  test('answers so of one that is open no longer', async () => {
    const { post, handling } = await serving();
    const alertId = alertIdOf('o-1', 2);
    const { kept: { at, outcome, by, note } } = await handling.close({ lane: laneOf('o-1'), orderId: 'o-1', alertId }, { at: NOW, by: 'Jo', note: null, outcome: 'done', severity: 'warning', patterns: [] });
    const response = await post('close', { outcome: 'false_alarm' }, alertId);
    expect([response.statusCode, response.json<ClosedAlert>().closed]).toEqual([200, { at: iso(at), outcome, by, note }]);
  });

  test('needs an outcome, and an alert that is open', async () => {
    const { post, open, told } = await serving();
    for (const body of [undefined, {}, { outcome: 'solved' }, { outcome: 'done', by: 7 }, { outcome: 'done', who: 'Ina' }]) {
      const response = await post('close', body);
      expect([body, response.statusCode]).toEqual([body, 400]);
      problem.strict().parse(response.json());
    }
    for (const id of ['nothing', alertIdOf('o-1', 2), alertIdOf('o-9', 1)]) expect([id, (await post('close', { outcome: 'done' }, id)).statusCode]).toEqual([id, 404]);
    expect([(await open()).length, told]).toEqual([2, []]);
  });
});

describe('POST /v1/alerts/{id}/snooze', () => {
  test('puts it off until then; the last one counts', async () => {
    const { post, open, clock, told } = await serving();
    await post('snooze', { until: iso(NOW + 2 * DAY), by: 'Jo' });
    const response = await post('snooze', { until: iso(NOW + DAY), by: 'Ina', note: 'the carrier answers tomorrow' });
    const snoozed = { at: iso(NOW), until: iso(NOW + DAY), by: 'Ina', note: 'the carrier answers tomorrow' };
    expect(openAlert.strict().parse(response.json())).toMatchObject({ id: ID, snoozed });
    expect((await open()).map((alert) => [alert.orderId, alert.snoozed])).toEqual(expect.arrayContaining([['o-1', snoozed], ['o-2', null]]));
    clock.at = NOW + DAY;
    expect((await open()).map((alert) => alert.snoozed)).toEqual([null, null]);
    expect(told).toEqual([['snoozed', ID], ['snoozed', ID]]);
  });

  test('ends when the alert says more', async () => {
    const { handling, open } = await serving();
    await handling.snooze(ID, { at: NOW, by: null, note: null, until: NOW + DAY, revision: 4 });
    expect((await open()).map((alert) => alert.snoozed)).toEqual([null, null]);
  });

  test('is for a time ahead, and no longer than 30 days', async () => {
    const { post, open } = await serving();
    for (const until of [undefined, '2026-03-12', 'tomorrow', iso(NOW), iso(NOW - 1), iso(NOW + 30 * DAY + 1)]) {
      const response = await post('snooze', { until });
      expect([until, response.statusCode]).toEqual([until, 400]);
      expect(problem.parse(response.json()).invalidParameters?.map(({ name }) => name)).toEqual(['until']);
    }
    expect((await post('snooze', { until: iso(NOW + DAY) }, alertIdOf('o-9', 1))).statusCode).toBe(404);
    expect((await post('snooze', { until: iso(NOW + 30 * DAY) })).statusCode).toBe(200);
    expect((await open()).filter((alert) => alert.snoozed !== null)).toHaveLength(1);
  });
});

describe('a body that cannot be used is told in words', () => {
  test.each([
    ['snooze', undefined, [['until', 'is missing']]],
    ['snooze', { until: 5 }, [['until', 'expected a text']]],
    ['snooze', { until: 'tomorrow' }, [['until', 'expected an RFC 3339 instant with an offset']]],
    ['close', { outcome: 'solved', who: 'Ina', why: 'x' }, [
      ['outcome', 'expected one of done, not_possible, false_alarm'], ['who', 'no such field; known: outcome, by, note'], ['why', 'no such field; known: outcome, by, note'],
    ]],
    ['ack', [1], [['body', 'expected an object']]],
  ] as const)('%s %j', async (action, body, told) => {
    const { post } = await serving();
    const response = await post(action, body);
    expect([response.statusCode, problem.strict().parse(response.json()).invalidParameters?.map(({ name, reason }) => [name, reason])]).toEqual([400, told]);
  });
});
