import { median, medianKnown } from './statistics.js';
import type { Run } from './runs.js';

/** What was run, and what each run of it took. */
export interface Contestant<R extends Run = Run> {
  readonly name: string;
  readonly runs: readonly R[];
}

export interface Ratio {
  readonly name: string;
  readonly value: number;
}

/** Of so many workers, each of so many threads that work lanes. */
export function contestantName(workers: number, threads: number): string {
  const each = threads === 1 ? 'one thread' : `${threads} threads`;
  return workers === 1 ? `one worker of ${each}` : `${workers} workers of ${each} each`;
}

export const rateOf = ({ runs }: Contestant): number => median(runs.map(({ eventsPerSecond }) => eventsPerSecond));

/** Seconds of the program itself per million events. */
export const cpuOf = ({ runs }: Contestant): number => median(runs.map(({ cpu }) => cpu.program));

/** What can be compared between machines: all workers to the limit, and more workers or threads to the first of them. */
export function ratiosOf(limit: Contestant, workers: readonly Contestant[]): readonly Ratio[] {
  const [first, ...more] = workers;
  if (first === undefined) return [];
  return [...workers.map((worker) => ratioOf(worker, limit)), ...more.map((several) => ratioOf(several, first))];
}

export const ratioOf = (one: Contestant, other: Contestant): Ratio => ({ name: `${one.name} / ${other.name}`, value: rateOf(one) / rateOf(other) });

/** Has the ratio fallen by more than `tolerance` (a share) below what it was? */
export const isRegression = (ratio: number, was: number, tolerance: number): boolean => !(ratio >= was * (1 - tolerance));

/** A Markdown table, which reads as one on a terminal too. */
export function tableOf(contestants: readonly Contestant[]): string {
  const cells = contestants.map(({ name, runs }) => [name, rangeOf(runs.map(({ eventsPerSecond }) => eventsPerSecond)), ...costsOf(runs)]);
  const head = ['median of the runs (least to most)', 'events a second', ...COSTS];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What `costsOf` tells, in its order. */
export const COSTS = ['CPU s per million: program', 'Redis', 'broker', 'memory, MB'];

/** The median CPU time by whom it was taken, and the most memory. */
export function costsOf(runs: readonly Run[]): readonly string[] {
  const cpu = (of: keyof Run['cpu']): string => shown(medianKnown(runs.map((run) => run.cpu[of])));
  return [cpu('program'), cpu('redis'), cpu('broker'), String(Math.round(Math.max(...runs.map(({ rssBytes }) => rssBytes)) / 1e6))];
}

/** Events a second: the median, and between which they lie. */
export const rangeOf = (rates: readonly number[]): string => `${thousands(median(rates))} (${thousands(Math.min(...rates))} to ${thousands(Math.max(...rates))})`;

export const thousands = (perSecond: number): string => `${(perSecond / 1_000).toFixed(1)} k`;
const shown = (seconds: number | null): string => (seconds === null ? '' : seconds.toFixed(1));
