import { say } from './ending.js';
import type { Run } from './runs.js';
import { thousands, type Contestant } from './throughput-report.js';

/** What can be run, again and again. */
export interface Entry<R extends Run = Run> {
  readonly name: string;
  readonly run: () => Promise<R>;
}

/** What came of each entry, in their order. */
type Contestants<E extends readonly Entry[]> = { readonly [At in keyof E]: Contestant<Awaited<ReturnType<E[At]['run']>>> };

/** Every entry once, then all of them again: what slows the machine for a while slows all alike. */
export async function inTurn<const E extends readonly Entry[]>(runs: number, entries: E): Promise<Contestants<E>> {
  const contestants = entries.map(({ name, run }) => ({ name, run, runs: [] as Run[] }));
  for (let round = 1; round <= runs; round += 1) {
    for (const { name, run, runs: done } of contestants) {
      say(`run ${round} of ${runs}: ${name}`);
      const measured = await run();
      done.push(measured);
      say(`  ${thousands(measured.eventsPerSecond)} events a second`);
    }
  }
  return contestants.map(({ name, runs: done }) => ({ name, runs: done })) as unknown as Contestants<E>;
}
