import { commandLine } from './command-line.js';
import { runToEnd, say } from './ending.js';
import { memory } from './growth-memory.js';
import { openOrders } from './growth-open-orders.js';
import * as rates from './growth-rates.js';
import { rebuild } from './growth-rebuild.js';
import { shownFinding, type Finding } from './growth-report.js';
import { install } from './installation.js';
import { machine } from './machine.js';
import { amount, options, refuse } from './options.js';
import { keepResult, writeSection } from './results.js';
import { openServers, type Servers } from './servers.js';

const HELP = `npm run bench:growth -- [options]

Whether a worker stays as fast as its work grows. Each row changes one thing and leaves all else alone; ratios come first. On real Kafka and
Redis, as \`npm run bench\` starts or finds them.

  --rows LIST    which, by commas (default: all of them)
    open-orders  with 20,000 and 200,000 open orders in Redis: rate, and time from a worker's start to its first derived record
    memory       Redis memory of an open order of 10 facts, by part
    partitions   rate with 8 and 64 partitions of each topic
    workers      rate of one and two workers
    lines        CPU time of an event in orders of 1, 5 and 20 lines
    facts        CPU time of an event in orders of 10, 100, 1,000 and 5,000 facts
    derived      CPU time of an event where none, a quarter and all of the orders have something to be told of
    rebuild      how long \`touchpoint lanes rebuild\` takes over a million events
  --large        2,000,000 open orders as well, and a rebuild of 10,000,000 events
  --runs N       runs of each, of which the median counts (default 3)
  --events N     events that are measured in a run of partitions, workers, lines, facts and derived (default 240000)
  --json         results as one JSON object on standard output
  --write-docs   results into docs/benchmarks.md

Examples:
  npm run bench:growth -- --rows open-orders,memory
  npm run bench:growth -- --rows open-orders --large --runs 1
  npm run bench:growth -- --rows facts --events 20000 --json
`;

const given = options(HELP, {
  'rows': { type: 'string' }, 'large': { type: 'boolean', default: false }, 'runs': { type: 'string' }, 'events': { type: 'string' },
  'json': { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false },
});
const scale = { runs: amount('runs', given.runs ?? '3'), events: amount('events', given.events ?? '240000') };

const ROWS: Readonly<Record<string, (servers: Servers) => Promise<Finding>>> = {
  'open-orders': (servers) => openOrders(servers, given.large ? [20_000, 200_000, 2_000_000] : [20_000, 200_000], scale.runs),
  'memory': memory,
  'partitions': (servers) => rates.partitions(servers, scale),
  'workers': (servers) => rates.workers(servers, scale),
  'lines': (servers) => rates.lines(servers, scale),
  'facts': (servers) => rates.facts(servers, scale),
  'derived': (servers) => rates.derived(servers, scale),
  'rebuild': (servers) => rebuild(servers, given.large ? 10_000_000 : 1_000_000),
};

const chosen = (given.rows ?? Object.keys(ROWS).join(',')).split(',');
const unknown = chosen.find((row) => !Object.hasOwn(ROWS, row));
if (unknown !== undefined) refuse(`--rows ${unknown}: expected any of ${Object.keys(ROWS).join(', ')}`);

runToEnd(async () => {
  const servers = await openServers();
  const on = await machine(servers, await install(servers));
  const findings: Record<string, Finding> = {};
  for (const row of chosen) {
    say(row);
    const finding = await ROWS[row]?.(servers);
    if (finding === undefined) continue;
    findings[row] = finding;
    keepResult(`growth-${row}`, finding);
    const shown = shownFinding({ ...finding, note: `${finding.note} ${on}. \`${commandLine('bench:growth')}\`.` });
    if (!given.json) process.stdout.write(`${row}\n${shown}\n\n`);
    if (given['write-docs']) writeSection(`bench:growth -- --rows ${row}`, shown);
  }
  if (given.json) process.stdout.write(`${JSON.stringify({ machine: on, command: commandLine('bench:growth'), findings }, null, 1)}\n`);
  return 0;
});
