import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repositoryRoot } from '../../test/support/services/places.js';
import { chartOf } from './chart.js';
import { commandLine } from './command-line.js';
import { runToEnd, say } from './ending.js';
import { install } from './installation.js';
import { RAMP_MS, startLoad } from './live-load.js';
import { machine } from './machine.js';
import { amount, options } from './options.js';
import { keptRate, writeSection } from './results.js';
import { openServers } from './servers.js';
import { FIGURES, quartersOf, takeSample, type Sample } from './soak-samples.js';
import { startWorker, untilReady } from './worker.js';

const HELP = `npm run bench:soak -- [options]

Whether a worker stays as it is: one under a steady load on real Kafka and Redis, as \`npm run bench\` starts or finds them. Every so often it
notes the memory of worker and Redis, the delay of the event loop, what waits in the outbox and what is not read yet, and at the end compares
the first quarter of the time with the last.

  --minutes N    how long (default 60)
  --rate N       events a second (default: 70 % of what one worker did when \`npm run bench\` was last run here, else 5000)
  --every N      seconds between two samples (default 10)
  --svg FILE     where the picture goes (default docs/README-assets/soak.svg with --write-docs, else none)
  --json         samples as one JSON object on standard output
  --write-docs   results and picture into docs/benchmarks.md

Examples:
  npm run bench:soak -- --minutes 60 --rate 5000
  npm run bench:soak -- --minutes 5 --svg soak.svg
`;
const DEFAULT_RATE = 5_000;
const SHARE_OF_MOST = 0.7;
const READY_MS = 60_000;
const PICTURE = join('docs', 'README-assets', 'soak.svg');

const given = options(HELP, {
  'minutes': { type: 'string' }, 'rate': { type: 'string' }, 'every': { type: 'string' }, 'svg': { type: 'string' },
  'json': { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false },
});
const minutes = amount('minutes', given.minutes ?? '60');
const kept = keptRate();
const rate = given.rate === undefined ? Math.round(kept === null ? DEFAULT_RATE : SHARE_OF_MOST * kept) : amount('rate', given.rate);
const everyMs = amount('every', given.every ?? '10') * 1_000;
const svg = given.svg ?? (given['write-docs'] ? join(repositoryRoot, PICTURE) : null);

runToEnd(async () => {
  const servers = await openServers();
  const installation = await install(servers);
  const worker = await startWorker(installation);
  await untilReady([worker], READY_MS);
  const load = await startLoad(installation, { rate });
  say(`${rate} events a second for ${minutes} minutes, after ${RAMP_MS / 1_000} s of growing load`);
  await pause(RAMP_MS);

  const began = Date.now();
  const sentBefore = load.sent;
  const samples: Sample[] = [];
  for (let next = began; next <= began + minutes * 60_000; next += everyMs) {
    await pause(Math.max(0, next - Date.now()));
    const sample = await takeSample((Date.now() - began) / 60_000, worker, installation.redis);
    samples.push(sample);
    if (samples.length % 6 === 1) say(`  ${sample.minutes.toFixed(0)} min: worker ${sample.rssMb.toFixed(0)} MB, Redis ${sample.redisMb.toFixed(0)} MB, lag ${sample.lag}`);
  }
  const sentPerSecond = Math.round((load.sent - sentBefore) / ((Date.now() - began) / 1_000));
  await load.stop();
  await worker.stop();

  const on = await machine(servers, installation);
  const title = `${minutes} minutes at ${sentPerSecond.toLocaleString('en')} events a second`;
  if (svg !== null) writeFileSync(svg, chartOf(title, samples.map((sample) => sample.minutes), FIGURES.map(([figure, name]) => ({ name, values: samples.map((sample) => sample[figure]) }))));
  const shown = [
    `| ${title} | first quarter, median | last quarter, median |`, '| --- | --- | --- |',
    ...FIGURES.map(([figure, name]) => {
      const { first, last } = quartersOf(samples, figure);
      return `| ${name} | ${first.toFixed(0)} | ${last.toFixed(0)} |`;
    }),
    '', `${samples.length} samples. ${on}. \`${commandLine('bench:soak')}\`.`,
  ].join('\n');
  process.stdout.write(given.json ? `${JSON.stringify({ machine: on, command: commandLine('bench:soak'), sentPerSecond, samples }, null, 1)}\n` : `${shown}\n`);
  if (given['write-docs']) writeSection('bench:soak', shown);
  return 0;
});
