import { setTimeout as pause } from 'node:timers/promises';
import { thisMachine, usualLaneThreads } from '../../src/app/lanes/lane-threads.js';
import type { DerivedEvent } from '../../src/contracts/derived.js';
import { commandLine } from './command-line.js';
import { readDerived } from './derived-reader.js';
import { runToEnd, say } from './ending.js';
import { sendOrdersFallingDue } from './idle-deadlines.js';
import { install, type Installation } from './installation.js';
import { broughtAboutAt, CAUSES } from './brought-about.js';
import { RAMP_MS, startLoad } from './live-load.js';
import { machine } from './machine.js';
import { amount, options } from './options.js';
import { keepResult, keptRate, writeSection } from './results.js';
import { openServers } from './servers.js';
import { quantile } from './statistics.js';
import { contestantName } from './throughput-report.js';
import { startWorker, untilReady, type Worker } from './worker.js';

const HELP = `npm run bench:latency -- [options]

How long it takes until a consumer of cx.events can read what an event brings about, from the event's record timestamp on, under a steady
load; and how late deadlines fire where nothing else happens. One worker on real Kafka and Redis, as \`npm run bench\` starts or finds them.

  --rate N       events a second (default: half of the live events that one worker was seen to take here, else half of what it did of a
                 backlog when \`npm run bench\` was last run, else 4000; where it does not keep up, run it again without --rate)
  --seconds N    how long to measure, after three quarters of a minute of growing load (default 60)
  --threads N    how many threads of the worker work lanes (default: as many as it takes by itself)
  --deadlines N  orders whose promise passes in silence (default 400)
  --json         results as one JSON object on standard output
  --write-docs   results into docs/benchmarks.md

Examples:
  npm run bench:latency
  npm run bench:latency -- --rate 2000 --seconds 20 --json
`;
const DEFAULT_RATE = 4_000;
const READY_MS = 60_000;
/** After the last event was sent: what it brings about is still waited for. */
const TAIL_MS = 3_000;
const SHARES = { p50: 0.5, p99: 0.99, most: 1 } as const;

const given = options(HELP, {
  'rate': { type: 'string' }, 'seconds': { type: 'string' }, 'threads': { type: 'string' }, 'deadlines': { type: 'string' },
  'json': { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false },
});
const rate = given.rate === undefined ? Math.round((keptRate('live') ?? keptRate() ?? 2 * DEFAULT_RATE) / 2) : amount('rate', given.rate);
const seconds = amount('seconds', given.seconds ?? '60');
const threads = given.threads === undefined ? usualLaneThreads(thisMachine()) : amount('threads', given.threads);
const orders = amount('deadlines', given.deadlines ?? '400');

runToEnd(async () => {
  const servers = await openServers();
  const installation = await install(servers);
  const worker = await startWorker(installation, threads);
  await untilReady([worker], READY_MS);
  let listener: (event: DerivedEvent, at: number) => void = () => undefined;
  await readDerived(installation, (event, at) => listener(event, at));

  say(`${orders} promises pass in silence`);
  const deadlines = await sendOrdersFallingDue(installation, orders, (listen) => { listener = listen; });
  say(`${rate} events a second, after ${RAMP_MS / 1_000} s of growing load`);
  const load = await underLoad(installation, worker, (listen) => { listener = listen; });
  await worker.stop();
  const live = { eventsPerSecond: load.takenPerSecond };
  // A load that a worker keeps up with tells only that it can take so many, or more.
  if (!hasKeptUp(load) || live.eventsPerSecond > (keptRate('live') ?? Infinity)) keepResult('live', live);

  const rows = [{ name: `event to derived record, ${load.sentPerSecond} events a second`, values: load.latencies }, { name: 'deadline, plus the allowed lateness, to derived record', values: deadlines }];
  const result = rows.map(({ name, values }) => ({ name, samples: values.length, ...quantilesOf(values) }));
  const on = await machine(servers, installation);
  const shown = [
    '| ms | median | 99 % | longest | samples |', '| --- | --- | --- | --- | --- |',
    ...result.map(({ name, p50, p99, most, samples }) => `| ${name} | ${p50} | ${p99} | ${most} | ${samples.toLocaleString('en')} |`), '',
    `By ${contestantName(1, threads)}, which took ${load.cpuShare.toFixed(2)} of a core under load and ${keptUp(load)}. ${on}. \`${commandLine('bench:latency')}\`.`,
  ].join('\n');
  process.stdout.write(given.json ? `${JSON.stringify({ machine: on, command: commandLine('bench:latency'), result, cpuShare: load.cpuShare, lag: load.lag }, null, 1)}\n` : `${shown}\n`);
  if (given['write-docs']) writeSection('bench:latency', shown);
  return 0;
});

const quantilesOf = (values: readonly number[]) => Object.fromEntries(Object.entries(SHARES).map(([name, share]) => [name, Math.round(quantile(values, share))])) as Record<keyof typeof SHARES, number>;

const hasKeptUp = ({ lag, sentPerSecond }: UnderLoad): boolean => lag <= sentPerSecond;

const keptUp = (load: UnderLoad): string => (hasKeptUp(load) ? 'kept up with it'
  : `did not keep up: it took ${load.takenPerSecond} events a second, and ${load.lag.toLocaleString('en')} records waited at the end, so this is how long they queue. Half of what it took is \`--rate ${Math.round(load.takenPerSecond / 2)}\``);

interface UnderLoad {
  readonly latencies: readonly number[];
  readonly sentPerSecond: number;
  /** What the worker worked off meanwhile. */
  readonly takenPerSecond: number;
  readonly cpuShare: number;
  /** Records not read yet at the end: more than a second's worth means that the worker fell behind. */
  readonly lag: number;
}

async function underLoad(installation: Installation, worker: Worker, listen: (listener: (event: DerivedEvent, at: number) => void) => void): Promise<UnderLoad> {
  const load = await startLoad(installation, { rate, forMs: RAMP_MS + (seconds + 1) * 1_000, remembers: CAUSES });
  const found: { readonly sentAt: number; readonly latency: number }[] = [];
  listen((event, at) => {
    const sentAt = broughtAboutAt(event, load);
    if (sentAt !== null) found.push({ sentAt, latency: at - sentAt });
  });
  const reading = async (): Promise<{ readonly at: number; readonly sent: number; readonly taken: number; readonly cpu: number }> => {
    const metrics = await worker.metrics();
    return { at: Date.now(), sent: load.sent, taken: metrics?.sum('cx_events_total') ?? NaN, cpu: metrics?.sum('process_cpu_seconds_total') ?? NaN };
  };
  await pause(RAMP_MS);
  const from = await reading();
  await pause(seconds * 1_000);
  const to = await reading();
  const lag = (await worker.metrics())?.sum('cx_lag_records') ?? NaN;
  await load.stop();
  await pause(TAIL_MS);
  const took = (to.at - from.at) / 1_000;
  return {
    latencies: found.filter(({ sentAt }) => sentAt >= from.at && sentAt < to.at).map(({ latency }) => latency),
    sentPerSecond: Math.round((to.sent - from.sent) / took), takenPerSecond: Math.round((to.taken - from.taken) / took), cpuShare: (to.cpu - from.cpu) / took, lag,
  };
}
