import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClosedAlert } from '../../src/contracts/alert-handling.js';
import type { Alert, OpenAlert, WorklistPageBody } from '../../src/contracts/alerts.js';
import { withoutRepeats } from '../support/derived.js';
import { produce } from '../support/produce.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const HOUR = 3_600_000;
const NOW = Date.now();
const LATE = Array.from({ length: 24 }, (_, n) => `late-${String(n)}`);
const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();
const placed = (orderId: string, promisedAgo: number): object => ({
  id: `placed ${orderId}`, type: 'order.placed', orderId, customerId: 'c-1', occurredAt: ago(promisedAgo + 1), lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: ago(promisedAgo), place: { carrier: 'slow' },
});

let stage: Stage;
// What is found within a day of its promise is of use for a day, and expires a day after.
beforeAll(async () => { stage = await createStage({ config: { alerts: { expireAfter: '24h' }, kafka: { sessionTimeout: '6s' } } }); });
afterAll(() => stage.close());

const produceEvents = (events: readonly object[]): Promise<void> => produce(stage, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
const alerts = async (): Promise<Alert[]> => withoutRepeats(await stage.read('cx.alerts')) as unknown as Alert[];
const endOf = (all: readonly Alert[], orderId: string): string[] => all.filter((alert) => alert.orderId === orderId && alert.type === 'alert.resolved').map(({ reason, outcome }) => `${String(reason)} ${String(outcome)}`);
const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
const post = (worker: WorkerProcess, id: string, action: string, body: object) =>
  fetch(`${worker.url}/v1/alerts/${id}/${action}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const worklist = async (worker: WorkerProcess, limit = 100): Promise<OpenAlert[]> => {
  const found: OpenAlert[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: WorklistPageBody = await get(`${worker.url}/v1/worklist?limit=${String(limit)}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    found.push(...page.alerts);
    cursor = page.nextCursor;
  }
  return found;
};

test('alerts that are closed through one worker, whoever owns their lanes and is killed meanwhile, end once, and stay ended in states made anew', async () => {
  const [first, second] = await Promise.all([stage.worker(), stage.worker()]);
  await produceEvents([placed('forgotten', 60), ...LATE.map((orderId) => placed(orderId, 2))]);
  const open = await until('all of them on the worklist', 60_000, async () => {
    const list = await worklist(first);
    return list.length === LATE.length && list;
  });
  expect(open.map(({ orderId }) => orderId).sort()).toEqual([...LATE].sort());
  expect((await worklist(second, 5)).map(({ id }) => id)).toEqual(open.map(({ id }) => id));
  // Nobody had looked at it for so long that it ended by itself.
  await until('the forgotten one ended', 30_000, async () => endOf(await alerts(), 'forgotten').length > 0);

  const [taken, ...rest] = open;
  const closing = rest.slice(0, 12);
  expect((await post(second, taken?.id ?? '', 'snooze', { until: new Date(Date.now() + HOUR).toISOString() })).status).toBe(200);
  const answers = closing.map(({ id }, i) => post(second, id, 'close', { outcome: i % 2 === 0 ? 'done' : 'not_possible', by: 'Ina' }));
  await answers[0];
  // Of half of them the owner dies before it looks, or in the middle of it.
  const killed = first.kill('SIGKILL');
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(closing.map(() => 200));
  expect((await worklist(second)).map(({ id }) => id)).toEqual(rest.slice(12).map(({ id }) => id));
  await killed;
  const third = await stage.worker();
  const repeated = await post(third, closing[0]?.id ?? '', 'close', { outcome: 'false_alarm' });
  expect([repeated.status, ((await repeated.json()) as ClosedAlert).closed]).toMatchObject([200, { outcome: 'done', by: 'Ina' }]);
  const said = await until('all closures are said', 60_000, async () => {
    const all = await alerts();
    return closing.every(({ orderId }) => endOf(all, orderId).length > 0) && all;
  });
  closing.forEach(({ orderId }, i) => { expect([orderId, endOf(said, orderId)]).toEqual([orderId, [i % 2 === 0 ? 'closed done' : 'closed not_possible']]); });
  expect(endOf(said, 'forgotten')).toEqual(['expired undefined']);
  expect(await metric(second.url, 'cx_alert_closed_total')).toBe(12);

  expect((await stage.run(['lanes', 'rebuild', '--all'])).code).toBe(0);
  await until('the lanes made anew', 60_000, async () => (second.log() + third.log()).split('"lane.caught_up"').length > 4);
  const [again] = closing;
  await produceEvents([
    { id: 'sent', type: 'notification.sent', orderId: again?.orderId, occurredAt: ago(0), notificationId: 'n', channel: 'mail', about: 'other' },
    ...LATE.map((orderId) => ({ id: `dispatched ${orderId}`, type: 'shipment.dispatched', orderId, occurredAt: ago(0), shipmentId: 's' })),
  ]);
  await until('what came since', 60_000, async () => (await stage.counts())['logistics']?.applied === LATE.length);
  expect((await alerts()).length).toBe(said.length);
  await produceEvents([{ id: 'damaged', type: 'delivery.exception', orderId: again?.orderId, occurredAt: ago(0), code: 'damaged' }]);
  await until('another alert on the order', 60_000, async () => (await alerts()).some(({ orderId, type, episode }) => orderId === again?.orderId && type === 'alert.raised' && episode === 2));

  for (const worker of [second, third]) expect(await worker.kill('SIGTERM')).toBe(0);
  const verified = await stage.run(['verify']);
  expect([verified.code, verified.stderr]).toEqual([0, '']);
}, 300_000);
