import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { until } from '../../support/touchpoint.js';
import { concluded, type FaultCase } from '../harness/case.js';
import { install, type Installation, SESSION_MS } from '../harness/installation.js';
import { watchOutputs } from '../harness/watch.js';
import type { Worker } from '../harness/worker-process.js';
import { sharedGround } from './killed.js';

/** Workers that lose their lanes without knowing it, and groups that never rest. */

/** Long enough for the group to give the lanes away. */
const FROZEN_MS = 2 * SESSION_MS;

/** At one time. */
const MOST_STARTING = 4;

const allLanes = ({ partitions }: Installation): number[] => Array.from({ length: partitions }, (_, lane) => lane);

const holds = (worker: Worker, lanes: readonly number[]): Promise<unknown> =>
  until(`lanes ${lanes.join(', ')} in the hands of worker ${worker.pid}`, 40_000, async () => lanes.every((lane) => worker.lanes().has(lane)));

export const frozen = (rounds: number): FaultCase => ({
  id: '2.1', what: 'a worker frozen (SIGSTOP) beyond its session while another owns its lanes, then woken up', rounds, timeoutMs: 120_000 + rounds * 30_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed }));
    await Promise.all([installation.start(), installation.start()]);
    const watch = await watchOutputs(installation);
    await watch.firstOutput();
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(chance.between(0, 1_500));
      const zombie = chance.pick(installation.workers());
      const lanes = zombie.lanes();
      zombie.signal('SIGSTOP');
      if (lanes.size > 0) delays.push(await watch.firstOutput(lanes));
      await delay(chance.between(0, FROZEN_MS - SESSION_MS));
      zombie.signal('SIGCONT');
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: 'nothing to do: `lane.dropped` by the woken one' };
  },
});

/** Frozen in the middle of what it is about to do, it does it when somebody else has long gone on. */
const late = (id: string, what: string, operation: string, mostCalls: number) => (rounds: number): FaultCase => ({
  id, what, rounds, timeoutMs: 120_000 + rounds * 60_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed }));
    const watch = await watchOutputs(installation);
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const zombie = await installation.start({ die: { operation, when: 'before', nth: chance.whole(1, mostCalls), signal: 'SIGSTOP' } });
      // By now it stands still, or will soon.
      await delay(chance.between(1_000, 3_000));
      const successor = await installation.start();
      await holds(successor, allLanes(installation));
      delays.push(await watch.firstOutput());
      zombie.signal('SIGCONT');
      await delay(chance.between(500, 2_000));
      // The lanes come back to the zombie, which has to go on rightly.
      await successor.kill();
      await holds(zombie, allLanes(installation));
      await watch.firstOutput();
      await zombie.stop();
    }
    const last = await installation.start();
    await watch.firstOutput(undefined, 30_000);
    // A lane looks every 10 s whether a stranger wrote into its journeys.
    await delay(11_000);
    expect(last.ended()).toBe(false);
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: 'nothing to do: `lane.dropped` by the woken one' };
  },
});

export const frozenBeforeClaim = late('2.2', 'a worker frozen between assignment and claim until another has claimed; then it gets the lanes back', 'claim', 4);
export const lateProduce = late('2.3', 'changes of a frozen worker that reach the log after those of its successor', 'publish', 6);
export const lateJourneys = late('2.4', 'journeys of a frozen worker that reach the compacted log after those of its successor', 'publishJourneys', 4);
export const lateCommit = late('2.5', 'a commit of a frozen worker that reaches Redis after those of its successor', 'commit', 20);

export const storm = (seconds: number): FaultCase => ({
  id: '3.1', what: 'workers that come and go (SIGTERM and SIGKILL in turn) every second', rounds: seconds, timeoutMs: 180_000 + seconds * 5_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed }));
    await installation.start();
    const codes: (number | null)[] = [];
    const changes: Promise<unknown>[] = [];
    /** Asked to go: on a busy machine that takes longer than the second, and must not become a kill. */
    const asked = new Set<Worker>();
    for (let second = 0; second < seconds; second++) {
      const staying = installation.workers().filter((each) => !asked.has(each));
      const leaves = staying.length > 2 || (staying.length > 1 && chance.between(0, 1) < 0.5);
      // On a machine that is too busy to start one a second, they would pile up.
      if (!leaves && installation.starting() < MOST_STARTING) changes.push(installation.start());
      else if (leaves) {
        const worker = chance.pick(staying);
        asked.add(worker);
        changes.push(chance.between(0, 1) < 0.5 ? worker.stop().then((code) => codes.push(code)) : worker.kill());
      }
      await delay(1_000);
    }
    await Promise.all(changes);
    if (installation.workers().length === 0) await installation.start();
    expect(codes.filter((code) => code !== 0)).toEqual([]);
    return { verdict: await concluded(installation), delays: [], seen: 'nothing to do' };
  },
});

export const scaling = (rounds: number): FaultCase => ({
  id: '3.2', what: 'scaled from one worker to three and back', rounds, timeoutMs: 120_000 + rounds * 60_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed }));
    await installation.start();
    const watch = await watchOutputs(installation);
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await Promise.all([installation.start(), installation.start()]);
      delays.push(await watch.firstOutput());
      await delay(chance.between(1_000, 3_000));
      const [stays, ...leave] = installation.workers();
      expect(await Promise.all(leave.map((worker) => worker.stop()))).toEqual([0, 0]);
      if (stays !== undefined) await holds(stays, allLanes(installation));
      delays.push(await watch.firstOutput());
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen: 'nothing to do' };
  },
});
