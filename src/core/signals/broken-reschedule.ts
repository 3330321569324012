import type { PromisePeriod } from '../promises.js';
import { earlier, evidenceOf, instancesOf, instantText, type Case, type SignalRule } from './rule.js';

/**
 * A new date that the company gave passed, while in force, without the final delivery. The order's first promise is none,
 * a date after a time without one is. Replacing it once it has passed doesn't mend it, so it stays open (rulings 14, 23,
 * 25, 31, 65).
 *
 * Example: promised for the 10th, moved by the company to the 12th, delivered on the 13th: open since the end of the 12th.
 */
export const brokenReschedule: SignalRule = {
  signal: 'broken_reschedule', area: 'logistics', stage: 'OWN',

  judge(order) {
    const broken = brokenDates(order);
    const first = broken[0];
    if (first === undefined) return null;
    return {
      opensAt: Math.max(dateOverdueAt(first, order), first.since),
      closedAt: null,
      detail: instancesOf(broken, (period) => ({ promised: period.promised.text, due: instantText(period.date) })),
      evidence: evidenceOf(broken.flatMap((period) => [period.fact, period.closing])),
    };
  },

  isUnknown(order) {
    const running = runningDate(order);
    return running !== null && order.at > dateOverdueAt(running, order) && !order.covered.has('logistics');
  },

  nextDeadline(order) {
    const running = runningDate(order);
    return running === null ? null : earlier(null, dateOverdueAt(running, order), order.at);
  },
};

/** After this instant a delivery no longer keeps the date; ms. */
export const dateOverdueAt = (period: PromisePeriod, { rules }: Case): number => period.date + rules.deliveryToleranceMs;

const NONE: readonly PromisePeriod[] = [];

/** The company's new dates that passed while they were in force. */
export function brokenDates(order: Case): readonly PromisePeriod[] {
  let broken: PromisePeriod[] | null = null;
  for (const period of order.history.promises.periods) if (period.companysNewDate && isBroken(period, order)) (broken ??= []).push(period);
  return broken ?? NONE;
}

function isBroken(period: PromisePeriod, order: Case): boolean {
  if (period.until !== null) return period.until > dateOverdueAt(period, order);
  return order.at > dateOverdueAt(period, order) && order.covered.has('logistics');
}

/** The company's new date that is in force now. */
function runningDate({ history }: Case): PromisePeriod | null {
  const { latest } = history.promises;
  return latest !== null && latest.companysNewDate && latest.until === null ? latest : null;
}
