import { availableParallelism } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Fits V8's heap to a long run over many short-lived objects. It only helps before the heap has grown, so this comes first
 * of all. The first two were measured to cost a replay a third of its time (a service some 4 %), the last a tenth:
 * - The space for new objects grows by doubling; what outlives a small one is copied, kept and marked in vain.
 * - Where a few of the objects that a line of code makes live long, V8 makes all of them in the old space. They die there as
 *   young as ever, and until the old space is collected they keep alive whatever they point at.
 * - On a single core, threads that collect side by side only wait for each other, and marking bit by bit while the heap
 *   grows is work on top, where nobody waits for an answer. A service on two cores has better use for the second: with two
 *   threads of lanes it does 1.07 as much where new objects are collected by the thread that made them alone.
 * @param answers whether somebody does: the process must not stand still for the length of a whole collection
 */
export function fitHeap({ answers }: { readonly answers: boolean }): void {
  setFlagsFromString('--semi-space-growth-factor=64');
  setFlagsFromString('--no-allocation-site-pretenuring');
  const cores = availableParallelism();
  if (cores <= (answers ? 2 : 1)) setFlagsFromString('--no-parallel-scavenge');
  if (cores === 1 && !answers) setFlagsFromString('--no-incremental-marking');
}

/** Does it hold more than half of what it may ever hold, garbage included? */
export function isHeapHalfFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit / 2;
}
