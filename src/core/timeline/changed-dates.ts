import type { NoticeBucket } from '../../contracts/names.js';
import type { FactOf } from '../fact.js';
import type { PromisePeriod } from '../promises.js';
import type { AssessmentContext, Rules } from '../rules.js';
import type { ZonedDays } from '../zoned-days.js';
import type { History } from './history.js';

type Notice = FactOf<'notification.sent'>;

const DAY = 86_400_000;

/** A promised date that the company changed, or missed, and what the customer was told of it (rulings 47-50). */
export interface ChangedDate {
  readonly kind: 'changed' | 'missed';
  readonly period: PromisePeriod;
  /** The change, or the date itself where it was missed; ms. */
  readonly changedAt: number;
  /** Until this has passed, silence proves nothing; ms. */
  readonly due: number;
  /** When it is too late for a notice, or was from the start; ms. */
  readonly opensAt: number;
  /** The earliest notice that speaks of it. */
  readonly notice: Notice | null;
  /** Null: not decided, or never to be, since the order ended in time. */
  readonly bucket: NoticeBucket | null;
}

const NONE: readonly ChangedDate[] = [];

/** Every date of an order that the customer should have heard of by its promise's end, as of the time reached `at`. */
export function changedDates(history: History, at: number, context: AssessmentContext): readonly ChangedDate[] {
  const { periods } = history.promises;
  let dates: ChangedDate[] | null = null;
  for (let i = 0; i < periods.length; i++) {
    const period = periods[i];
    if (period === undefined) continue;
    const kind = kindOf(period, at, context.rules);
    if (kind === null) continue;
    (dates ??= []).push(judge(period, kind, history, at, context));
  }
  return dates ?? NONE;
}

function kindOf(period: PromisePeriod, at: number, rules: Rules): ChangedDate['kind'] | null {
  const { until, date, closedBy } = period;
  if (closedBy === 'company' && until !== null && until <= date) return 'changed';
  return (until ?? at) > date + rules.deliveryToleranceMs ? 'missed' : null;
}

function judge(
  period: PromisePeriod, kind: ChangedDate['kind'], history: History, at: number, context: AssessmentContext,
): ChangedDate {
  const { date, since, until } = period;
  const changedAt = kind === 'changed' && until !== null ? until : date;
  const due = kind === 'changed' ? date : date + context.rules.deliveryToleranceMs;
  const notice = earliestNotice(period, changedAt, history.delayNotices, history.days);
  const onlyTimeShowsIt = until === null;
  const bucket = onlyTimeShowsIt && !context.covered.has('logistics')
    ? 'unknown'
    : bucketOf(date, due, notice, history, at, context);
  return { kind, period, changedAt, due, opensAt: Math.max(due, since), notice, bucket };
}

function bucketOf(
  date: number, due: number, notice: Notice | null, history: History, at: number, context: AssessmentContext,
): NoticeBucket | null {
  if (notice !== null && notice.at <= date) return bucketOfLead(date - notice.at);
  if (at <= due || (history.end !== null && history.end.at <= date)) return null;
  if (notice !== null) return 'after_the_fact';
  return context.covered.has('notifications') ? 'never' : 'unknown';
}

/** The longer bucket has the boundary (rulings 50). */
function bucketOfLead(lead: number): NoticeBucket {
  if (lead >= 7 * DAY) return '7_days_or_more';
  return lead >= 2 * DAY ? '2_to_7_days' : 'under_2_days';
}

/**
 * Any notice at or after the change speaks of it; before, from when the date was in force, only one that states a later
 * date, or a delay without a date. What is looked through before the change lies within the period, so that all periods
 * of an order together cost one look at its notices.
 */
function earliestNotice(period: PromisePeriod, changedAt: number, notices: readonly Notice[], days: ZonedDays): Notice | null {
  for (let i = firstFrom(notices, period.since); i < notices.length; i++) {
    const notice = notices[i];
    if (notice === undefined) break;
    if (notice.at >= changedAt || statesLater(notice, period.date, days)) return notice;
  }
  return null;
}

function statesLater({ body }: Notice, date: number, days: ZonedDays): boolean {
  const stated = body.statedDelivery;
  if (stated === null) return body.about === 'delay';
  return (stated.instant ?? days.endOf(stated.text)) > date;
}

/** Index of the first notice at or after an instant. */
function firstFrom(notices: readonly Notice[], at: number): number {
  let low = 0;
  let high = notices.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((notices[middle]?.at ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
