import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRedisLaneHalts } from '../../src/adapters/redis/lane-halts.js';
import { repositoryRoot } from '../../test/support/services/places.js';
import { run } from '../../test/support/services/run-command.js';
import { say } from './ending.js';
import { fill } from './fill.js';
import { tableOfRows, type Finding } from './growth-report.js';
import { install, type Installation } from './installation.js';
import { untilSaid, workOff } from './runs.js';
import type { Servers } from './servers.js';
import { thousands } from './throughput-report.js';
import { startWorker } from './worker.js';

const EVENTS_PER_ORDER = 8.8;
const COMMAND_MS = 900_000;
const LOOK_MS = 200;
const MAIN = join(repositoryRoot, 'dist', 'main.js');

/** How long `touchpoint lanes rebuild --all` takes over so many events, beside reading them in the first place. */
export async function rebuild(servers: Servers, most: number): Promise<Finding> {
  const installation = await install(servers);
  const touchpoint = (...args: readonly string[]): Promise<string> => run(process.execPath, [MAIN, ...args], { env: installation.env, cwd: repositoryRoot, timeoutMs: COMMAND_MS });
  say('filling the source topics');
  const { events } = await fill(installation, { orders: Math.round(most / EVENTS_PER_ORDER) });
  const worker = await startWorker(installation);
  say('reading them');
  const { eventsPerSecond: readRate } = await workOff(servers, installation, [worker], { events });
  await untilSaid([worker]);
  say('making the state anew');
  const asked = Date.now();
  await touchpoint('lanes', 'rebuild', '--all');
  const { began, ended } = await untilMadeAnew(installation);
  await untilSaid([worker]);
  await worker.stop();
  say('verifying');
  await touchpoint('verify', '--stop-at-first', '--rate', '0');
  const rate = events / ((ended - began) / 1_000);
  return {
    ratios: [{ name: 'rate, rebuilding / reading a backlog', value: rate / readRate }],
    table: tableOfRows([
      ['of one worker', 'seconds', 'events a second'], ['reading a backlog', (events / readRate).toFixed(0), thousands(readRate)],
      ['rebuilding, from when the first lane begins until the last one works', ((ended - began) / 1_000).toFixed(0), thousands(rate)],
      ['from the command until the last one works', ((ended - asked) / 1_000).toFixed(0), thousands(events / ((ended - asked) / 1_000))],
    ]),
    note: `${events.toLocaleString('en')} events of the simulated shop, one run; the answer verified afterwards.`,
  };
}

/** From when a first lane was seen to catch up until none does that any more, ms. */
async function untilMadeAnew({ redis, config: { redisPrefix }, partitions }: Installation): Promise<{ readonly began: number; readonly ended: number }> {
  const lanes = createRedisLaneHalts(redis, redisPrefix);
  const seen = new Set<number>();
  let began = NaN;
  for (const until = Date.now() + COMMAND_MS; Date.now() < until; await pause(LOOK_MS)) {
    const kept = await lanes.lanes();
    const halted = kept.find(({ halt }) => halt !== null);
    if (halted?.halt != null) throw new Error(`lane ${halted.lane} stands still: ${halted.halt.message}`);
    const busy = kept.filter(({ upkeep: { catchUp, sweep } }) => catchUp !== null || sweep !== null);
    for (const { lane } of busy) seen.add(lane);
    if (seen.size > 0 && Number.isNaN(began)) began = Date.now();
    if (seen.size === partitions && busy.length === 0) return { began, ended: Date.now() };
  }
  throw new Error('the state was not made anew within a quarter of an hour');
}
