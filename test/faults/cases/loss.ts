import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { realKafka, type RedisOptions } from '../../support/real-services.js';
import { until } from '../../support/touchpoint.js';
import { type CaseTools, concluded, type FaultCase, together } from '../harness/case.js';
import type { Verdict } from '../harness/check.js';
import { install, type Installation } from '../harness/installation.js';
import { openProxy, type Proxy } from '../harness/proxy.js';
import { type FaultyRedis, faultyRedis } from '../harness/redis-server.js';
import { lanesOf } from '../harness/state.js';
import { watchOutputs } from '../harness/watch.js';

/** A Redis that comes back with less than it had confirmed: the lanes make up for it, by themselves or once a person says so. */

type Fsync = NonNullable<RedisOptions['appendfsync']>;

interface Scene {
  readonly redis: FaultyRedis;
  readonly proxy: Proxy;
  readonly installation: Installation;
}

/** How long a lane may take to notice that nothing of it is left; ms. */
const NOTICE_MS = 40_000;

/** What a case does to Redis; returns in how many lanes at least that must have been noticed. */
type Lose = (scene: Scene, tools: CaseTools) => Promise<number>;

/** Each round on an installation of its own, and all that it says compared with a replay in the end. */
const losing = (id: string, what: string, lose: Lose, goOn: (scene: Scene) => Promise<unknown> = () => Promise.resolve()) =>
  (rounds: number, fsync: Fsync): FaultCase => ({
    id: `${id} ${fsync}`, what: `${what} (appendfsync ${fsync})`, rounds, timeoutMs: 120_000 + rounds * 120_000,
    async run(tools) {
      const { chance, use, cleanUp } = tools;
      const verdicts: Verdict[] = [];
      const delays: number[] = [];
      let noticed = 0;
      for (let round = 0; round < rounds; round++) {
        const redis = await faultyRedis({ cleanUp }, { appendfsync: fsync });
        const proxy = await openProxy(redis.address);
        cleanUp(() => proxy.close());
        const ground = { brokers: (await realKafka()).brokers, redisUrl: redis.url, forWorkers: { redisUrl: `redis://${proxy.address}` } };
        const installation = use(await install({ ground, seed: `${chance.seed}-${round}` }));
        await Promise.all([installation.start(), installation.start()]);
        const watch = await watchOutputs(installation);
        await watch.firstOutput();
        await delay(chance.between(1_000, 3_000));
        const here = { redis, proxy, installation };
        const atLeast = await lose(here, tools);
        await goOn(here);
        delays.push(await watch.firstOutput());
        await delay(1_000);
        verdicts.push(await concluded(installation));
        const alarmed = alarmsOf(installation);
        expect(alarmed.size).toBeGreaterThanOrEqual(atLeast);
        noticed += alarmed.size;
        await watch.close();
        await installation.close();
      }
      return { verdict: together(verdicts), delays, seen: '`lane.state_went_back` or `lane.halted`', note: `noticed in ${noticed} of ${rounds * 4} lanes` };
    },
  });

/** The lanes of which a worker said that something was lost. */
const alarmsOf = (installation: Installation): ReadonlySet<number | undefined> => new Set(
  installation.everyWorker().flatMap((worker) => worker.log()).filter(({ event }) => event === 'lane.state_went_back' || event === 'lane.halted').map(({ lane }) => lane),
);

export const cutTail = losing('4.8', 'the tail of the append-only file lost with the machine, up to 30 KB', async ({ redis }, { chance }) => {
  await redis.kill();
  await redis.cutTail(chance.whole(100, 30_000));
  await redis.start();
  return 0;
});

export const olderCopy = losing('4.9', 'Redis restored to a copy some seconds old', async ({ redis, installation }, { chance }) => {
  const versions = async (): Promise<number> => (await lanesOf(installation, 0)).reduce((sum, { version }) => sum + version, 0);
  const restore = await redis.copyFiles();
  const copied = await versions();
  await delay(chance.between(2_000, 5_000));
  await until('something that the copy lacks', 30_000, async () => (await versions()) > copied + 1);
  await redis.kill();
  restore();
  await redis.start();
  return 1;
});

export const emptied = losing('4.10', 'Redis emptied under running workers, and every lane made anew from the topics by a command', async ({ redis }) => {
  await redis.tell('FLUSHALL');
  return 4;
}, async ({ installation }) => {
  await until('every lane standing still', NOTICE_MS, async () => (await lanesOf(installation, 0)).every(({ halt }) => halt?.name === 'state_lost'));
  expect(await installation.run(['lanes', 'rebuild', '--all'])).toMatchObject({ code: 0 });
});

/** The replica stops following so many commits (of any lane) before the primary dies. */
export const failover = losing('4.11', 'failover to a replica that misses the last writes, up to some 20 commits a lane', async ({ redis, proxy, installation }, tools) => {
  const replica = await faultyRedis(tools, {});
  const [host = '', port = ''] = redis.address.split(':');
  await replica.tell('REPLICAOF', host, port);
  await until('a replica that follows', 20_000, async () => String(await replica.tell('INFO', 'replication')).includes('master_link_status:up'));
  await delay(500);
  await replica.tell('REPLICAOF', 'NO', 'ONE');
  const before = (await lanesOf(installation, 0)).map(({ version }) => version);
  const distance = tools.chance.whole(1, 20);
  await until('so many commits', 30_000, async () => (await lanesOf(installation, 0)).some(({ version }, lane) => version - (before[lane] ?? 0) >= distance));
  await redis.kill();
  proxy.connectTo(replica.address);
  proxy.cutAll();
  installation.redisIsAt(replica.url);
  return 1;
});
