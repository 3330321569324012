import { setTimeout as delay } from 'node:timers/promises';
import { COMMIT } from '../../../src/adapters/redis/scripts/commit.js';
import { CLAIM } from '../../../src/adapters/redis/scripts/claim.js';
import { CLEAN } from '../../../src/adapters/redis/scripts/clean.js';
import { TRIM } from '../../../src/adapters/redis/scripts/trim.js';
import { realKafka } from '../../support/real-services.js';
import type { RedisOptions } from '../../support/real-services.js';
import { concluded, type CaseTools, type FaultCase, type Outcome } from '../harness/case.js';
import { install, type Installation } from '../harness/installation.js';
import { type Cut, openProxy, type Proxy } from '../harness/proxy.js';
import { type FaultyRedis, faultyRedis } from '../harness/redis-server.js';
import { type OutputWatch, watchOutputs } from '../harness/watch.js';

/** A Redis that goes away, answers late or not at all, or refuses to write; what it confirmed it keeps. */

type Fsync = NonNullable<RedisOptions['appendfsync']>;

interface Scene {
  readonly redis: FaultyRedis;
  readonly proxy: Proxy;
  readonly installation: Installation;
  readonly watch: OutputWatch;
}

/** Two workers under load, with a wire to Redis that the case holds in its hand. */
async function scene({ chance, use, cleanUp }: CaseTools, fsync: Fsync): Promise<Scene> {
  const redis = await faultyRedis({ cleanUp }, { appendfsync: fsync });
  const proxy = await openProxy(redis.address);
  cleanUp(() => proxy.close());
  const ground = { brokers: (await realKafka()).brokers, redisUrl: redis.url, forWorkers: { redisUrl: `redis://${proxy.address}` } };
  const installation = use(await install({ ground, seed: chance.seed }));
  await Promise.all([installation.start(), installation.start()]);
  const watch = await watchOutputs(installation);
  await watch.firstOutput();
  return { redis, proxy, installation, watch };
}

/** A case of rounds in each of which Redis suffers something and is well again. */
const passing = (id: string, what: string, seen: string, suffer: (scene: Scene, tools: CaseTools) => Promise<unknown>) =>
  (rounds: number, fsync: Fsync): FaultCase => ({
    id: `${id} ${fsync}`, what: `${what} (appendfsync ${fsync})`, rounds, timeoutMs: 120_000 + rounds * 60_000,
    async run(tools): Promise<Outcome> {
      const here = await scene(tools, fsync);
      const delays: number[] = [];
      for (let round = 0; round < rounds; round++) {
        await delay(tools.chance.between(0, 1_500));
        await suffer(here, tools);
        delays.push(await here.watch.firstOutput());
      }
      await here.watch.close();
      return { verdict: await concluded(here.installation), delays, seen };
    },
  });

export const killed = passing('4.1', 'Redis killed (-9) and started again on its append-only file', '`redis.trouble`, `retrying`; `/readyz` 503', async ({ redis }, { chance }) => {
  await redis.kill();
  await delay(chance.between(0, 3_000));
  await redis.start();
});

const SCRIPTS = [COMMIT, COMMIT, COMMIT, TRIM, CLEAN, CLAIM];
const CUTS: readonly Cut[] = ['before request', 'before answer', 'within answer'];

export const cut = passing('4.2', 'the connection to Redis cut in the middle of a commit (or trim, clean): before the request, before or within its answer', '`redis.trouble`, `retrying`', async ({ proxy }, { chance }) => {
  const { sha } = chance.pick(SCRIPTS);
  const where = chance.pick(CUTS);
  await Promise.race([proxy.cutAt(sha, where), delay(1_000)]);
});

export const slow = passing('4.3', 'every answer of Redis 200 ms late for some seconds', 'rising `cx_commit_seconds`, `cx_lag_records`', async ({ proxy }, { chance }) => {
  proxy.slowDown(200);
  await delay(chance.between(3_000, 6_000));
  proxy.slowDown(0);
});

export const silent = passing('4.4', 'Redis silent without a word for 1 to 12 s', '`retrying`; `/readyz` 503', async ({ proxy }, { chance }) => {
  proxy.silence();
  await delay(chance.between(1_000, 12_000));
  proxy.hear();
});

export const flaky = passing('4.5', 'a wire to Redis that is cut every 40 chunks, for some seconds', '`redis.trouble`, `retrying`', async ({ proxy }, { chance }) => {
  proxy.cutEvery(40);
  await delay(chance.between(2_000, 5_000));
  proxy.cutEvery(0);
});

export const outOfMemory = passing('4.6', 'Redis out of memory (noeviction) for some seconds', '`retrying` with "OOM"; growing `cx_lag_records`', async ({ redis }, { chance }) => {
  await redis.tell('CONFIG', 'SET', 'maxmemory', '1');
  await delay(chance.between(1_000, 4_000));
  await redis.tell('CONFIG', 'SET', 'maxmemory', '0');
});

export const readOnly = passing('4.7', 'Redis that takes no writes for some seconds: a replica, or one without enough replicas', '`retrying` with "READONLY" or "NOREPLICAS"', async ({ redis }, { chance }) => {
  if (chance.between(0, 1) < 0.5) {
    await redis.tell('REPLICAOF', '127.0.0.1', '1');
    await delay(chance.between(1_000, 4_000));
    await redis.tell('REPLICAOF', 'NO', 'ONE');
  } else {
    await redis.tell('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await delay(chance.between(1_000, 4_000));
    await redis.tell('CONFIG', 'SET', 'min-replicas-to-write', '0');
  }
});

