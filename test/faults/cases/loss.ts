import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { realKafka, type RedisOptions } from '../../support/real-services.js';
import { until } from '../../support/touchpoint.js';
import { type CaseTools, type FaultCase, together } from '../harness/case.js';
import { checkSaid, type Verdict } from '../harness/check.js';
import { install, type Installation } from '../harness/installation.js';
import { openProxy, type Proxy } from '../harness/proxy.js';
import { type FaultyRedis, faultyRedis } from '../harness/redis-server.js';
import { lanesOf } from '../harness/state.js';
import { watchOutputs } from '../harness/watch.js';

/** A Redis that comes back with less than it had confirmed. */

type Fsync = NonNullable<RedisOptions['appendfsync']>;

interface Scene {
  readonly redis: FaultyRedis;
  readonly proxy: Proxy;
  readonly installation: Installation;
}

/** How long a lane may take to notice; ms. */
const NOTICE_MS = 40_000;

/**
 * What has to come of it: a lane that lost something stands still under one of these names, the others go on, and nothing
 * false was said. (Where lanes recover by themselves, or are taken up by a command, this is the place to expect it.)
 */
async function expectHalts({ installation }: Scene, names: readonly string[], atLeast: number): Promise<{ verdict: Verdict; halts: readonly string[] }> {
  const started = new Map((await lanesOf(installation, 0)).map(({ lane, version }) => [lane, version]));
  const halts = await until('each lane halted or going on', NOTICE_MS, async () => {
    const lanes = await lanesOf(installation, 0);
    const standing = lanes.filter(({ halt }) => halt !== null);
    const going = lanes.filter(({ lane, halt, version }) => halt === null && version > (started.get(lane) ?? 0));
    return standing.length + going.length === lanes.length && standing.length >= atLeast ? standing.map(({ halt }) => halt?.name ?? '') : null;
  }).catch(async (error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}: ${JSON.stringify(await lanesOf(installation, 0))}`);
  });
  expect(halts.filter((name) => !names.includes(name))).toEqual([]);
  await installation.load.stop();
  return { verdict: await checkSaid(installation), halts };
}

/** Each round on an installation of its own: what stands still once is of no more use. */
const losing = (id: string, what: string, names: readonly string[], lose: (scene: Scene, tools: CaseTools) => Promise<number>) =>
  (rounds: number, fsync: Fsync): FaultCase => ({
    id: `${id} ${fsync}`, what: `${what} (appendfsync ${fsync})`, rounds, timeoutMs: 120_000 + rounds * 90_000,
    async run(tools) {
      const { chance, use, cleanUp } = tools;
      const verdicts: Verdict[] = [];
      const halts: string[] = [];
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
        const found = await expectHalts(here, names, await lose(here, tools));
        verdicts.push(found.verdict);
        halts.push(...found.halts);
        await watch.close();
        await installation.close();
      }
      return { verdict: together(verdicts), delays: [], seen: `\`lane.halted\`: ${[...new Set(halts)].map((name) => `\`${name}\``).join(', ')}`, note: `${halts.length} lanes of ${rounds * 4} stood still, nothing false was said` };
    },
  });

const WENT_BACK = ['state_went_back'];

export const cutTail = losing('4.8', 'the tail of the append-only file lost with the machine, up to 30 KB', WENT_BACK, async ({ redis }, { chance }) => {
  await redis.kill();
  await redis.cutTail(chance.whole(100, 30_000));
  await redis.start();
  return 0;
});

export const olderCopy = losing('4.9', 'Redis restored to a copy some seconds old', WENT_BACK, async ({ redis }, { chance }) => {
  const restore = await redis.copyFiles();
  await delay(chance.between(2_000, 5_000));
  await redis.kill();
  restore();
  await redis.start();
  return 1;
});

export const emptied = losing('4.10', 'Redis emptied under running workers', ['state_lost'], async ({ redis }) => {
  await redis.tell('FLUSHALL');
  return 4;
});

/** The replica stops following so many commits (of any lane) before the primary dies. */
export const failover = losing('4.11', 'failover to a replica that misses the last writes, up to some 20 commits a lane', WENT_BACK, async ({ redis, proxy, installation }, tools) => {
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
