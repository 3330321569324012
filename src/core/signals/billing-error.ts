import type { BillingReason } from '../../contracts/names.js';
import type { Fact } from '../fact.js';
import { earlier, evidenceOf, type Case, type Finding, type SignalRule } from './rule.js';

/**
 * The bill is wrong, for any reason: billed more or less than the order costs, more collected than billed, more billed
 * than delivered of a line, money not returned ten days after a cancellation, an invoice that had to be corrected or is
 * disputed. `reasons` lists all that ever held; put right once none does. Unknown where the order was delivered without
 * an invoice or with several currencies, and where a refund is due but refunds aren't covered (rulings 25, 41-46, 65, 97).
 *
 * Example: an order of 50.00 billed at 60.00, corrected to 50.00 two days later: resolved, reasons `corrected` and
 * `overbilled`.
 */
export const billingError: SignalRule = {
  signal: 'billing_error', area: 'billing', stage: 'OWN',

  judge(order) {
    const { reasons } = order.billing;
    const refundDue = order.covered.has('refunds') ? overdueSince(order) : null;
    if (reasons === null) return refundDue === null ? null : unreturned(order, { opensAt: refundDue, since: refundDue }, ['refund_overdue'], []);
    if (refundDue !== null) {
      const since = reasons.closedBy === null ? Math.min(reasons.since, refundDue) : refundDue;
      return unreturned(order, { opensAt: Math.min(reasons.opensAt, refundDue), since }, [...reasons.names, 'refund_overdue'], reasons.evidence);
    }
    return {
      opensAt: reasons.opensAt,
      since: reasons.since,
      closedAt: reasons.closedBy?.at ?? null,
      detail: { reasons: reasons.names },
      evidence: evidenceOf(reasons.evidence),
    };
  },

  isUnknown(order) {
    if (order.history.end?.kind === 'delivered') return !order.billing.invoiced || order.history.mixedCurrencies;
    return overdueSince(order) !== null && !order.covered.has('refunds');
  },

  nextDeadline: ({ billing, at }) => (billing.refundDue === null ? null : earlier(null, billing.refundDue, at)),
};

/** When a refund was due that has not come although the time reached has passed it; null: none. */
const overdueSince = ({ billing, at }: Case): number | null => (billing.refundDue !== null && at > billing.refundDue ? billing.refundDue : null);

/** The time reached shows a refund overdue, beside whatever facts show. */
const unreturned = (order: Case, begins: Pick<Finding, 'opensAt' | 'since'>, reasons: readonly BillingReason[], evidence: readonly Fact[]): Finding => ({
  ...begins,
  closedAt: null,
  detail: { reasons: [...new Set(reasons)].sort() },
  evidence: evidenceOf([...evidence, order.history.end?.fact ?? null]),
});
