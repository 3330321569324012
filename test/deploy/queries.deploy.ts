import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dashboards, panelQueries } from '../support/dashboards.js';
import { rulesIn } from '../support/prometheus-rules.js';
import { ownKafka, ownRedis } from '../support/real-services.js';
import { type Prometheus, startPrometheus } from '../support/services/prometheus.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';
import { startReceiver } from '../support/webhook-receiver.js';

/**
 * A real Prometheus scrapes two workers on real Kafka and Redis, into which the simulated shop writes: what every rule and
 * every panel says then.
 */

/** No intake runs here. */
const EMPTY_BY_NATURE = new Set(['touchpoint:intake_waiting:sum']);

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

let kafka: Awaited<ReturnType<typeof ownKafka>>;
let redis: Awaited<ReturnType<typeof ownRedis>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let stage: Stage;
let workers: WorkerProcess[];
let prometheus: Prometheus;
let told: number;

const hostOf = ({ url }: WorkerProcess): string => new URL(url).host;
const one = async (expr: string): Promise<number | undefined> => (await prometheus.query(expr))[0]?.value;

beforeAll(async () => {
  [kafka, redis, receiver] = await Promise.all([ownKafka(), ownRedis(), startReceiver(SECRET)]);
  const sink = { name: 'crm', kind: 'webhook', url: receiver.url, secret: { env: 'CRM_SECRET' }, allowPrivate: true, budget: { perHour: 3, digestAfter: '15s' } };
  stage = await createStage({ on: { brokers: kafka.brokers, redisUrl: redis.url, env: { CRM_SECRET: SECRET } }, config: { measures: { shownBy: ['carrier', 'region'] }, sinks: [sink] } });
  workers = [await stage.worker(), await stage.worker()];
  prometheus = await startPrometheus(workers.map(hostOf));
  const fed = await stage.run(['simulate', '--rate', '5', '--days', '7', '--seconds', '45']);
  const refused = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'refused.ndjson');
  writeFileSync(refused, '{"type":"order.placed"}\n');
  await stage.run(['produce', refused]);
  told = 1 + Number(/^([\d,]+) events acknowledged/.exec(fed.stdout)?.[1]?.replaceAll(',', ''));
  await until('everything to be read', 120_000, async () => (await one('sum(cx_events_total)')) === told);
  await until('both workers to show the same measures', 60_000, async () => await agree() && (await one('touchpoint:measure{measure="orders_placed",window="24h"}') ?? 0) > 0);
}, 400_000);

afterAll(async () => {
  await prometheus.stop();
  await stage.close();
  await Promise.all([kafka.stop(), redis.stop(), receiver.close()]);
});

const agree = async (): Promise<boolean> => {
  const [first, second] = await Promise.all(workers.map(({ url }) => metric(url, 'cx_orders_open')));
  return first !== undefined && first > 0 && first === second && first === (await one('touchpoint:orders_open'));
};

describe('a real Prometheus that scrapes two workers', () => {
  test('adds up what each did, and takes once what each tells of all orders', async () => {
    expect(await one('sum(up)')).toBe(2);
    expect(told).toBeGreaterThan(1_000);
    const parts = await prometheus.query('sum by (instance) (cx_events_total)');
    expect(parts.map(({ value }) => value > 0)).toEqual([true, true]);
    expect(parts.reduce((sum, { value }) => sum + value, 0)).toBe(told);
    expect(await one('touchpoint:lanes_owned:count')).toBe(4);
    expect(await one('count(cx_time_reached_seconds)')).toBe(4);
    // Each worker looks every 15 s, so two of them differ for a while when a verdict changes.
    await until('orders to count once', 60_000, async () => (await one('sum(touchpoint:orders)')) === (await metric(workers[0]!.url, 'cx_orders')));
    const carriers = await prometheus.query('touchpoint:measure_by{key="carrier",measure="orders_placed",window="7d"}');
    expect(carriers.map(({ metric: { value } }) => value).sort()).toEqual(['bluebird', 'cargo-mule', 'lastmile-24', 'meridian']);
  });

  test.each(rulesIn('recording.rules.yml').map(({ record }) => record ?? ''))('%s has a value', async (name) => {
    const series = await prometheus.query(name === 'touchpoint:lag_seconds' ? `last_over_time(${name}[10m])` : name);
    expect([name, series.length > 0 || EMPTY_BY_NATURE.has(name)]).toEqual([name, true]);
  });

  const queries = dashboards().flatMap((board) => panelQueries(board, '20s').map((query) => [query.board, query.panel, query.expr] as const));
  test.each(queries)('%s: %s is no error and not empty: %s', async (_board, panel, expr) => {
    const series = await prometheus.query(expr);
    const figures = series.filter(({ value }) => !Number.isNaN(value));
    expect([panel, figures.length > 0]).toEqual([panel, true]);
  });

  test('no alarm wakes anybody while all is well, but for those that tell of the past that was loaded', async () => {
    const firing = await prometheus.query('ALERTS{alertstate="firing"}');
    expect(firing.map(({ metric: { alertname } }) => alertname).filter((name) => !/Detection/.test(name ?? ''))).toEqual([]);
  });

  test('measures of orders are the same after everything was killed and started again: workers, Kafka and Redis', async () => {
    const of = async (): Promise<string> => JSON.stringify((await prometheus.query('touchpoint:measure{window="all",measure=~"orders_placed|on_time_rate|order_cycle_seconds"}'))
      .map(({ metric: labels, value }) => [labels['measure'], labels['target'] ?? labels['statistic'], labels['cohort'], value]).sort());
    const placed = await one('touchpoint:measure{window="all",measure="orders_placed"}');
    expect(placed).toBeGreaterThan(100);
    const before = await of();
    const ports = workers.map(({ url }) => new URL(url).port);
    await Promise.all(workers.map((worker) => worker.kill('SIGKILL')));
    await Promise.all([kafka.kill(), redis.kill()]);
    await until('the killed workers to be seen', 30_000, async () => (await one('sum(up)')) === 0);
    await Promise.all([kafka.start(), redis.start()]);
    workers = await Promise.all(ports.map((port) => stage.worker({ HTTP_PORT: port })));
    await until('the measures of all orders', 60_000, async () => (await one('sum(up)')) === 2 && (await one('touchpoint:measure{window="all",measure="orders_placed"}')) === placed);
    // Promises may pass meanwhile, but nothing that was measured of deliveries changes by itself.
    const delivered = (text: string): string[] => (JSON.parse(text) as string[][]).filter(([, , cohort]) => cohort !== 'due').map((row) => row.join());
    expect(delivered(await of())).toEqual(delivered(before));
    // Nothing is read again: what the state holds is counted once.
    expect(await one('sum(cx_events_total)')).toBe(0);
  });
});
