import { tableOfRows, type Finding, type Judged } from './growth-report.js';
import type { Drained } from './peer-output.js';
import type { Run } from './runs.js';
import { median } from './statistics.js';
import { COSTS, costsOf, rangeOf, ratioOf, type Contestant } from './throughput-report.js';

export interface PeerRun extends Run, Drained {
  /** How what it published differs from what there is to be found, in words. */
  readonly differences: readonly string[];
}

export interface Measured {
  readonly orders: number;
  readonly runs: number;
  readonly events: number;
  /** Of the values alone, per event. */
  readonly bytes: number;
  /** Its version, and that of Java. */
  readonly kafkaStreams: string;
}

/** What is asked of a worker beside Kafka Streams of as many threads, and what is aimed at. */
const BOUNDS = { least: 0.7, better: 1 };
/** And beside reading and parsing alone. */
const OF_LIMIT = { least: 0.15, better: 0.25 };
const RATES = [
  { of: '', rateOf: ({ eventsPerSecond }: PeerRun): number => eventsPerSecond, bounds: BOUNDS },
  // By then Java has compiled: what a longer run comes to.
  { of: ', second half alone', rateOf: ({ steadyEventsPerSecond }: PeerRun): number => steadyEventsPerSecond, bounds: {} },
];

/** Contestants come in pairs of as many threads: Kafka Streams, then a worker. */
export function findingOf(limit: Contestant, contestants: readonly Contestant<PeerRun>[], measured: Measured): Finding {
  const ofLimit = pairsOf(contestants).map(([, ours]): Judged => ({ ...ratioOf(ours, limit), ...OF_LIMIT }));
  const ratios = RATES.flatMap(({ of, rateOf, bounds }) => pairsOf(contestants).map(([theirs, ours]): Judged => ({
    name: `${ours.name} / ${theirs.name}${of}`, value: median(ours.runs.map(rateOf)) / median(theirs.runs.map(rateOf)), ...bounds,
  })));
  const rows = [
    [limit.name, rangeOf(limit.runs.map(({ eventsPerSecond }) => eventsPerSecond)), '', ...costsOf(limit.runs)],
    ...contestants.map(({ name, runs }) => [name, ...RATES.map(({ rateOf }) => rangeOf(runs.map(rateOf))), ...costsOf(runs)]),
  ];
  return { ratios: [...ratios, ...ofLimit], table: tableOfRows([['median of the runs (least to most)', 'events a second', 'second half alone', ...COSTS], ...rows]), note: noteOf(contestants, measured) };
}

function pairsOf<T>(list: readonly T[]): readonly (readonly [T, T])[] {
  return list.flatMap((first, at) => {
    const second = list[at + 1];
    return at % 2 === 1 || second === undefined ? [] : [[first, second] as const];
  });
}

function noteOf(contestants: readonly Contestant<PeerRun>[], { orders, runs, events, bytes, kafkaStreams }: Measured): string {
  const all = contestants.flatMap((contestant) => contestant.runs);
  const differences = new Set(all.flatMap((run) => run.differences));
  return [
    `CX-1 of ${orders.toLocaleString('en')} orders, ${events.toLocaleString('en')} events of ${bytes} bytes, ${runs} ${runs === 1 ? 'run' : 'runs'} of each in turn.`,
    `Other programs took at most ${Math.max(...all.map(({ otherCores }) => otherCores)).toFixed(2)} of a core meanwhile.`,
    `Kafka Streams ${kafkaStreams}, exactly-once v2: every answer as expected. A worker: every answer verified`,
    differences.size === 0 ? 'and as expected of Kafka Streams.' : `by its own rules, which count otherwise than those for Kafka Streams: ${[...differences].join('; ')}.`,
  ].join(' ');
}
