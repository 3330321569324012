import { getOrInsert } from '../get-or-insert.js';
import type { Moved } from './difference.js';

/** How many orders have something of this name, and what becomes of it. */
export interface NameCount {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly gained: number;
  readonly lost: number;
  /** They have it before and after, but otherwise: another severity, state, time or detail. */
  readonly changed: number;
  /** Some order ids of each, the first that came. */
  readonly examples: Readonly<Record<keyof Moved, readonly string[]>>;
}

type Counting = { -readonly [K in Exclude<keyof NameCount, 'examples'>]: NameCount[K] } & { readonly examples: Record<keyof Moved, string[]> };

/** Counts orders by name; keeps at most so many examples of each kind. */
export function createNamesCount(mostExamples: number) {
  const names = new Map<string, Counting>();
  const of = (name: string): Counting =>
    getOrInsert(names, name, () => ({ name, before: 0, after: 0, gained: 0, lost: 0, changed: 0, examples: { gained: [], lost: [], changed: [] } }));
  return {
    /** An order that has these before and these after. */
    add(before: readonly string[], after: readonly string[]): void {
      for (const name of before) of(name).before += 1;
      for (const name of after) of(name).after += 1;
    },
    moved(orderId: string, moved: Moved): void {
      for (const how of ['gained', 'lost', 'changed'] as const) {
        for (const name of moved[how]) {
          const count = of(name);
          count[how] += 1;
          if (count.examples[how].length < mostExamples) count.examples[how].push(orderId);
        }
      }
    },
    /** By name, or in this order. */
    result: (order: readonly string[] = [...names.keys()].sort()): readonly NameCount[] => order.flatMap((name) => names.get(name) ?? []),
  };
}
