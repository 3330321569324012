import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownKafka, realKafka, realRedis, type RedisOptions } from '../../support/real-services.js';
import { startLocalBroker } from '../../support/services/local-kafka.js';
import { freePorts } from '../../support/services/local-process.js';
import { kafkaAnswers } from '../../support/services/readiness.js';
import { concluded, type CaseTools, type FaultCase } from '../harness/case.js';
import { install, type Installation } from '../harness/installation.js';
import { faultyRedis } from '../harness/redis-server.js';
import { watchOutputs } from '../harness/watch.js';

/** The machine itself: everything goes at once, or there is no room left. */

type Fsync = NonNullable<RedisOptions['appendfsync']>;

export const everythingKilled = (rounds: number, fsync: Fsync): FaultCase => ({
  id: `8.1 ${fsync}`, what: `Kafka, Redis (appendfsync ${fsync}) and all workers killed (-9) at once under load, all started again`, rounds, timeoutMs: 180_000 + rounds * 60_000,
  async run({ chance, use, cleanUp }) {
    const broker = await ownKafka();
    cleanUp(() => broker.stop());
    const redis = await faultyRedis({ cleanUp }, { appendfsync: fsync });
    const installation = use(await install({ ground: { brokers: broker.brokers, redisUrl: redis.url }, seed: chance.seed }));
    await Promise.all([installation.start(), installation.start()]);
    const watch = await watchOutputs(installation);
    await watch.firstOutput();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(chance.between(500, 3_000));
      await Promise.all([broker.kill(), redis.kill(), ...installation.workers().map((worker) => worker.kill())]);
      await Promise.all([broker.start(), redis.start()]);
      const starting = Promise.all([installation.start(), installation.start()]);
      delays.push(await watch.firstOutput(undefined, 90_000));
      await starting;
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: 'nothing to do' };
  },
});

/** A small file system in memory. Needs the right to mount one. */
function smallDisk({ cleanUp }: Pick<CaseTools, 'cleanUp'>, megabytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  cleanUp(async () => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Fills what is left of a disk, and gives it back. */
function fill(folder: string): () => void {
  const file = join(folder, 'ballast');
  const sizes = [1_048_576, 4_096];
  let size = 0;
  for (const step of sizes) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(step), { flag: 'a' });
        size += step;
      } catch {
        break;
      }
    }
  }
  if (size === 0 || !readdirSync(folder).includes('ballast') || statSync(file).size === 0) throw new Error(`there was nothing to fill in ${folder}`);
  return () => rmSync(file);
}

/** Fills the disk for some seconds, round after round. Gives how long the first output took each time, ms. @param restart for a server that ended by that */
async function filledAndFreed(installation: Installation, { chance }: CaseTools, rounds: number, disk: string, restart: () => Promise<void>, withinMs?: number): Promise<number[]> {
  await Promise.all([installation.start(), installation.start()]);
  const watch = await watchOutputs(installation);
  await watch.firstOutput();
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const free = fill(disk);
    await delay(chance.between(3_000, 6_000));
    free();
    await restart();
    delays.push(await watch.firstOutput(undefined, withinMs));
  }
  await watch.close();
  return delays;
}

export const redisDiskFull = (rounds: number, fsync: Fsync): FaultCase => ({
  id: `9.1 ${fsync}`, what: `no room for the append-only file of Redis (appendfsync ${fsync}), for some seconds`, rounds, timeoutMs: 180_000 + rounds * 60_000,
  async run(tools) {
    const { chance, use } = tools;
    const disk = smallDisk(tools, 64);
    const redis = await faultyRedis(tools, { appendfsync: fsync, folder: disk });
    const installation = use(await install({ ground: { brokers: (await realKafka()).brokers, redisUrl: redis.url }, seed: chance.seed }));
    const delays = await filledAndFreed(installation, tools, rounds, disk, async () => {
      // With appendfsync always a Redis that can't write its file ends by itself.
      if (!(await redis.answers())) await redis.start();
    });
    return { verdict: await concluded(installation), delays, seen: '`redis.trouble`, `retrying`' };
  },
});

/** The broker's settings are the usual ones; one that can't write its only log folder ends by itself. */
export const kafkaDiskFull = (rounds: number): FaultCase => ({
  id: '9.2', what: 'no room for the log of Kafka, for some seconds', rounds, timeoutMs: 180_000 + rounds * 120_000,
  async run(tools) {
    const { chance, use, cleanUp } = tools;
    const disk = smallDisk(tools, 512);
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const broker = await startLocalBroker({ node: 1, port, controllerPort, voters: `1@127.0.0.1:${controllerPort}`, settings: {}, data: disk });
    cleanUp(() => broker.stop());
    const { url: redisUrl } = await realRedis({ appendfsync: 'everysec' });
    const installation = use(await install({ ground: { brokers: [broker.address], redisUrl }, seed: chance.seed }));
    const delays = await filledAndFreed(installation, tools, rounds, disk, async () => {
      if (await kafkaAnswers(broker.address)) return;
      await broker.kill();
      await broker.start();
    }, 90_000);
    return { verdict: await concluded(installation), delays, seen: '`kafka` warnings, `retrying`; the broker ends by itself' };
  },
});
