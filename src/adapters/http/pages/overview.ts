import type { OpenAlert } from '../../../contracts/alerts.js';
import type { Verdict } from '../../../contracts/names.js';
import type { Lacks } from '../lacks.js';
import { handledAlerts, openAlertOf } from '../open-alerts.js';
import type { HttpPorts, OrderView } from '../ports.js';
import type { StoreAccess } from '../store-access.js';
import { isBefore, rankOf } from '../../../pipeline/alert-order.js';

/** What the front page knows: a bounded look at the store, whatever its size. */
export interface Overview {
  readonly counts: Readonly<Record<CountedVerdict | 'all', BoundedCount>>;
  /** Worst first. */
  readonly worst: readonly OrderView[];
  /** Where acting still helps, the most urgent first. */
  readonly needsPerson: readonly OpenAlert[];
  /** Some orders with a bad verdict were not looked at. */
  readonly partial: boolean;
  readonly lacks: Lacks;
}

export type CountedVerdict = Extract<Verdict, 'failed' | 'poor' | 'fair'>;

export interface BoundedCount {
  readonly count: number;
  /** There are more. */
  readonly atLeast: boolean;
}

/** Ids counted per verdict, and orders read in full, for one look. */
const MOST_COUNTED = 2_000;
const MOST_READ = 300;
const READ_AT_ONCE = 50;
const SHOWN_WORST = 15;
const SHOWN_ALERTS = 12;

export async function readOverview(store: StoreAccess, ports: HttpPorts): Promise<Overview> {
  const [failed, poor, fair, all] = await Promise.all(
    ['verdict:failed', 'verdict:poor', 'verdict:fair', null].map((index) => store.page(index, null, MOST_COUNTED)));
  const count = (page: { readonly orderIds: readonly string[]; readonly cursor: string | null } | undefined): BoundedCount =>
    ({ count: page?.orderIds.length ?? 0, atLeast: page !== undefined && page.cursor !== null });
  const candidates = [...(failed?.orderIds ?? []), ...(poor?.orderIds ?? [])];
  const views = await readAll(store, candidates.slice(0, MOST_READ));
  return {
    counts: { failed: count(failed), poor: count(poor), fair: count(fair), all: count(all) },
    worst: views.toSorted(worstFirst).slice(0, SHOWN_WORST),
    needsPerson: (await usefulAlerts(views, ports, store)).slice(0, SHOWN_ALERTS),
    partial: candidates.length > MOST_READ || count(failed).atLeast || count(poor).atLeast,
    lacks: await store.lacks(),
  };
}

async function readAll(store: StoreAccess, orderIds: readonly string[]): Promise<OrderView[]> {
  const views: OrderView[] = [];
  for (let from = 0; from < orderIds.length; from += READ_AT_ONCE) {
    views.push(...(await store.views(orderIds.slice(from, from + READ_AT_ONCE))));
  }
  return views;
}

const RANK: Readonly<Record<Verdict, number>> = { failed: 0, poor: 1, fair: 2, on_course: 3, good: 4 };

/** By verdict, then what is still under way, then the weight of its signals, then the latest trouble. */
export function worstFirst({ assessment: a }: OrderView, { assessment: b }: OrderView): number {
  return RANK[a.verdict] - RANK[b.verdict]
    || Number(a.end !== null) - Number(b.end !== null)
    || weight(b) - weight(a)
    || latest(b) - latest(a)
    || (a.orderId < b.orderId ? -1 : 1);
}

type Signals = Pick<OrderView['assessment'], 'signals'>;
const weight = ({ signals }: Signals): number => signals.reduce((sum, { severity }) => sum + severity, 0);
const latest = ({ signals }: Signals): number => signals.reduce((last, { opensAt }) => Math.max(last, opensAt), 0);

/** Alerts on which acting still helps now and that nobody put off, as the worklist has them. */
async function usefulAlerts(views: readonly OrderView[], ports: HttpPorts, store: StoreAccess): Promise<OpenAlert[]> {
  const now = ports.clock.now();
  const alerts = await handledAlerts(views.flatMap((view) => openAlertOf(view, ports) ?? []), ports, store);
  return alerts.filter(({ actBy, snoozed }) => snoozed === null && actBy !== null && Date.parse(actBy) >= now).sort((a, b) => (isBefore(rankOf(a), rankOf(b)) ? -1 : 1));
}
