import type { GoodTouchpoint } from './assessment.js';
import type { Fact } from './fact.js';
import { rate } from './feedback.js';
import type { Case } from './signals/rule.js';

const NONE: readonly GoodTouchpoint[] = [];

/** What went well, by time, then name (rulings 61). */
export function goodTouchpoints(order: Case): readonly GoodTouchpoint[] {
  const { billing, statements, history } = order;
  const goods: GoodTouchpoint[] = [];
  const delivery = goodDelivery(order);
  if (delivery !== null) goods.push(delivery);
  for (const fact of billing.matched) goods.push(good('invoice_matched', 'billing', fact));
  for (const fact of statements.accurate) goods.push(good('accurate_notice', 'notification', fact));
  for (const fact of history.feedback) {
    if (rate(fact.body) === 'good') goods.push({ type: 'good_feedback', area: 'feedback', stage: 'ADVOCATE', at: fact.at, evidence: [fact] });
  }
  if (goods.length === 0) return NONE;
  return goods.length === 1 ? goods : goods.sort(byTimeThenName);
}

const byTimeThenName = (a: GoodTouchpoint, b: GoodTouchpoint): number => a.at - b.at || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0);

const good = (type: GoodTouchpoint['type'], area: GoodTouchpoint['area'], fact: Fact): GoodTouchpoint =>
  ({ type, area, stage: 'OWN', at: fact.at, evidence: [fact] });

/** The final delivery, not after the baseline, and in full; where in full is unknown, only on time can be said. */
function goodDelivery({ history, quantities, rules }: Case): GoodTouchpoint | null {
  const { end, promises } = history;
  if (end?.kind !== 'delivered' || promises.baseline === null || quantities.inFull === false) return null;
  if (end.at > promises.baseline.date + rules.deliveryToleranceMs) return null;
  return good(quantities.inFull === null ? 'delivered_on_time' : 'delivered_as_promised', 'logistics', end.fact);
}
