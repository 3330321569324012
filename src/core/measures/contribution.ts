import type { Assessment } from '../assessment.js';
import type { Fact } from '../fact.js';
import { NOWHERE } from '../place.js';
import type { Case } from '../signals/rule.js';
import { FAMILIES } from './catalogue.js';
import type { MeasuredOrder } from './family.js';
import { countFeedback } from './feedback.js';
import type { Add, Amount, Contribution } from './quantities.js';

/** What is measured of an assessment besides the views that it was judged by. */
export type Listed = Pick<Assessment, 'signals' | 'patterns' | 'verdict'>;

/**
 * What an order adds to the measures, as of the time reached of its case: a function of its facts and that time alone, so
 * that a late or corrected fact needs no code of its own. What was added before is taken away, this is added. An order that
 * was never placed adds nothing but what its customer answered and how it stands (rulings 66, 67). Gives the order as measures look at
 * it; null: it was never placed.
 */
export function contribute(order: Case, listed: Listed, add: Add): MeasuredOrder | null {
  for (const answer of order.history.feedback) countFeedback(answer, add);
  // How orders stand now, for /metrics: no measure of those that are published as rows.
  add('verdict', order.history.facts[0]?.at ?? 0, 1, listed.verdict);
  const measured = measuredOrder(order, listed);
  if (measured !== null) for (const family of FAMILIES) family.count(measured, add);
  return measured;
}

/** What a fact without order adds: an answer to a survey (rulings 5, 82). Null: nothing. */
export function contributionOfOrderless(fact: Fact): Contribution | null {
  if (fact.type !== 'feedback.received') return null;
  const amounts: Amount[] = [];
  countFeedback(fact, (quantity, at, amount = 1, of = '') => { amounts.push({ quantity, of, at, amount }); });
  return { place: fact.place ?? NOWHERE, amounts };
}

/** Null: it was never placed. */
function measuredOrder(order: Case, { signals, patterns }: Listed): MeasuredOrder | null {
  const { placed, end } = order.history;
  if (placed === null) return null;
  return {
    order, placed, signals, patterns,
    delivered: end?.kind === 'delivered' ? end : null,
    cancelled: end?.kind === 'cancelled' ? end : null,
  };
}
