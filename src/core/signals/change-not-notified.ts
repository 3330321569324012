import type { Json } from '../assessment.js';
import type { ChangedDate } from '../timeline/changed-dates.js';
import { earlier, evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * The company changed, or missed, a promised date, and no notice of it had got through when the date came. Told later is
 * `after_the_fact`, not at all is `never`. Nothing is raised when the order ended in time anyway, nor while the date lies
 * ahead. Without notices covered, silence is `unknown`. Stays open (rulings 25, 47-50, 65).
 *
 * Example: promised for the 10th, moved on the 9th to the 12th, the mail about it sent on the 11th: open since the end
 * of the 10th, bucket `after_the_fact`.
 */
export const changeNotNotified: SignalRule = {
  signal: 'change_not_notified', area: 'notification', stage: 'OWN',

  judge({ changes }) {
    if (changes.length === 0) return null;
    const untold = changes.filter(isUntold);
    if (untold.length === 0) return null;
    return {
      opensAt: Math.min(...untold.map(({ opensAt }) => opensAt)),
      closedAt: null,
      detail: { buckets: [...new Set(untold.map(({ bucket }) => bucket))].sort(), ...instancesOf(untold, showChange) },
      evidence: evidenceOf(untold.flatMap(({ period, notice }) => [period.fact, period.closing, notice])),
    };
  },

  isUnknown: ({ changes }) => changes.some(({ bucket }) => bucket === 'unknown'),

  nextDeadline({ history, changes, rules, at }) {
    const { latest } = history.promises;
    let next = latest === null || latest.until !== null ? null : earlier(null, latest.date + rules.deliveryToleranceMs, at);
    for (const { due } of changes) next = earlier(next, due, at);
    return next;
  },
};

const isUntold = ({ bucket }: ChangedDate): boolean => bucket === 'never' || bucket === 'after_the_fact';

/** How details show a changed date. */
export const showChange = ({ kind, period, bucket, changedAt, notice }: ChangedDate): { readonly [key: string]: Json } => ({
  date: instantText(period.date), bucket, kind, changedAt: instantText(changedAt),
  noticeAt: notice === null ? null : instantText(notice.at),
});
