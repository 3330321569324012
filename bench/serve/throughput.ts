import { commandLine } from './command-line.js';
import { inTurn } from './in-turn.js';
import { install } from './installation.js';
import { runToEnd, say } from './ending.js';
import { fill, type Input } from './fill.js';
import { machine } from './machine.js';
import { amount, options } from './options.js';
import { keepResult, writeSection } from './results.js';
import { runLimit, runWorkers } from './runs.js';
import { openServers } from './servers.js';
import { contestantName, cpuOf, isRegression, rateOf, ratiosOf, tableOf } from './throughput-report.js';

const HELP = `npm run bench -- [options]

How fast \`touchpoint serve\` works off a backlog on real Kafka and Redis, beside what reading and JSON.parse alone allow. The topics are
filled once; then limit and workers run in turn, each worker from an empty state. After each run \`touchpoint verify\` recomputes every order.
Kafka and Redis (appendfsync always) are started for it, unless KAFKA_BROKERS and REDIS_URL name some.

  --orders N       orders of the simulated shop, some 9 events each (default 50000)
  --file FILE      events from this NDJSON file instead (.gz is unpacked)
  --runs N         runs of each, of which the median counts (default 3)
  --workers LIST   numbers of workers to run with, by commas (default 1,2)
  --threads LIST   numbers of threads that one worker is to run with besides, by commas (default 2)
  --short          20,000 events and one worker, for CI (half a minute): exit code 1 where the limit's share of a worker's CPU time fell by more than a third
  --json           results as one JSON object on standard output
  --write-docs     results into docs/benchmarks.md

Examples:
  npm run bench
  npm run bench -- --orders 10000 --runs 1 --workers 1
  npm run bench -- --file events.ndjson.gz --json > result.json
  KAFKA_BROKERS=127.0.0.1:9092 REDIS_URL=redis://127.0.0.1:6379 npm run bench -- --short
`;
/**
 * CPU time of the limit by that of a worker, in a short run, when this was last measured (0.020 to 0.027); most of such a run is compiling.
 * Not events a second: the limit is done within 50 ms, and by how long that took the ratio came out anywhere from 0.024 to 0.060.
 */
const LIMIT = { ratio: 0.024, tolerance: 1 / 3 };
/** Some 20,000 events. */
const SHORT = { orders: '2270', runs: '3', workers: '1', threads: '' };

const given = options(HELP, {
  orders: { type: 'string' }, file: { type: 'string' }, runs: { type: 'string' }, workers: { type: 'string' }, threads: { type: 'string' },
  'short': { type: 'boolean', default: false }, 'json': { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false },
});
const defaults = given.short ? SHORT : { orders: '50000', runs: '3', workers: '1,2', threads: '2' };
const runs = amount('runs', given.runs ?? defaults.runs);
const numbers = (name: string, list: string): readonly number[] => list.split(',').filter((text) => text !== '').map((text) => amount(name, text));
const counts = numbers('workers', given.workers ?? defaults.workers);
const threads = numbers('threads', given.threads ?? defaults.threads);
const input: Input = given.file === undefined ? { orders: amount('orders', given.orders ?? defaults.orders) } : { file: given.file };

runToEnd(async () => {
  const servers = await openServers();
  const filled = await install(servers);
  say('filling the source topics');
  const { events, bytes } = await fill(filled, input);
  const source = { events, filled };
  const [limit, ...workers] = await inTurn(runs, [
    { name: 'parse limit', run: () => runLimit(servers, source) },
    ...counts.map((count) => ({ name: contestantName(count, 1), run: () => runWorkers(servers, source, count) })),
    ...threads.map((count) => ({ name: contestantName(1, count), run: () => runWorkers(servers, source, 1, count) })),
  ]);
  const ratios = ratiosOf(limit, workers);
  const on = await machine(servers, filled);
  const what = `${events.toLocaleString('en')} events of ${bytes} bytes, ${runs} ${runs === 1 ? 'run' : 'runs'} each; every answer verified`;
  const shown = [...ratios.map(({ name, value }) => `- ${name}: ${value.toFixed(3)}`), '', tableOf([limit, ...workers]), '', `${what}. ${on}. \`${commandLine('bench')}\`.`].join('\n');
  process.stdout.write(given.json ? `${JSON.stringify({ ratios, machine: on, command: commandLine('bench'), events, bytes, limit, workers }, null, 1)}\n` : `${shown}\n`);
  const [one] = workers;
  if (one !== undefined && !given.short) keepResult('throughput', { eventsPerSecond: rateOf(one) });
  if (given['write-docs']) writeSection('bench', shown);
  return given.short ? judge(one === undefined ? NaN : cpuOf(limit) / cpuOf(one)) : 0;
});

function judge(ratio: number): number {
  if (!isRegression(ratio, LIMIT.ratio, LIMIT.tolerance)) return 0;
  say(`a worker takes more than it did: the parse limit's CPU time is ${ratio.toFixed(4)} of a worker's, ${LIMIT.ratio} when it was last measured`);
  return 1;
}
