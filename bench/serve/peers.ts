import { commandLine } from './command-line.js';
import { runToEnd, say } from './ending.js';
import { inTurn, type Entry } from './in-turn.js';
import { install, type Installation } from './installation.js';
import { machine } from './machine.js';
import { amount, options, refuse } from './options.js';
import { shownFinding } from './growth-report.js';
import { openPeer, type Peer } from './peer.js';
import { checkoutIn, lacksOf, versionsOf } from './peer-checkout.js';
import { findingOf, type PeerRun } from './peers-report.js';
import { peakBytesOf } from './processes.js';
import { writeSection } from './results.js';
import { endVerified, runLimit } from './runs.js';
import { openServers, type Servers } from './servers.js';
import { contestantName } from './throughput-report.js';
import { startWorker } from './worker.js';

const HELP = `npm run bench:peers -- --peer DIR [options]

\`touchpoint serve\` beside Kafka Streams (exactly-once v2): both work off the same topics, one after the other, and are measured from outside by
the offsets that they commit; in turn with them reading and JSON.parse alone. Ratios come first. Events, the program for Kafka Streams and what
measures both are those of the comparison bench, which is no part of this repository: DIR is a checkout of it, installed (\`npm install\`)
and built (\`mvn -q package\` in peer-kafka-streams). What Kafka Streams published is compared with what there is to be found, what a worker
did by \`touchpoint verify\`.
Kafka and Redis (appendfsync always) are started for it, unless KAFKA_BROKERS and REDIS_URL name some. Needs Linux, Java 17 and \`ss\`.

  --peer DIR     folder of the comparison bench (default: BENCH_PEER)
  --orders N     orders of CX-1, some 10 events each (default 60000; of some thousands starting up decides)
  --runs N       runs of each, of which the median counts (default 3)
  --json         results as one JSON object on standard output
  --write-docs   results into docs/benchmarks.md

Examples:
  npm run bench:peers -- --peer ../comparison-bench
  npm run bench:peers -- --peer ../comparison-bench --orders 5000 --runs 1
  BENCH_PEER=../comparison-bench npm run bench:peers -- --json > result.json
`;
const THREADS = [1, 2];

const given = options(HELP, {
  'peer': { type: 'string' }, 'orders': { type: 'string' }, 'runs': { type: 'string' },
  'json': { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false },
});
const scale = { orders: amount('orders', given.orders ?? '60000'), runs: amount('runs', given.runs ?? '3') };
const folder = given.peer ?? process.env['BENCH_PEER'] ?? '';
if (folder === '') refuse('no comparison bench is named: give its folder by --peer DIR or in BENCH_PEER; --help says what it is');
const checkout = checkoutIn(folder);
const lacks = lacksOf(checkout);
if (lacks.length > 0) refuse([`--peer ${folder}: it can't be run`, ...lacks.map((lack) => `  ${lack}`)].join('\n'));

runToEnd(async () => {
  const kafkaStreams = await versionsOf(checkout);
  const servers = await openServers();
  const filled = await install(servers);
  const peer = openPeer(checkout, filled);
  say(`filling the source topics with ${scale.orders.toLocaleString('en')} orders of CX-1`);
  const { events, bytes } = await peer.fill(scale.orders);
  const [limit, ...contestants] = await inTurn(scale.runs, [
    { name: 'parse limit', run: () => runLimit(servers, { events, filled }) },
    ...THREADS.flatMap((threads): Entry<PeerRun>[] => [
      { name: threads === 1 ? 'Kafka Streams, one thread' : `Kafka Streams, ${threads} threads`, run: async () => ({ ...await peer.kafkaStreams(threads), differences: [] }) },
      { name: contestantName(1, threads), run: () => runWorker(servers, filled, peer, threads) },
    ]),
  ]);
  const finding = findingOf(limit, contestants, { ...scale, events, bytes, kafkaStreams });
  const [on, command] = [await machine(servers, filled), commandLine('bench:peers', ['--peer'])];
  const shown = shownFinding({ ...finding, note: `${finding.note} ${on}. \`${command}\`.` });
  process.stdout.write(given.json ? `${JSON.stringify({ ratios: finding.ratios, machine: on, command, events, bytes, limit, contestants }, null, 1)}\n` : `${shown}\n`);
  if (given['write-docs']) writeSection('bench:peers', shown);
  return 0;
});

/** A worker of so many threads, from an empty state; afterwards its answer is verified, and compared as that of Kafka Streams is. */
async function runWorker(servers: Servers, { sources, partitions }: Installation, peer: Peer, threads: number): Promise<PeerRun> {
  const installation = await install(servers, { sources, partitions });
  const worker = await startWorker(installation, threads);
  const drained = await peer.drain(String(installation.env['KAFKA_GROUP_ID']), worker.pid);
  const rssBytes = peakBytesOf(worker.pid) ?? 0;
  await endVerified(installation, [worker]);
  const { outputs } = installation.config.topics;
  return { ...drained, rssBytes, differences: await peer.differences({ derived: outputs['cx.events'], dead: outputs['cx.dead-letters'] }) };
}
