import { writeEvents } from './fill.js';
import { say } from './ending.js';
import { eventsOf, type Orders } from './growth-orders.js';
import type { Finding, Judged } from './growth-report.js';
import { inTurn, type Entry } from './in-turn.js';
import { freshName, install } from './installation.js';
import { runWorkers, type Source } from './runs.js';
import type { Servers } from './servers.js';
import { contestantName, cpuOf, rateOf, tableOf, type Contestant } from './throughput-report.js';

export interface Scale {
  readonly runs: number;
  /** Events of each run that are measured. */
  readonly events: number;
}

/** Worked off first, by then a worker is compiled: ordinary orders, the same before everything that is measured. */
const WARM_UP = { count: 4_000, facts: 10, lines: 3 };
const ORDINARY = { facts: 10, lines: 3 };

const withThousands = (count: number): string => count.toLocaleString('en');
const noteOf = ({ runs, events }: Scale): string => `${withThousands(events)} events after ${withThousands(WARM_UP.count * WARM_UP.facts)} others, medians of ${runs} ${runs === 1 ? 'run' : 'runs'} in turn; every answer verified.`;

/** How the rate of one worker changes with the number of partitions of every topic. */
export async function partitions(servers: Servers, scale: Scale): Promise<Finding> {
  const counts = [8, 64];
  const entries: Entry[] = [];
  for (const count of counts) entries.push(await entryOf(servers, scale, { name: `${count} partitions`, partitions: count, ...ORDINARY }));
  return ratesOver(scale, await inTurn(scale.runs, entries));
}

/** What a second worker brings. */
export async function workers(servers: Servers, scale: Scale): Promise<Finding> {
  const source = await filledWith(servers, scale, ORDINARY);
  const entries = [1, 2].map((count): Entry => ({ name: contestantName(count, 1), run: () => runWorkers(servers, source, count) }));
  return ratesOver(scale, await inTurn(scale.runs, entries));
}

/** What an event costs in orders of more and more lines. */
export async function lines(servers: Servers, scale: Scale): Promise<Finding> {
  const entries: Entry[] = [];
  for (const count of [1, 5, 20]) entries.push(await entryOf(servers, scale, { name: count === 1 ? 'one line' : `${count} lines`, facts: ORDINARY.facts, lines: count }));
  return costsOver(scale, await inTurn(scale.runs, entries));
}

/** What an event costs in orders of more and more facts, each of which is judged after every one. */
export async function facts(servers: Servers, scale: Scale): Promise<Finding> {
  const entries: Entry[] = [];
  for (const count of [10, 100, 1_000, 5_000]) entries.push(await entryOf(servers, scale, { name: `${withThousands(count)} facts`, facts: count, lines: ORDINARY.lines }));
  return costsOver(scale, await inTurn(scale.runs, entries));
}

/** What it costs to have something to say: a payment that fails opens a signal, and with that changes the verdict. */
export async function derived(servers: Servers, scale: Scale): Promise<Finding> {
  const entries: Entry[] = [];
  for (const failing of [0, 0.25, 1]) entries.push(await entryOf(servers, scale, { name: `${failing * 100} % of the orders fail to be paid`, facts: ORDINARY.facts, lines: ORDINARY.lines, failing }));
  return costsOver(scale, await inTurn(scale.runs, entries));
}

interface Kind extends Pick<Orders, 'facts' | 'lines' | 'failing'> {
  readonly partitions?: number;
}

async function entryOf(servers: Servers, scale: Scale, { name, ...kind }: Kind & { readonly name: string }): Promise<Entry> {
  say(`filling the source topics: ${name}`);
  const source = await filledWith(servers, scale, kind);
  return { name, run: () => runWorkers(servers, source, 1) };
}

async function filledWith(servers: Servers, { events: most }: Scale, { partitions: count, ...kind }: Kind): Promise<Source> {
  const filled = await install(servers, count === undefined ? {} : { partitions: count });
  const { events: warmUp } = await writeEvents(filled, eventsOf({ name: freshName(), ...WARM_UP }));
  const { events } = await writeEvents(filled, eventsOf({ name: freshName(), count: Math.max(1, Math.round(most / kind.facts)), ...kind }));
  return { events: warmUp + events, warmUp, filled };
}

const ratesOver = (scale: Scale, contestants: readonly Contestant[]): Finding => findingOf(scale, contestants, (one, first) => ({ name: `rate, ${one.name} / ${first.name}`, value: rateOf(one) / rateOf(first) }));
const costsOver = (scale: Scale, contestants: readonly Contestant[]): Finding => findingOf(scale, contestants, (one, first) => ({ name: `CPU time of an event, ${one.name} / ${first.name}`, value: cpuOf(one) / cpuOf(first) }));

/** Each beside the first. */
function findingOf(scale: Scale, contestants: readonly Contestant[], ratioOf: (one: Contestant, first: Contestant) => Judged): Finding {
  const [first, ...others] = contestants;
  return { ratios: first === undefined ? [] : others.map((one) => ratioOf(one, first)), table: tableOf(contestants), note: noteOf(scale) };
}
