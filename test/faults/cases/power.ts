import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownKafka, realKafka } from '../../support/real-services.js';
import { concluded, type CaseTools, type FaultCase } from '../harness/case.js';
import { install } from '../harness/installation.js';
import { faultyRedis } from '../harness/redis-server.js';
import { watchOutputs } from '../harness/watch.js';

/** The machine itself: everything goes at once, or there is no room left. */

export const everythingKilled = (rounds: number): FaultCase => ({
  id: '8.1', what: 'Kafka, Redis (appendfsync always) and all workers killed (-9) at once under load, all started again', rounds, timeoutMs: 180_000 + rounds * 60_000,
  async run({ chance, use, cleanUp }) {
    const broker = await ownKafka();
    cleanUp(() => broker.stop());
    const redis = await faultyRedis({ cleanUp }, { appendfsync: 'always' });
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

export const redisDiskFull = (rounds: number): FaultCase => ({
  id: '9.1', what: 'no room for the append-only file of Redis, for some seconds', rounds, timeoutMs: 180_000 + rounds * 60_000,
  async run(tools) {
    const { chance, use } = tools;
    const disk = smallDisk(tools, 64);
    const redis = await faultyRedis(tools, { appendfsync: 'always', folder: disk });
    const installation = use(await install({ ground: { brokers: (await realKafka()).brokers, redisUrl: redis.url }, seed: chance.seed }));
    await Promise.all([installation.start(), installation.start()]);
    const watch = await watchOutputs(installation);
    await watch.firstOutput();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const free = fill(disk);
      await delay(chance.between(3_000, 6_000));
      free();
      // With appendfsync always a Redis that can't write its file ends by itself.
      if (!(await redis.answers())) await redis.start();
      delays.push(await watch.firstOutput());
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: '`redis.trouble`, `retrying`' };
  },
});
