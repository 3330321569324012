import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Alert } from '../../src/contracts/alerts.js';
import { lostParcels } from '../support/orders-in-trouble.js';
import { produce, produceKnownAndLost } from '../support/produce.js';
import { realRegistry } from '../support/real-services.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';
import { startReceiver } from '../support/webhook-receiver.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const ENV = { CRM_SECRET: SECRET };
const PARTITIONS = 4;
const YEAR = 365 * 86_400_000;

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const sinkTo = ({ url }: Receiver) => ({ name: 'crm', kind: 'webhook', url, secret: { env: 'CRM_SECRET' }, allowPrivate: true, timeout: '1s' });

const applied = async (stage: Stage): Promise<number> => Object.values(await stage.counts()).reduce((sum, count) => sum + count.applied, 0);

/** Alerts on the topic, each once. */
const alertsOf = async (stage: Stage): Promise<readonly Alert[]> =>
  [...new Map((await stage.read('cx.alerts')).map(({ value }) => JSON.parse(String(value)) as Alert).map((alert) => [alert.id, alert])).values()];

/** Until the sinks of these workers have a place in every partition. */
const begun = (workers: readonly WorkerProcess[]): Promise<true> => until('the sinks', 30_000, async () =>
  new Set(workers.flatMap(({ log }) => [...log().matchAll(/"event":"sink.begins","sink":"crm","partition":(\d+)/g)].map(([, partition]) => partition))).size === PARTITIONS || null);

describe('a webhook on Kafka and Redis', () => {
  let stage: Stage;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver(SECRET);
    stage = await createStage({ partitions: PARTITIONS, config: { sinks: [sinkTo(receiver)] } });
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await receiver.close();
  });

  test('that hangs, fails and comes back, while workers are killed, gets each live alert, verified; lanes never wait for it', async () => {
    receiver.becomes({ kind: 'hangs' });
    const workers = [await stage.worker(ENV), await stage.worker(ENV)];
    await begun(workers);
    const now = Date.now();
    await produce(stage, lostParcels('new', 300, now) + lostParcels('old', 50, now - YEAR));
    await until('the lanes to be through', 60_000, async () => (await applied(stage)) === 700);
    const alerts = await until('the alerts', 60_000, async () => {
      const found = await alertsOf(stage);
      return new Set(found.map(({ orderId }) => orderId)).size === 350 ? found : null;
    });
    expect(receiver.delivered).toEqual([]);
    const live = alerts.filter(({ mode }) => mode === 'live').map(({ id }) => id).sort();
    expect(live).toHaveLength(300);
    await until('a breaker to open', 30_000, async () => (await metric(workers[1]!.url, 'cx_sink_breaker', { sink: 'crm' })) === 2);
    expect(await metric(workers[1]!.url, 'cx_sink_failures_total', { sink: 'crm', reason: 'timeout' })).toBeGreaterThanOrEqual(5);

    await workers[0]!.kill('SIGKILL');
    receiver.becomes({ kind: 'answers', status: 503 });
    workers[0] = await stage.worker(ENV);
    await until('setbacks of another kind', 90_000, async () => (await metric(workers[0]!.url, 'cx_sink_failures_total', { reason: 'server_error' })) > 0);
    expect(receiver.delivered).toEqual([]);

    receiver.becomes({ kind: 'takes' });
    await until('some deliveries', 120_000, async () => receiver.delivered.length > 20);
    await workers[0].kill('SIGKILL');
    workers[0] = await stage.worker(ENV);
    const ids = (): string[] => [...new Set(receiver.delivered.map(({ id }) => id))].sort();
    await until('every live alert', 180_000, async () => ids().length >= live.length);
    expect(ids()).toEqual(live);
    for (const { id, alert } of receiver.delivered) expect([alert.id, alert.mode, alert.customerId]).toEqual([id, 'live', null]);
    expect(receiver.refused).toEqual([]);
    await until('an empty queue', 30_000, async () => (await metric(workers[0]!.url, 'cx_sink_queue_records')) + (await metric(workers[1]!.url, 'cx_sink_queue_records')) === 0);
    expect(await metric(workers[1]!.url, 'cx_sink_set_aside_total')).toBe(0);

    const before = receiver.delivered.length;
    expect(await Promise.all(workers.map((worker) => worker.kill('SIGTERM')))).toEqual([0, 0]);
    const next = await stage.worker(ENV);
    await produce(stage, lostParcels('later', 5, Date.now()));
    await until('what came after a stop', 60_000, async () => receiver.delivered.length >= before + 5);
    expect(receiver.delivered).toHaveLength(before + 5);
    expect(next.log()).not.toContain('sink.begins');
  }, 600_000);

  test('whose secret is missing keeps the worker from starting, and says so', async () => {
    const { code, stderr } = await stage.run(['serve']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('sinks: crm.secret: the variable CRM_SECRET is not set')]);
  }, 60_000);
});

test('a webhook is sent what was published as Avro', async () => {
  const receiver = await startReceiver(SECRET);
  const { url } = await realRegistry();
  const stage = await createStage({ partitions: PARTITIONS, config: { sinks: [sinkTo(receiver)], outputs: { format: 'avro' } } });
  const worker = await stage.worker({ ...ENV, SCHEMA_REGISTRY_URL: url });
  await begun([worker]);
  await produceKnownAndLost(stage, 'avro', 10);
  await until('the alerts', 60_000, async () => receiver.delivered.length >= 10);
  const { alert } = receiver.delivered[0]!;
  expect(alert).toMatchObject({ type: 'alert.raised', severity: 'warning', patterns: ['grave_signal'], causeGroup: expect.stringMatching(/^carrier:north-post\|/), place: { carrier: 'north-post' } });
  expect((await stage.read('cx.alerts'))[0]?.value?.[0]).toBe(0);
  await stage.close();
  await receiver.close();
}, 180_000);

test('a webhook is sent alerts of the embedded service too', async () => {
  const receiver = await startReceiver(SECRET);
  const stage = await createStage({ partitions: 1, config: { sinks: [sinkTo(receiver)] } });
  const worker = await stage.worker({ ...ENV, KAFKA_BROKERS: '', REDIS_URL: '' });
  await until('an alert', 120_000, async () => receiver.delivered.length > 0);
  expect(receiver.refused).toEqual([]);
  expect(await worker.kill('SIGTERM')).toBe(0);
  await stage.close();
  await receiver.close();
}, 180_000);
