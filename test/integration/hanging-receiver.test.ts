import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Alert } from '../../src/contracts/alerts.js';
import { type LoadedOrder, startSteadyLoad } from '../support/steady-load.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';
import { startReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const PARTITIONS = 4;
const EVENTS_PER_SECOND = 20;
const MINUTE_MS = 60_000;

/** `npm run test:hang` sets an hour; with every change it is a quarter of a minute. */
const HANG_MS = Number(process.env['TOUCHPOINT_HANG_MINUTES'] ?? '0.25') * MINUTE_MS;
/** How long the receiver answers before it hangs, to compare with. */
const BEFORE_MS = Math.min(HANG_MS / 2, 5 * MINUTE_MS);
/** The breaker asks again after five minutes at the latest; then some hundred requests a second clear what waits. */
const CATCH_UP_MS = 6 * MINUTE_MS + HANG_MS / 4;

/** A lane that waited for its receiver would be late by the whole hang; a busy machine is not late by so much for long. */
const LATER_AT_MOST = { p50: 250, p99: 2_500 };

let stage: Stage;
let worker: WorkerProcess;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver(SECRET);
  stage = await createStage({ partitions: PARTITIONS, config: { sinks: [{ name: 'crm', kind: 'webhook', url: receiver.url, secret: { env: 'CRM_SECRET' }, allowPrivate: true }] } });
  worker = await stage.worker({ CRM_SECRET: SECRET });
  await until('the sink', 30_000, async () => new Set([...worker.log().matchAll(/"event":"sink.begins","sink":"crm","partition":(\d+)/g)].map(([, partition]) => partition)).size === PARTITIONS || null);
}, 120_000);
afterAll(async () => {
  await stage.close();
  await receiver.close();
});

test(`a receiver that accepts connections and answers none for ${HANG_MS / MINUTE_MS} minutes delays no lane, and gets every alert afterwards`, async () => {
  const load = await startSteadyLoad(stage, EVENTS_PER_SECOND);
  const phase = async (ms: number) => {
    const from = load.orders.size;
    await pause(ms);
    return { from, to: load.orders.size, residentMb: Math.round((await metric(worker.url, 'process_resident_memory_bytes')) / 1_048_576) };
  };
  await until('the first ones', 30_000, async () => load.orders.size > 50 || null);
  const before = await phase(BEFORE_MS);
  receiver.becomes({ kind: 'hangs' });
  const deliveredBefore = receiver.delivered.length;
  const during = await phase(HANG_MS);
  // What was under way when it began to hang is not answered either.
  expect(receiver.delivered).toHaveLength(deliveredBefore);
  const waiting = await metric(worker.url, 'cx_sink_queue_records', { sink: 'crm' });
  expect(waiting).toBeGreaterThan((during.to - during.from) * 0.8);
  receiver.becomes({ kind: 'takes' });
  const answeredAt = Date.now();
  await load.stop();

  const orders = [...load.orders.values()];
  await until('what every order brought about', 60_000, async () => orders.every(({ seenAt }) => seenAt !== null) || null);
  const raised = await until('an alert of every order', 60_000, async () => {
    const found = (await stage.read('cx.alerts')).map(({ value }) => JSON.parse(String(value)) as Alert);
    return new Set(found.map(({ orderId }) => orderId)).size === orders.length ? found : null;
  });
  await until('every alert at the receiver', CATCH_UP_MS, async () => receiver.delivered.length >= raised.length || null);
  const caughtUpMs = Date.now() - answeredAt;
  const result = {
    minutes: HANG_MS / MINUTE_MS, eventsPerSecond: EVENTS_PER_SECOND, alerts: raised.length, waiting, caughtUpSeconds: Math.round(caughtUpMs / 1_000), asked: receiver.asked(),
    before: { ...figures(orders.slice(before.from, before.to)), residentMb: before.residentMb },
    during: { ...figures(orders.slice(during.from, during.to)), residentMb: during.residentMb },
  };
  keep(result);

  expect(receiver.delivered.map(({ id }) => id).sort()).toEqual(raised.map(({ id }) => id).sort());
  expect(receiver.refused).toEqual([]);
  expect(await metric(worker.url, 'cx_sink_set_aside_total')).toBe(0);
  const counts = Object.values(await stage.counts());
  expect(counts.reduce((sum, { applied }) => sum + applied, 0)).toBe(2 * orders.length);
  expect(result.during.p50).toBeLessThan(result.before.p50 + LATER_AT_MOST.p50);
  expect(result.during.p99).toBeLessThan(result.before.p99 + LATER_AT_MOST.p99);
  await load.close();
}, BEFORE_MS + HANG_MS + CATCH_UP_MS + 5 * MINUTE_MS);

/** From a record's hand-over to Kafka until a consumer of `cx.events` has what it brings about; ms. */
function figures(orders: readonly LoadedOrder[]) {
  const sorted = orders.map(({ sentAt, seenAt }) => (seenAt ?? Infinity) - sentAt).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { orders: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}

function keep(result: object): void {
  const folder = resolve(import.meta.dirname, '../../.cache');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/hang.json`, `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
