import { median, medianKnown } from './statistics.js';
import type { Run } from './runs.js';

/** What was run, and what each run of it took. */
export interface Contestant {
  readonly name: string;
  readonly runs: readonly Run[];
}

export interface Ratio {
  readonly name: string;
  readonly value: number;
}

export const rateOf = ({ runs }: Contestant): number => median(runs.map(({ eventsPerSecond }) => eventsPerSecond));

/** Seconds of the program itself per million events. */
export const cpuOf = ({ runs }: Contestant): number => median(runs.map(({ cpu }) => cpu.program));

/** What can be compared between machines: one worker to the limit, and each further number of workers to one. */
export function ratiosOf(limit: Contestant, workers: readonly Contestant[]): readonly Ratio[] {
  const [one, ...more] = workers;
  if (one === undefined) return [];
  return [
    { name: `${one.name} / ${limit.name}`, value: rateOf(one) / rateOf(limit) },
    ...more.map((several) => ({ name: `${several.name} / ${one.name}`, value: rateOf(several) / rateOf(one) })),
  ];
}

/** Has the ratio fallen by more than `tolerance` (a share) below what it was? */
export const isRegression = (ratio: number, was: number, tolerance: number): boolean => !(ratio >= was * (1 - tolerance));

/** A Markdown table, which reads as one on a terminal too. */
export function tableOf(contestants: readonly Contestant[]): string {
  const cells = contestants.map((contestant) => {
    const rates = contestant.runs.map(({ eventsPerSecond }) => eventsPerSecond);
    const cpu = (of: keyof Run['cpu']): string => shown(medianKnown(contestant.runs.map((run) => run.cpu[of])));
    return [
      contestant.name, `${thousands(rateOf(contestant))} (${thousands(Math.min(...rates))} to ${thousands(Math.max(...rates))})`, cpu('program'), cpu('redis'), cpu('broker'),
      String(Math.round(Math.max(...contestant.runs.map(({ rssBytes }) => rssBytes)) / 1e6)),
    ];
  });
  const head = ['median of the runs (least to most)', 'events a second', 'CPU s per million: program', 'Redis', 'broker', 'memory, MB'];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export const thousands = (perSecond: number): string => `${(perSecond / 1_000).toFixed(1)} k`;
const shown = (seconds: number | null): string => (seconds === null ? '' : seconds.toFixed(1));
