import type { OpenAlert, WorklistPageBody } from '../../contracts/alerts.js';

/** Where an alert stands on the worklist: what is due first, then the worse, then by id, so that no two are in the same place. */
export type Rank = readonly [actBy: number, severity: number, id: string];

/** What acting no longer helps comes last; an instant that no `actBy` reaches. */
const NEVER = Number.MAX_SAFE_INTEGER;

export const rankOf = ({ actBy, severity, id }: OpenAlert): Rank => [actBy === null ? NEVER : Date.parse(actBy), severity === 'critical' ? 0 : 1, id];

export const isBefore = (a: Rank, b: Rank): boolean => {
  if (a[0] !== b[0]) return a[0] < b[0];
  return a[1] === b[1] ? a[2] < b[2] : a[1] < b[1];
};

/** Causes, and customers, that are counted apart; further ones are left out, so that whoever makes them up takes no room. */
const MOST_COUNTED = 100_000;
const SHOWN = 10;

/** Takes all alerts of the list, in whatever order, and keeps one page of them. */
export function createWorklist(after: Rank | null, limit: number) {
  /** Those of the page, and one more if there is one, in order. */
  const page: { readonly rank: Rank; readonly alert: OpenAlert }[] = [];
  const causes = createTally();
  const customers = createTally();
  let total = 0;
  const insert = (rank: Rank, alert: OpenAlert): void => {
    let low = 0;
    for (let high = page.length; low < high;) {
      const middle = (low + high) >> 1;
      if (page[middle] !== undefined && isBefore(page[middle].rank, rank)) low = middle + 1;
      else high = middle;
    }
    if (low > limit) return;
    page.splice(low, 0, { rank, alert });
    page.length = Math.min(page.length, limit + 1);
  };
  return {
    add(alert: OpenAlert): void {
      total += 1;
      causes.add(alert.causeGroup);
      customers.add(alert.customerId);
      const rank = rankOf(alert);
      if (after === null || isBefore(after, rank)) insert(rank, alert);
    },
    /** `last`: after which the next page begins; null: there is none. */
    result(): Omit<WorklistPageBody, 'nextCursor'> & { readonly last: Rank | null } {
      const shown = page.slice(0, limit);
      return {
        alerts: shown.map(({ alert }) => alert), total,
        causeGroups: causes.most().map(([causeGroup, alerts]) => ({ causeGroup, alerts })),
        customers: customers.most().map(([customerId, alerts]) => ({ customerId, alerts })),
        last: page.length > limit ? (shown.at(-1)?.rank ?? null) : null,
      };
    },
  };
}

/** Which names come up most, null being none. One of a single alert says nothing. */
function createTally() {
  const counts = new Map<string, number>();
  return {
    add(name: string | null): void {
      if (name !== null && (counts.has(name) || counts.size < MOST_COUNTED)) counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    most: (): [string, number][] =>
      [...counts].filter(([, alerts]) => alerts > 1).sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1)).slice(0, SHOWN),
  };
}
