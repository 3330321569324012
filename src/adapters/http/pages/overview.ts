import type { Verdict } from '../../../contracts/names.js';
import { guidanceOf, type AlertGuidance, type AlertRules } from '../../../core/alert-rules.js';
import type { OrderView } from '../ports.js';
import type { StoreAccess } from '../store-access.js';

/** What the front page knows: a bounded look at the store, whatever its size. */
export interface Overview {
  readonly counts: Readonly<Record<CountedVerdict | 'all', BoundedCount>>;
  /** Worst first. */
  readonly worst: readonly OrderView[];
  /** Where acting still helps, the most urgent first. */
  readonly needsPerson: readonly OpenAlert[];
  /** Some orders with a bad verdict were not looked at. */
  readonly partial: boolean;
}

export type CountedVerdict = Extract<Verdict, 'failed' | 'poor' | 'fair'>;

export interface BoundedCount {
  readonly count: number;
  /** There are more. */
  readonly atLeast: boolean;
}

export interface OpenAlert {
  readonly view: OrderView;
  readonly guidance: AlertGuidance;
}

/** Ids counted per verdict, and orders read in full, for one look. */
const MOST_COUNTED = 2_000;
const MOST_READ = 300;
const READ_AT_ONCE = 50;
const SHOWN_WORST = 15;
const SHOWN_ALERTS = 12;

/** @param now wall clock, ms: what was to be done earlier isn't shown as work */
export async function readOverview(store: StoreAccess, rules: AlertRules, now: number): Promise<Overview> {
  const [failed, poor, fair, all] = await Promise.all(
    ['verdict:failed', 'verdict:poor', 'verdict:fair', null].map((index) => store.page(index, null, MOST_COUNTED)));
  const count = (page: { readonly orderIds: readonly string[]; readonly cursor: string | null } | undefined): BoundedCount =>
    ({ count: page?.orderIds.length ?? 0, atLeast: page !== undefined && page.cursor !== null });
  const candidates = [...(failed?.orderIds ?? []), ...(poor?.orderIds ?? [])];
  const views = await readAll(store, candidates.slice(0, MOST_READ));
  return {
    counts: { failed: count(failed), poor: count(poor), fair: count(fair), all: count(all) },
    worst: views.toSorted(worstFirst).slice(0, SHOWN_WORST),
    needsPerson: openAlerts(views, rules, now).slice(0, SHOWN_ALERTS),
    partial: candidates.length > MOST_READ || count(failed).atLeast || count(poor).atLeast,
  };
}

async function readAll(store: StoreAccess, orderIds: readonly string[]): Promise<OrderView[]> {
  const views: OrderView[] = [];
  for (let from = 0; from < orderIds.length; from += READ_AT_ONCE) {
    const some = await Promise.all(orderIds.slice(from, from + READ_AT_ONCE).map((orderId) => store.view(orderId)));
    views.push(...some.filter((view) => view !== null));
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

/** Alerts on which acting still helps now, by when it stops doing so. */
function openAlerts(views: readonly OrderView[], rules: AlertRules, now: number): OpenAlert[] {
  return views
    .flatMap((view): OpenAlert[] => {
      const [first, ...rest] = view.assessment.patterns;
      return first === undefined ? [] : [{ view, guidance: guidanceOf(rules, [first, ...rest], view.assessment.place, view.assessment.end !== null) }];
    })
    .filter(({ guidance }) => guidance.actBy !== null && guidance.actBy >= now)
    .sort((a, b) => (a.guidance.actBy ?? 0) - (b.guidance.actBy ?? 0));
}
