import type { OpenAlert, WorklistPageBody } from '../../contracts/alerts.js';
import { createTally, isBefore, type Rank, rankOf } from '../../pipeline/alert-order.js';

/** Causes and customers that are named. */
const SHOWN = 10;
/** One of a single alert says nothing. */
const SEVERAL = 2;

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
        causeGroups: causes.most(SHOWN, SEVERAL).map(([causeGroup, alerts]) => ({ causeGroup, alerts })),
        customers: customers.most(SHOWN, SEVERAL).map(([customerId, alerts]) => ({ customerId, alerts })),
        last: page.length > limit ? (shown.at(-1)?.rank ?? null) : null,
      };
    },
  };
}
