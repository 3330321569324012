import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { realKafka, realRedis } from '../../support/real-services.js';
import type { Chance } from '../harness/chance.js';
import { concluded, type FaultCase } from '../harness/case.js';
import { type Ground, install } from '../harness/installation.js';
import { watchOutputs } from '../harness/watch.js';
import type { Defect } from '../harness/worker-process.js';

/** Workers that are killed without warning. */

export const sharedGround = async (): Promise<Ground> => ({
  brokers: (await realKafka()).brokers, redisUrl: (await realRedis({ appendfsync: 'everysec' })).url,
});

export const randomKills = (rounds: number): FaultCase => ({
  id: '1.1', what: 'one of two workers killed (-9) at a random moment under load, another started', rounds, timeoutMs: 120_000 + rounds * 15_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed, rate: 200 }));
    await Promise.all([installation.start(), installation.start()]);
    const watch = await watchOutputs(installation);
    await watch.firstOutput();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(chance.between(0, 1_500));
      const victim = chance.pick(installation.workers());
      const lanes = victim.lanes();
      await victim.kill();
      const starting = installation.start();
      if (lanes.size > 0) delays.push(await watch.firstOutput(lanes));
      await starting;
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: 'nothing to do: `lane.claimed` by another' };
  },
});

type Point = readonly [operation: string, when: 'before' | 'during' | 'after', mostCalls: number];

/** Every step of a lane's life, in the order in which they follow upon a start; how many calls of each come soon. */
const POINTS: readonly Point[] = [
  ['confirmMembership', 'after', 4], ['claim', 'before', 4], ['claim', 'during', 4], ['claim', 'after', 4],
  ['bounds', 'after', 4], ['recordAt', 'after', 10], ['end', 'before', 16], ['end', 'after', 16],
  ['load', 'before', 12], ['load', 'after', 12], ['due', 'after', 6], ['firstSeen', 'before', 2], ['firstSeen', 'after', 2],
  ['commit', 'before', 30], ['commit', 'during', 30], ['commit', 'after', 30],
  ['publish', 'before', 12], ['publish', 'during', 12],
  // After an acknowledged request the next owner finds more in the log than its state knows of.
  ['publish', 'after', 12], ['readBack', 'before', 1], ['publish', 'after', 12], ['readBack', 'after', 1],
  ['trim', 'before', 12], ['trim', 'during', 12], ['trim', 'after', 12],
  ['publishJourneys', 'before', 8], ['publishJourneys', 'during', 8], ['publishJourneys', 'after', 8],
  ['dirty', 'after', 8], ['clean', 'before', 8], ['clean', 'during', 8], ['clean', 'after', 8],
];

/** A point that did not come in this time is passed over; ms. */
const REACHED_WITHIN_MS = 12_000;

const defectAt = ([operation, when, most]: Point, chance: Chance): Defect => ({
  die: { operation, when, nth: chance.whole(1, most), signal: 'SIGKILL', ...(when === 'during' ? { afterMs: chance.whole(0, 4) } : {}) },
});

/** One worker after another, each dying at a certain step, the next one taking over from there. */
export const everyStep = (rounds: number, points: readonly Point[] = POINTS): FaultCase => ({
  id: '1.2', what: `a worker killed (-9) at each of ${points.length} steps of a lane: before, during and after claim, checks, fold, commit, produce, trim, read-back`, rounds: rounds * points.length,
  timeoutMs: 120_000 + rounds * points.length * 20_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed, rate: 200 }));
    const watch = await watchOutputs(installation);
    const reached = new Set<string>();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const point of points) {
        const worker = await installation.start(defectAt(point, chance));
        const died = await Promise.race([worker.exited.then(() => true), delay(REACHED_WITHIN_MS, false, { ref: false })]);
        if (died) reached.add(`${point[1]} ${point[0]}`);
        else await worker.kill();
      }
      await installation.start();
      delays.push(await watch.firstOutput());
      await Promise.all(installation.workers().map((worker) => worker.kill()));
    }
    await installation.start();
    await watch.close();
    const missed = points.map(([operation, when]) => `${when} ${operation}`).filter((name) => !reached.has(name));
    expect(missed).toEqual([]);
    return { verdict: await concluded(installation), delays, seen: 'nothing to do: `lane.claimed` by the next' };
  },
});

/** The steps at which something is half done outside of the process. */
export const TELLING_POINTS = POINTS.filter(([operation, when]) =>
  ['commit during', 'commit after', 'publish during', 'publish after', 'readBack after', 'trim before', 'publishJourneys after', 'claim after'].includes(`${operation} ${when}`));

/** The product's own session timeout, and what may be added by joining, claiming and checking; ms. */
const SESSION_TIMEOUT_MS = 10_000;
const TAKE_OVER_MS = 5_000;

/** How long until another worker speaks for the dead one's orders. What it says is compared at the end. */
export const failoverTime = (rounds: number): FaultCase => ({
  id: '1.3', what: 'one of two workers killed, session timeout 10 s as by default: first correct output at most 5 s after it', rounds, timeoutMs: 120_000 + rounds * 40_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed, rate: 200, config: { kafka: { sessionTimeout: `${SESSION_TIMEOUT_MS}ms` } } }));
    await Promise.all([installation.start(), installation.start()]);
    const watch = await watchOutputs(installation);
    await watch.firstOutput();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(chance.between(0, 2_000));
      const victim = chance.pick(installation.workers().filter((worker) => worker.lanes().size > 0));
      const lanes = victim.lanes();
      await victim.kill();
      delays.push(await watch.firstOutput(lanes));
      await installation.start();
      await watch.firstOutput();
    }
    await watch.close();
    expect(Math.max(...delays)).toBeLessThanOrEqual(SESSION_TIMEOUT_MS + TAKE_OVER_MS);
    return { verdict: await concluded(installation), delays, seen: '`lane.claimed` by another; `cx_time_reached_seconds` of its lanes missing meanwhile' };
  },
});
