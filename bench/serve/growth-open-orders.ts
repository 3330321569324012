import type { DerivedEvent } from '../../src/contracts/derived.js';
import { readDerived } from './derived-reader.js';
import { say } from './ending.js';
import { writeEvents } from './fill.js';
import { eventsOf, type Orders, type Part } from './growth-orders.js';
import { tableOfRows, type Finding, type Judged } from './growth-report.js';
import { freshName, install, type Installation } from './installation.js';
import { redisInfo, withoutRewriting } from './redis-info.js';
import { untilSaid, untilShown, workOff, type Run } from './runs.js';
import type { Servers } from './servers.js';
import { median } from './statistics.js';
import { thousands } from './throughput-report.js';
import { startWorker } from './worker.js';

/** What was measured with so many open orders. */
interface Measured {
  readonly orders: number;
  readonly bytesEach: number;
  readonly rates: readonly Run[];
  readonly startUps: readonly number[];
}

const FACTS_BEFORE = 3;
const LINES = 3;
/** Open orders that more events are sent to, one after another, again and again: as many facts, and as many orders in a step, whatever number is open. */
const VISITED = 20_000;
const WARM_UP_ROUNDS = 5;
const ROUNDS = 15;
const FRESH_MS = 120_000;
const LEAST_RATIO = 0.9;
const MOST_START_S = 10;

/** Rate, and time to start, with ever more open orders in Redis. To load them takes longest, so both are measured on the same ones. */
export async function openOrders(servers: Servers, sizes: readonly number[], runs: number): Promise<Finding> {
  const measured: Measured[] = [];
  for (const size of sizes) measured.push(await withOpen(servers, size, runs));
  const [first] = measured;
  const rateOf = ({ rates }: Measured): number => median(rates.map(({ eventsPerSecond }) => eventsPerSecond));
  const cpuOf = ({ rates }: Measured, of: 'program' | 'redis'): string => median(rates.map(({ cpu }) => cpu[of] ?? NaN)).toFixed(1);
  const ratios: Judged[] = first === undefined ? [] : measured.flatMap((one) => [
    ...(one !== first ? [{ name: `rate, ${count(one.orders)} open orders / ${count(first.orders)}`, value: rateOf(one) / rateOf(first), least: LEAST_RATIO }] : []),
    ...(one === measured.at(-1) ? [{ name: `start with ${count(one.orders)} open orders to the first derived record`, value: median(one.startUps), most: MOST_START_S, unit: 's' }] : []),
  ]);
  const rows = measured.map((one) => [
    count(one.orders), one.bytesEach.toFixed(0), rangeOf(one.rates.map(({ eventsPerSecond }) => eventsPerSecond), thousands), cpuOf(one, 'program'), cpuOf(one, 'redis'),
    rangeOf(one.startUps, (seconds) => seconds.toFixed(1)),
  ]);
  const head = ['open orders', `bytes of Redis each, with ${FACTS_BEFORE} facts`, 'events a second', 'CPU s per million: program', 'Redis', 'start to first derived record, s'];
  const visits = `Rate: ${count(VISITED)} of the open orders, chosen at random, get ${ROUNDS} events each in every run, of which the last ${ROUNDS - WARM_UP_ROUNDS} are measured. Redis does not write its append-only file anew meanwhile.`;
  return { ratios, table: tableOfRows([head, ...rows]), note: `${visits} Medians of ${runs} ${runs === 1 ? 'run' : 'runs'} (least to most).` };
}

const count = (orders: number): string => orders.toLocaleString('en');
const rangeOf = (values: readonly number[], shown: (value: number) => string): string => `${shown(median(values))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;

async function withOpen(servers: Servers, orders: number, runs: number): Promise<Measured> {
  const installation = await install(servers);
  const before = (await redisInfo(installation.redis)).usedBytes;
  const open: Orders = { name: 'order', count: orders, facts: FACTS_BEFORE + ROUNDS * runs, lines: LINES };
  await load(servers, installation, open);
  const bytesEach = ((await redisInfo(installation.redis)).usedBytes - before) / orders;
  const startUps = await inSeries(runs, () => firstDerived(installation));
  const of = shuffled(orders).slice(0, VISITED);
  const rates = await inSeries(runs, (run) => visit(servers, installation, open, { from: FACTS_BEFORE + run * ROUNDS, to: FACTS_BEFORE + (run + 1) * ROUNDS, of }));
  await installation.removeState();
  return { orders, bytesEach, rates, startUps };
}

async function inSeries<T>(runs: number, work: (run: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let run = 0; run < runs; run += 1) results.push(await work(run));
  return results;
}

async function load(servers: Servers, installation: Installation, open: Orders): Promise<void> {
  say(`loading ${count(open.count)} open orders`);
  const { events } = await writeEvents(installation, eventsOf(open, { to: FACTS_BEFORE }));
  await workedOff(servers, installation, { events });
}

async function workedOff(servers: Servers, installation: Installation, source: { readonly events: number; readonly warmUp?: number }): Promise<Run> {
  const worker = await startWorker(installation);
  const run = await workOff(servers, installation, [worker], source);
  await untilSaid([worker]);
  // Else the next worker that is measured shows these journeys meanwhile, for the longer the more there are.
  say('  journeys are shown');
  await untilShown(installation);
  await worker.stop();
  return run;
}

async function visit(servers: Servers, installation: Installation, open: Orders, part: Part): Promise<Run> {
  const { events } = await writeEvents(installation, eventsOf(open, part));
  const run = await withoutRewriting(installation.redis, () => workedOff(servers, installation, { events, warmUp: Math.round(events * WARM_UP_ROUNDS / ROUNDS) }));
  say(`  ${count(open.count)} open orders: ${thousands(run.eventsPerSecond)} events a second`);
  return run;
}

/** An order fails to be paid while no worker runs: seconds from a worker's start until a consumer can read that. @throws when it can't in two minutes */
async function firstDerived(installation: Installation): Promise<number> {
  const fresh = freshName();
  let told: ((at: number) => void) | null = null;
  const found = new Promise<number>((resolve) => { told = resolve; });
  await readDerived(installation, (event: DerivedEvent, at) => { if (event.orderId.startsWith(fresh)) told?.(at); }, 'next');
  await writeEvents(installation, eventsOf({ name: fresh, count: 1, facts: FACTS_BEFORE, lines: LINES, failing: 1 }));
  const began = Date.now();
  const worker = await startWorker(installation);
  const late = new Promise<never>((_, reject) => { setTimeout(() => { reject(new Error(`nothing was derived within ${FRESH_MS / 1_000} s of a start`)); }, FRESH_MS).unref(); });
  const seconds = (await Promise.race([found, late]) - began) / 1_000;
  say(`  first derived record after ${seconds.toFixed(1)} s`);
  await worker.stop();
  return seconds;
}

/** The numbers below `end` in an order that is the same on every run. */
function shuffled(end: number): readonly number[] {
  const numbers = Array.from({ length: end }, (_, n) => n);
  let state = 1;
  for (let left = end - 1; left > 0; left -= 1) {
    // Park and Miller's generator.
    state = state * 48_271 % 2_147_483_647;
    const other = state % (left + 1);
    [numbers[left], numbers[other]] = [numbers[other] ?? 0, numbers[left] ?? 0];
  }
  return numbers;
}
