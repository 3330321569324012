import type { Run } from './runs.js';
import type { Ended } from './script.js';

/** What the comparison bench saw of a program that worked off the topics. */
export interface Drained extends Omit<Run, 'rssBytes'> {
  /** Of the second half of the events alone. */
  readonly steadyEventsPerSecond: number;
  /** So many cores were busy with other programs meanwhile. */
  readonly otherCores: number;
}

/** The comparison bench tells the share of two cores. */
const CORES_OF_SHARE = 2;

/** As `drain.mjs` prints it, be it called by itself or by `run.sh`. @throws when it failed, or saw too little of the work */
export function drainedOf(ended: Ended): Drained {
  const said = lastJsonOf(ended);
  const figure = (name: string): number => {
    const value = said[name];
    if (typeof value === 'number') return value;
    // What can't be divided by nothing is null in JSON.
    if (value === null) throw new Error('the run was too short to be measured: give it more orders');
    throw new Error(`the comparison bench is another version: it tells no ${name}`);
  };
  return {
    eventsPerSecond: figure('eventsPerSecond'), steadyEventsPerSecond: figure('steadyEventsPerSecond'), otherCores: figure('otherCpuShare') * CORES_OF_SHARE,
    cpu: {
      program: figure('cpuSecondsPerMillion'), broker: known(figure('brokerCpuSecondsPerMillion')),
      redis: said['redisCpuSecondsPerMillion'] === undefined ? null : known(figure('redisCpuSecondsPerMillion')),
    },
  };
}

/** How what was published differs from what there is to be found, as `check.mjs` prints it. @throws when it compared nothing */
export function foundOf(ended: Ended): readonly string[] {
  // It ends with 1 when anything differs.
  const { wrong } = lastJsonOf(ended, [0, 1]);
  if (!Array.isArray(wrong)) throw new Error('the comparison bench is another version: it tells not what differs');
  return wrong.map(String);
}

/** The last line that is a JSON object: what a program of the comparison bench found. @throws when it failed, with the end of what it said */
export function lastJsonOf({ code, stdout, stderr }: Ended, expected: readonly (number | null)[] = [0]): Readonly<Record<string, unknown>> {
  const line = stdout.trimEnd().split('\n').findLast((text) => text.startsWith('{'));
  if (!expected.includes(code) || line === undefined) throw new Error(`the comparison bench failed (${code ?? 'by a signal'}): ${`${stdout}\n${stderr}`.trim().slice(-800)}`);
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** It tells 0 of a process that it can't find. */
const known = (seconds: number): number | null => (seconds > 0 ? seconds : null);
