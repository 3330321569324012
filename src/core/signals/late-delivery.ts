import type { Severity } from '../assessment.js';
import type { BaselinePeriod } from '../promises.js';
import { earlier, evidenceOf, instancesOf, instantText, type Case, type SignalRule } from './rule.js';

/**
 * The order was not delivered by the date it is measured against: the original promise, or the last date that the
 * customer asked for. A date given by the company changes nothing here. The final delivery, a cancellation or any change
 * of date after it shows that it passed; until then only the time reached can, where logistics is covered. A
 * cancellation, a new date or a hold that the customer wishes puts it right; the delivery itself doesn't (rulings 14, 20,
 * 23, 25, 29, 30, 65). Severity grows with the longest time that any such date was overdue (rulings 93).
 *
 * Example: promised for 10 May 18:00, moved by the company to the 12th, delivered on the 11th at 20:00: open since
 * 10 May 18:00, severity 2, `delaySeconds` 93600.
 */
export const lateDelivery: SignalRule = {
  signal: 'late_delivery', area: 'logistics', stage: 'OWN',

  judge(order) {
    const { baselines, baseline } = order.history.promises;
    let missed: BaselinePeriod[] | null = null;
    for (const period of baselines) if (isMissed(period, order)) (missed ??= []).push(period);
    const first = missed?.[0];
    if (missed === null || first === undefined) return null;
    const last = missed.at(-1) ?? first;
    const open = last === baseline && last.closedBy !== 'cancelled';
    return {
      opensAt: missedAt(first, order),
      since: missedAt(last, order),
      closedAt: open ? null : last.until,
      ...severityOf(missed, order),
      detail: { ...delayOf(last, open), ...instancesOf(missed, (period) => ({ promised: period.promised.text, due: instantText(period.date) })) },
      evidence: evidenceOf(missed.flatMap((period) => [period.fact, period.closing ?? period.admission])),
    };
  },

  isUnknown(order) {
    const { baseline } = order.history.promises;
    return baseline !== null && baseline.until === null && order.at > dueOf(baseline, order) && !order.covered.has('logistics');
  },

  nextDeadline(order) {
    const { baseline } = order.history.promises;
    if (baseline === null || baseline.until !== null) return null;
    const due = dueOf(baseline, order);
    const [first, second] = order.rules.lateStepsMs;
    return earlier(earlier(earlier(null, due, order.at), due + first, order.at), due + second, order.at);
  },
};

const dueOf = (period: BaselinePeriod, { rules }: Case): number => period.date + rules.deliveryToleranceMs;

/** From when on its date was missed; ms. */
const missedAt = (period: BaselinePeriod, order: Case): number => Math.max(dueOf(period, order), period.since);

function isMissed(period: BaselinePeriod, order: Case): boolean {
  if (period.until !== null) return period.until > dueOf(period, order);
  return period.admission !== null || (order.at > dueOf(period, order) && order.covered.has('logistics'));
}

function delayOf(last: BaselinePeriod, open: boolean): { readonly delaySeconds?: number } {
  return open && last.closedBy === 'delivered' && last.until !== null ? { delaySeconds: (last.until - last.date) / 1000 } : {};
}

function severityOf(missed: readonly BaselinePeriod[], order: Case): { readonly severity: Severity; readonly severeSince?: number } {
  const base = order.rules.severities.late_delivery;
  const overdue = (period: BaselinePeriod): number => (period.until ?? order.at) - dueOf(period, order);
  const [longest = 0] = missed.map(overdue).sort((a, b) => b - a);
  const passed = order.rules.lateStepsMs.filter((step) => longest > step).slice(0, base === 0 ? 0 : 3 - base);
  const step = passed.at(-1);
  const first = step === undefined ? undefined : missed.find((period) => overdue(period) > step);
  return {
    severity: (base + passed.length) as Severity,
    ...(step === undefined || first === undefined ? {} : { severeSince: Math.max(dueOf(first, order) + step, first.since) }),
  };
}
