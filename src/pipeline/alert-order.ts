import type { PatternSeverity } from '../contracts/names.js';

/** Where an alert stands among those to be done: what is due first, then the worse, then by id, so that no two are in the same place. */
export type Rank = readonly [actBy: number, severity: number, id: string];

interface Ranked {
  /** RFC 3339; null: acting no longer helps. */
  readonly actBy: string | null;
  readonly severity: PatternSeverity;
  /** Of the alert. */
  readonly id: string;
}

/** What acting no longer helps comes last; an instant that no `actBy` reaches. */
const NEVER = Number.MAX_SAFE_INTEGER;

export const rankOf = ({ actBy, severity, id }: Ranked): Rank => [actBy === null ? NEVER : Date.parse(actBy), severity === 'critical' ? 0 : 1, id];

export const isBefore = (a: Rank, b: Rank): boolean => {
  if (a[0] !== b[0]) return a[0] < b[0];
  return a[1] === b[1] ? a[2] < b[2] : a[1] < b[1];
};

/** Names that are counted apart; further ones are left out, so that whoever makes them up takes no room. */
const MOST_COUNTED = 100_000;

/** Which names come up most among alerts: causes, customers. null is none. */
export function createTally() {
  const counts = new Map<string, number>();
  return {
    add(name: string | null): void {
      if (name !== null && (counts.has(name) || counts.size < MOST_COUNTED)) counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    /** At most `limit` of those with `atLeast` alerts, the commonest first. */
    most: (limit: number, atLeast = 1): [string, number][] =>
      [...counts].filter(([, alerts]) => alerts >= atLeast).sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1)).slice(0, limit),
  };
}
