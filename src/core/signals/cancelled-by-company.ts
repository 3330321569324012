import { evidenceOf, type SignalRule } from './rule.js';

/**
 * The order ended with a cancellation by the company. A cancellation after the delivery, or after the customer's own, is
 * none. Stays open (rulings 15, 25, 40).
 *
 * Example: out of stock after a week, cancelled by the shop: open since that moment.
 */
export const cancelledByCompany: SignalRule = {
  signal: 'cancelled_by_company', area: 'order', stage: 'BUY',

  judge({ history }) {
    const { end } = history;
    if (end?.fact.type !== 'order.cancelled' || end.fact.body.by !== 'company') return null;
    return { opensAt: end.at, closedAt: null, detail: {}, evidence: evidenceOf([end.fact]) };
  },
};
