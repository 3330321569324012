import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AlertDigest, alertDigest } from '../../src/contracts/alert-digest.js';
import { produceKnownAndLost } from '../support/produce.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';
import { startReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const ENV = { CRM_SECRET: SECRET };
const PARTITIONS = 4;
const PER_HOUR = 5;
const ORDERS = 60;

let stage: Stage;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver(SECRET);
  const sink = { name: 'crm', kind: 'webhook', url: receiver.url, secret: { env: 'CRM_SECRET' }, allowPrivate: true, budget: { perHour: PER_HOUR, digestAfter: '15s' }, link: 'https://touchpoint.example/' };
  stage = await createStage({ partitions: PARTITIONS, config: { sinks: [sink] } });
}, 120_000);
afterAll(async () => {
  await stage.close();
  await receiver.close();
});

const begun = (workers: readonly WorkerProcess[]): Promise<true> => until('the sinks', 30_000, async () =>
  new Set(workers.flatMap(({ log }) => [...log().matchAll(/"event":"sink.begins","sink":"crm","partition":(\d+)/g)].map(([, partition]) => partition))).size === PARTITIONS || null);
const alone = (): string[] => [...new Set(receiver.delivered.map(({ alert }) => alert).filter(({ type }) => type === 'alert.raised').map(({ alertId }) => alertId))];
const digests = (): AlertDigest[] => receiver.delivered.map(({ alert }) => alert as unknown as AlertDigest).filter(({ type }) => type === 'alert.digest');

test('beyond the budget alerts come as digests, whichever worker reads them and is killed meanwhile; none is missing', async () => {
  // Alerts on both sides of a full hour would have two budgets.
  const left = 3_600_000 - (Date.now() % 3_600_000);
  if (left < 60_000) await until('the next hour', 61_000, async () => 3_600_000 - (Date.now() % 3_600_000) > 60_000 || null);
  const workers = [await stage.worker(ENV), await stage.worker(ENV)];
  await begun(workers);
  await produceKnownAndLost(stage, 'bad-day', ORDERS);
  await until('what is sent one by one', 60_000, async () => alone().length >= PER_HOUR || null);
  await until('what is held back', 30_000, async () => {
    const held = await Promise.all(workers.map(({ url }) => metric(url, 'cx_sink_held')));
    return held.every((alerts) => alerts > 0) && held[0]! + held[1]! === ORDERS - PER_HOUR;
  });
  await workers[0]!.kill('SIGKILL');
  workers[0] = await stage.worker(ENV);
  const told = await until('digests of all the rest', 240_000, async () => {
    const found = new Set(digests().flatMap(({ alerts }) => alerts.map(({ alertId }) => alertId)));
    return found.size >= ORDERS - PER_HOUR ? found : null;
  });
  expect(alone()).toHaveLength(PER_HOUR);
  expect(alone().filter((id) => told.has(id))).toEqual([]);
  expect(receiver.refused).toEqual([]);
  for (const digest of digests()) {
    expect(alertDigest.strict().parse(digest)).toMatchObject({ total: digest.alerts.length, ended: 0, worklist: expect.stringMatching(/^https:\/\/touchpoint\.example\/v1\/worklist\?team=/), causeGroups: [{ causeGroup: expect.stringMatching(/^carrier:north-post\|/), alerts: digest.total }] });
    expect(JSON.stringify(digest)).not.toContain('customer-of-');
  }
  await until('nothing held', 30_000, async () => (await metric(workers[0]!.url, 'cx_sink_held')) + (await metric(workers[1]!.url, 'cx_sink_held')) === 0);

  const before = receiver.delivered.length;
  expect(await Promise.all(workers.map((worker) => worker.kill('SIGTERM')))).toEqual([0, 0]);
  const next = await stage.worker(ENV);
  await produceKnownAndLost(stage, 'later', 3);
  await until('what came later', 180_000, async () => digests().some(({ alerts }) => alerts.some(({ orderId }) => orderId.startsWith('later'))) || null);
  // Nothing of what was told before comes again after a stop.
  for (const { alert } of receiver.delivered.slice(before)) expect(JSON.stringify(alert)).not.toContain('"bad-day');
  expect(await metric(next.url, 'cx_sink_set_aside_total')).toBe(0);
}, 600_000);
