import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createWorklist } from '../../../src/adapters/http/worklist.js';
import { createMemoryAlertHandling } from '../../../src/adapters/memory/alert-handling.js';
import { OPEN_ALERT_EXAMPLE, type OpenAlert, type WorklistPageBody, worklistPage } from '../../../src/contracts/alerts.js';
import { problem } from '../../../src/contracts/api.js';
import { DEFAULT_ALERT_RULES } from '../../../src/core/alert-rules.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import { isBefore, type Rank, rankOf } from '../../../src/pipeline/alert-order.js';
import { DAY, type Given, NOW, portsWith, signal } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** Found so many days ago: it is of use for three days while the order is open. */
const order = (orderId: string, daysAgo: number, more: Partial<Given> = {}): Given => ({
  orderId, verdict: 'poor', signals: [signal('late_delivery', NOW - daysAgo * DAY)], alerts: 1, patterns: [{ pattern: 'missed_promise', at: NOW - daysAgo * DAY }], ...more,
});
const ended = { end: { kind: 'delivered', at: NOW } } as const;
const ORDERS: readonly Given[] = [
  order('later', 0.5), order('due', 3), order('worse', 3, { patterns: [{ pattern: 'missed_promise', severity: 'critical', at: NOW - 3 * DAY }] }),
  order('too late', 1, { more: ended }), order('past', 10.1), order('past and ended', 7.1, { more: ended }), order('almost past', 9.9), order('quiet', 1, { alerts: 0 }),
  order('elsewhere', 2, { more: { place: { carrier: 'SouthPost' } } }),
];

async function serving(orders = ORDERS) {
  const handling = createMemoryAlertHandling();
  const alertRules = { ...DEFAULT_ALERT_RULES, owners: [{ place: { carrier: 'SouthPost' }, team: 'south' }] };
  const http = (app = await buildHttp(await portsWith(orders, { handling, alertRules }), { version: '0' }));
  const page = async (query = ''): Promise<WorklistPageBody> => {
    const response = await http.inject(`/v1/worklist${query}`);
    expect([query, response.statusCode]).toEqual([query, 200]);
    return worklistPage.strict().parse(response.json());
  };
  const namesOf = ({ alerts }: WorklistPageBody): string[] => alerts.map(({ orderId }) => orderId);
  return { http, handling, page, names: async (query = '') => namesOf(await page(query)), namesOf };
}

describe('GET /v1/worklist', () => {
  test('has what is due first, first, the worse before the others, and what acting no longer helps last', async () => {
    const { page, namesOf, names } = await serving();
    const all = await page();
    expect(namesOf(all)).toEqual(['almost past', 'worse', 'due', 'elsewhere', 'later', 'too late']);
    expect([all.total, all.causeGroups, all.nextCursor]).toEqual([6, [{ causeGroup: 'carrier:NorthPost|2026-03-07', alerts: 2 }], null]);
    expect([await names('?team=south'), await names('?team=customer-service'), await names('?team=none')]).toEqual([['elsewhere'], ['almost past', 'worse', 'due', 'later', 'too late'], []]);
  });

  test('says which customers have several alerts, and of whom they are that the team has to call', async () => {
    const of = (orderId: string, customerId: string, more: Partial<Given> = {}): Given => order(orderId, 1, { ...more, customerId });
    const south = { more: { place: { carrier: 'SouthPost' } } };
    const { page } = await serving([of('a', 'C-1'), of('b', 'C-2'), of('c', 'C-1'), of('d', 'C-2', south), of('e', 'C-1'), of('f', 'C-2', south)]);
    expect((await page('?limit=1')).customers).toEqual([{ customerId: 'C-1', alerts: 3 }, { customerId: 'C-2', alerts: 3 }]);
    expect((await page('?team=south')).customers).toEqual([{ customerId: 'C-2', alerts: 2 }]);
  });

  test('leaves out what is put off or closed, and shows what is taken up', async () => {
    const { handling, page, namesOf } = await serving();
    const deed = { at: NOW, by: 'Ina', note: null };
    const subject = { severity: 'critical', patterns: ['missed_promise'] } as const;
    await handling.snooze(alertIdOf('due', 1), { ...deed, until: NOW + 1, revision: 0 });
    await handling.close({ lane: 0, orderId: 'worse', alertId: alertIdOf('worse', 1) }, { ...deed, ...subject, outcome: 'done' });
    await handling.acknowledge(alertIdOf('elsewhere', 1), deed);
    const list = await page();
    expect(namesOf(list)).toEqual(['almost past', 'elsewhere', 'later', 'too late']);
    expect(list.alerts.map(({ acknowledged }) => acknowledged?.by ?? null)).toEqual([null, 'Ina', null, null]);
  });

  test('looks once for all who ask at the same time, each seeing its own list and what it has just changed', async () => {
    const ports = await portsWith(ORDERS, { handling: createMemoryAlertHandling() });
    let looks = 0;
    const orders = { ...ports.orders, list: (...asked: Parameters<typeof ports.orders.list>) => {
      looks += 1;
      return ports.orders.list(...asked);
    } };
    const http = (app = await buildHttp({ ...ports, orders }, { version: '0' }));
    const page = async (query = ''): Promise<WorklistPageBody> => worklistPage.strict().parse((await http.inject(`/v1/worklist${query}`)).json());
    const lists = await Promise.all(Array.from({ length: 50 }, (_, n) => page(n % 2 === 0 ? '' : '?limit=1&team=customer-service')));
    expect(looks).toBeLessThanOrEqual(2);
    expect(new Set(lists.map(({ alerts }) => alerts.length))).toEqual(new Set([6, 1]));
    const snoozed = page();
    expect((await http.inject({ method: 'POST', url: `/v1/alerts/${alertIdOf('due', 1)}/snooze`, payload: { until: new Date(NOW + DAY).toISOString() } })).statusCode).toBe(200);
    expect((await page()).alerts.map(({ orderId }) => orderId)).not.toContain('due');
    await snoozed;
  });

  test('keeps an alert that people were told of until it expires, though acting came to help no more: no change makes that sooner', async () => {
    const told = (orderId: string, usefulUntil: number): Given => order(orderId, 7.1, { more: ended, usefulUntil });
    const { names } = await serving([told('of use for long', NOW - 6.9 * DAY), told('past', NOW - 7.1 * DAY)]);
    expect(await names()).toEqual(['of use for long']);
  });

  test('goes on page by page, over all partitions, whatever leaves the list meanwhile', async () => {
    const many = Array.from({ length: 450 }, (_, n) => order(`o-${String(n)}`, (n * 7) % 9));
    const { handling, page, namesOf } = await serving(many);
    const whole = await page('?limit=200');
    expect(whole).toMatchObject({ total: 450, causeGroups: [{ alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }, { alerts: 50 }] });
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const next = await page(`?limit=70${cursor === '' ? '' : `&cursor=${cursor}`}`);
      found.push(...namesOf(next));
      // The first and the last of the page are done with.
      for (const alert of [next.alerts[0], next.alerts.at(-1)]) if (alert !== undefined) await handling.close({ lane: 0, orderId: alert.orderId, alertId: alert.id }, { at: NOW, by: null, note: null, outcome: 'done', severity: 'warning', patterns: [] });
      cursor = next.nextCursor;
    }
    expect(found.slice(0, 200)).toEqual(namesOf(whole));
    expect([found.length, new Set(found).size]).toEqual([450, 450]);
  });

  test('says what is wrong with a query, also with a cursor of another list', async () => {
    const { http, page } = await serving();
    const { nextCursor } = await page('?limit=2');
    for (const query of ['team=', 'limit=0', 'cursor=x', 'owner=a', `cursor=${String(nextCursor)}&team=south`, `cursor=${Buffer.from('["worklist:","[1,2]"]').toString('base64url')}`, `cursor=${Buffer.from('["worklist:","no"]').toString('base64url')}`]) {
      const response = await http.inject(`/v1/worklist?${query}`);
      expect([query, response.statusCode]).toEqual([query, 400]);
      expect(problem.parse(response.json()).invalidParameters?.map(({ name }) => name)).toEqual([query.slice(0, query.indexOf('='))]);
    }
  });
});

test('a page is what sorting all of them would give', () => {
  const alerts = fc.uniqueArray(fc.record({ id: fc.nat({ max: 500 }).map(String), actBy: fc.constantFrom(null, '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'), severity: fc.constantFrom('warning' as const, 'critical' as const) }), { selector: ({ id }) => id, maxLength: 60 });
  fc.assert(fc.property(alerts, fc.integer({ min: 1, max: 20 }), (given, limit) => {
    const all = given.map((each): OpenAlert => ({ ...OPEN_ALERT_EXAMPLE, ...each }));
    const sorted = [...all].sort((a, b) => (isBefore(rankOf(a), rankOf(b)) ? -1 : 1));
    const paged: OpenAlert[] = [];
    for (let after: Rank | null = null; ;) {
      const worklist = createWorklist(after, limit);
      for (const alert of all) worklist.add(alert);
      const { alerts: page, total, last } = worklist.result();
      expect([page.length <= limit, total]).toEqual([true, all.length]);
      paged.push(...page);
      if (last === null) break;
      after = last;
    }
    expect(paged.map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
    const order = (one: OpenAlert | undefined): string => (one === undefined ? '' : `${one.actBy ?? '9'} ${one.severity} ${one.id}`);
    // Texts of these instants, severities and ids are in the same order as what they mean.
    expect(sorted.map(order)).toEqual(sorted.map(order).sort());
  }));
});
