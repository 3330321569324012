import { availableParallelism, totalmem } from 'node:os';

/** What this process may use. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Two threads of lanes hold up to 1.4 GB in a backlog, one 0.8 GB (docs/benchmarks.md). */
const MEMORY_OF_TWO = 2e9;

/**
 * How many threads work lanes where nobody says: two tell sooner of what happens and do more of a backlog, as long as each has a core and
 * both have the memory. No more than two, so that a worker takes much the same of every machine; what is larger is for an operator to give.
 * @returns 1: the main one
 */
export const usualLaneThreads = ({ cores, memoryBytes }: Machine): number => (cores >= 2 && memoryBytes >= MEMORY_OF_TWO ? 2 : 1);

/** Limits of a container included. */
export function thisMachine(): Machine {
  // 0, where the system doesn't tell.
  const limit = process.constrainedMemory() || Infinity;
  return { cores: availableParallelism(), memoryBytes: Math.min(totalmem(), limit) };
}
