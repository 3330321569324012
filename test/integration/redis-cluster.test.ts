import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { realKafka } from '../support/real-services.js';
import { startRedisCluster } from '../support/services/secure-redis.js';
import { loadShop, readShop, type ShopOnStage } from '../support/shop-on-stage.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const LANES = 6;

describe('on a Redis Cluster of three processes', () => {
  const ends: (() => Promise<void>)[] = [];
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  let stage: Stage;
  let first: WorkerProcess;
  let second: WorkerProcess;
  let orders: ShopOnStage;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    ends.push(() => cluster.stop());
    stage = await createStage({ partitions: LANES, config: { redis: { cluster: true } }, on: { brokers: (await realKafka()).brokers, redisUrl: cluster.url } });
    ends.push(() => stage.close());
    [first, second] = await Promise.all([stage.worker(), stage.worker()]);
    orders = await loadShop(stage, 120);
  }, 120_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('lanes lie on all of them, and every worker tells of all orders, customers and alerts', async () => {
    for (const worker of [first, second]) await readShop(worker, orders);
    const keys = await Promise.all(cluster.nodes.map(async ({ address }) => {
      const client = new Redis(`redis://${address}`);
      const found = await client.dbsize();
      client.disconnect();
      return found;
    }));
    expect(keys.every((count) => count > 20)).toBe(true);
    const placed = async (url: string) => ((await (await fetch(`${url}/v1/measures?window=all`)).json()) as { measure: string; value: number }[]).find(({ measure }) => measure === 'orders_placed')?.value;
    expect([await placed(first.url), await placed(second.url)]).toEqual([120, 120]);
    const { alerts } = (await (await fetch(`${second.url}/v1/alerts?state=open`)).json()) as { alerts: { alertId: string }[] };
    const id = alerts[0]?.alertId ?? '';
    expect((await fetch(`${first.url}/v1/alerts/${id}/ack`, { method: 'POST' })).status).toBe(200);
    const listed = (await (await fetch(`${second.url}/v1/alerts?state=open`)).json()) as { alerts: { alertId: string; acknowledged: unknown }[] };
    expect(listed.alerts.filter(({ acknowledged }) => acknowledged !== null).map(({ alertId }) => alertId)).toEqual([id]);
  }, 90_000);

  test('a worker that is killed and a node that is away for a while lose nothing', async () => {
    await first.kill('SIGKILL');
    const more = loadShop(stage, 200);
    await cluster.nodes[1]?.kill();
    await until('trouble told', 30_000, async () => (await fetch(`${second.url}/readyz`)).status === 503);
    await cluster.nodes[1]?.start();
    const third = await stage.worker();
    orders = await more;
    for (const worker of [second, third]) await readShop(worker, orders);
    await until('nothing waits', 30_000, async () => (await metric(second.url, 'cx_lag_records')) + (await metric(third.url, 'cx_lag_records')) === 0);
    const verified = await stage.run(['verify', '--rate', '0']);
    expect([verified.code, verified.stderr, verified.stdout]).toEqual([0, expect.anything(), expect.stringContaining('No difference')]);
  }, 180_000);

  test('lanes are listed and made anew', async () => {
    expect(await stage.run(['lanes', 'rebuild', '--all'])).toMatchObject({ code: 0 });
    await readShop(second, orders);
    expect(await stage.run(['lanes', 'list'])).toMatchObject({ code: 0 });
    expect(await stage.run(['verify', '--rate', '0'])).toMatchObject({ code: 0 });
  }, 120_000);
});
