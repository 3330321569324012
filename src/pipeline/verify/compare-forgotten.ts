import { assess } from '../../core/assess.js';
import type { Assessment } from '../../core/assessment.js';
import type { Fact } from '../../core/fact.js';
import { createJourney, place } from '../../core/journey.js';
import type { Said } from '../../core/said.js';
import { isTooOld } from '../retention.js';
import { compareJourney } from './compare-journey.js';
import type { OrderCase, Unverified } from './compare-order.js';
import { compareSaid } from './compare-said.js';
import type { Tell } from './findings.js';
import type { FoldedOrder } from './said-log.js';

/**
 * An order that the lane gave up: nothing is left of it in the store, its records show that it was at rest for long enough, and what was
 * published last is what they say. Returns why something of that can't be told; null: all was compared.
 */
export function compareForgotten(order: OrderCase, tell: Tell): Unverified | null {
  const { orderId, seen, log, perhaps, sources, folded } = order;
  const wrong = (text: string): void => { tell('order_forgotten', text, { orderId }); };
  const left = [
    ...(seen.stored === null ? [] : ['its state']), ...(seen.listed ? ['its place in the list of all orders'] : []),
    ...(seen.due === null ? [] : ['a deadline']), ...seen.indexes.map((name) => `the entry ${name.startsWith('customer:') ? 'of a customer' : name}`),
  ];
  if (left.length > 0) wrong(`it was given up, and ${left.join(', ')} is still there`);
  if (order.whole.alerts && folded?.alert?.state === 'open') tell('alert_differs', 'expected none, as the order was given up; published one that is open', { orderId });
  const isRead = (fact: Fact): boolean => fact.offset < sources.next(fact.topic);
  const [surely, open] = [log.filter(isRead), perhaps.filter(isRead)];
  if (!order.isWhole || surely.length + open.length === 0) return 'facts_gone';
  return compareRest(order, likelier(order, surely, open), tell);
}

/** Nothing is left that tells whether those counted that were refused at first: they did if with them less is wrong. */
function likelier(order: OrderCase, surely: readonly Fact[], open: readonly Fact[]): readonly Fact[] {
  if (open.length === 0) return surely;
  const all = [...surely, ...open];
  return surely.length > 0 && wrongs(order, surely) < wrongs(order, all) ? surely : all;
}

function wrongs(order: OrderCase, facts: readonly Fact[]): number {
  let found = 0;
  compareRest(order, facts, () => { found += 1; });
  return found;
}

/** Holds what was said of an order that was given up to these facts. */
function compareRest(order: OrderCase, facts: readonly Fact[], tell: Tell): Unverified | null {
  const { orderId, context, folded, calendar, retention } = order;
  const wrong = (text: string): void => { tell('order_forgotten', text, { orderId }); };
  const latest = Math.max(...facts.map(({ at }) => at));
  let assessment: Assessment;
  try {
    assessment = assess(journeyWith(orderId, facts), Math.max(latest, calendar), context);
  } catch {
    return 'unassessed';
  }
  if (order.journey !== undefined && order.journey.rules !== null && order.journey.rules !== context.rules.version) return 'other_rules';
  if (!assessment.settled || assessment.nextDeadline !== null) wrong('it was given up, and it is not at rest');
  // Another retention may have been configured then.
  else if (!isTooOld(latest, calendar, retention)) return 'other_rules';
  compareJourney(order, assessment, tell);
  if (!order.whole.events) return 'events_gone';
  compareSaid(orderId, saidBy(folded), assessment, true, tell);
  return null;
}

function journeyWith(orderId: string, facts: readonly Fact[]) {
  const journey = createJourney(orderId);
  for (const fact of facts) place(journey, fact);
  return journey;
}

/** What was said of it, by the published events alone. */
const saidBy = (folded: FoldedOrder | undefined): Said => ({
  sequence: folded?.sequence ?? 0, verdict: folded?.verdict?.verdict ?? 'on_course', verdictRevision: folded?.verdict?.revision ?? 0,
  signals: (folded?.signals ?? new Map()) as Said['signals'], patterns: (folded?.patterns ?? new Map()) as Said['patterns'], alert: null,
});
