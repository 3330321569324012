import { SIGNALS, VERDICTS } from '../../contracts/names.js';
import { assess } from '../../core/assess.js';
import type { Assessment } from '../../core/assessment.js';
import type { Fact } from '../../core/fact.js';
import { unpackFacts } from '../../core/facts-codec.js';
import { createJourney, place } from '../../core/journey.js';
import { BEGINNING, type OrderState } from '../../core/order-state.js';
import { unpackOrderState } from '../../core/order-state-codec.js';
import type { AssessmentContext } from '../../core/rules.js';
import { OPEN_ALERT } from '../../core/index-keys.js';
import type { SeenOrder } from '../lane-viewer.js';
import { catalogueOf } from '../judge.js';
import { customerOf } from '../live-order.js';
import type { StoredOrder } from '../ports.js';
import { hasExpired, isTooOld, type Retention } from '../retention.js';
import { compareFacts, type OrderRecords, type ReadSources } from './compare-facts.js';
import { compareForgotten } from './compare-forgotten.js';
import { compareJourney } from './compare-journey.js';
import { compareFold, compareIndexes, compareSaid, type WholeTopics } from './compare-said.js';
import { type Finding, type Tell, tellerOf } from './findings.js';
import type { LastJourney } from './last-journeys.js';
import type { FoldedOrder } from './said-log.js';

/** Everything known of one order: by the logs, and as the store showed it at one moment. */
export interface OrderCase extends OrderRecords {
  readonly orderId: string;
  readonly lane: number;
  readonly seen: SeenOrder;
  /** The index entries that were asked for. */
  readonly asked: readonly string[];
  /** The last `cx_seq` given out at that moment. */
  readonly seq: number;
  readonly sources: ReadSources;
  readonly folded: FoldedOrder | undefined;
  readonly journey: LastJourney | undefined;
  /** The end of `cx.journeys` as the store knows it. */
  readonly knownJourneys: number;
  /** Of a record refused as one too many: the number of facts that the order had. */
  readonly fullAt: number | undefined;
  /** Of records refused because the order had expired: the greatest `occurredAt`, ms. */
  readonly expiredAt: number | undefined;
  readonly whole: WholeTopics;
  /** The sources are there from their first records on. */
  readonly isWhole: boolean;
  /** The lane's calendar at that moment, ms; -Infinity before the first event. */
  readonly calendar: number;
  /** The greatest `occurredAt` that the lane had read by then; ms, -Infinity before the first event. */
  readonly latestEvent: number;
  readonly retention: Retention;
  readonly context: AssessmentContext;
  /** Deadlines before it must have been judged; ms, -Infinity where nobody works. */
  readonly judgedUpTo: number;
  /** Deadlines before it must be judged soon; ms. */
  readonly perhapsUpTo: number;
  /** No order can have been judged at a later time; ms. */
  readonly latest: number;
}

export interface OrderResult {
  readonly findings: readonly Finding[];
  /** Something went on between the look and the reading: look again. */
  readonly moving: boolean;
  /** A deadline has passed, and it is too early to say that it was forgotten. */
  readonly suspect: boolean;
  /** Its journey waits to be published. */
  readonly pending: boolean;
  /** Why not everything could be compared; none: it was. */
  readonly unverified: readonly Unverified[];
  /** As stored; [] where unreadable. */
  readonly stored: readonly Fact[];
}
export type Unverified = 'facts_gone' | 'events_gone' | 'other_rules' | 'unassessed';

/** Index entries of which there are few: every order is looked for under each. */
export const boundedIndexes = (context: AssessmentContext): string[] => [
  ...VERDICTS.map((name) => `verdict:${name}`), ...SIGNALS.map((name) => `signal:${name}`),
  ...context.rules.patterns.map(({ pattern }) => `pattern:${pattern}`), OPEN_ALERT,
];

/** The entries to look for: the bounded ones, and those of every customer that a record names. */
export const indexesToAsk = (bounded: readonly string[], customers: readonly string[]): string[] =>
  [...bounded, ...customers.map((customerId) => `customer:${customerId}`)];

export function compareOrder(order: OrderCase): OrderResult {
  const { orderId, lane, seen, folded } = order;
  const findings: Finding[] = [];
  const tell = tellerOf(lane, (finding) => findings.push(finding));
  const result = (more: Partial<OrderResult> = {}): OrderResult =>
    ({ findings, moving: false, suspect: false, pending: seen.mark !== null, unverified: [], stored: [], ...more });
  const isAhead = (folded?.seq ?? 0) > order.seq;
  if (seen.forgotten || seen.stored === null) return result({ moving: isAhead, unverified: isAhead ? [] : compareGone(order, tell) });
  const opened = openStored(seen.stored);
  if (typeof opened === 'string') {
    tell('state_unreadable', opened, { orderId });
    return result();
  }
  const { facts: stored, state } = opened;
  const read = (fact: Fact): boolean => fact.offset < order.sources.readTo(fact.topic) || fact.offset >= order.sources.next(fact.topic);
  if (!stored.every(read) || isAhead) return result({ moving: true, stored });
  const facts = compareFacts(lane, orderId, stored, order, order.sources, tell);
  if (!seen.listed) tell('order_unlisted', 'it has a state and is not in the list', { orderId });
  if (order.fullAt !== undefined && stored.length < order.fullAt) {
    tell('dead_letter_unfounded', `records were refused because the order had ${order.fullAt} facts; it has ${stored.length}`, { orderId });
  }
  compareExpiry(order, state, stored, tell);
  const unverified = new Set<Unverified>(facts.gone > 0 ? ['facts_gone'] : []);
  if (!compareFold(orderId, state.said, folded, order.whole, tell)) unverified.add('events_gone');
  if (seen.due !== state.due) tell('deadline_differs', `the set of deadlines has ${instant(seen.due)}, the order ${instant(state.due)}`, { orderId });
  // What follows from wrong facts is wrong as well, and says nothing more.
  if (!facts.differs) {
    const judged = compareJudgement(order, facts.facts, state, tell);
    if (judged !== null) unverified.add(judged);
  }
  const suspect = !facts.differs && state.due !== null && state.due < order.perhapsUpTo;
  return result({ stored, suspect, unverified: [...unverified] });
}

/** An order without state: given up, or never known. */
function compareGone(order: OrderCase, tell: Tell): readonly Unverified[] {
  const untold = order.seen.forgotten ? compareForgotten(order, tell) : tellUnknown(order, tell);
  return untold === null ? [] : [untold];
}

function openStored(stored: StoredOrder): { readonly facts: readonly Fact[]; readonly state: OrderState } | string {
  try {
    return { facts: unpackFacts(stored.facts), state: unpackOrderState(stored.state) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function tellUnknown(order: OrderCase, tell: Tell): null {
  const { orderId, lane, log, sources, folded, journey, seen } = order;
  compareExpiry(order, null, [], tell);
  for (const fact of log) {
    if (fact.offset >= sources.next(fact.topic)) continue;
    tell('fact_missing', `${fact.type} "${fact.id}": the order is not known at all`, { orderId, at: `${sources.topicNames[fact.topic]}/${lane}/${fact.offset}` });
    break;
  }
  if (folded !== undefined) tell('journey_unfounded', `${folded.records} records of cx.events and cx.alerts tell of it`, { orderId });
  if (journey !== undefined) tell('journey_unfounded', `cx.journeys tells of it at offset ${journey.offset}`, { orderId });
  if (seen.listed) tell('index_stale', 'stands in the list of all orders and has no state', { orderId });
  if (seen.due !== null) tell('deadline_differs', `a deadline at ${instant(seen.due)} of an order without state`, { orderId });
  for (const name of seen.indexes) tell('index_stale', `stands under the entry ${name.startsWith('customer:') ? 'of a customer' : name} and has no state`, { orderId });
  return null;
}

/**
 * What was refused as of an expired order was of one, or so old that it might have been. An order may have come back since, with a lane
 * that was made anew: by its facts it was at rest for long enough.
 */
function compareExpiry({ orderId, expiredAt, latestEvent, retention }: OrderCase, state: OrderState | null, facts: readonly Fact[], tell: Tell): void {
  // The calendar never was beyond the latest event; in a lane that was made anew it may be behind what it was.
  if (expiredAt === undefined || isTooOld(expiredAt, latestEvent, retention) || (state !== null && hasExpired(state, latestEvent, retention))) return;
  if (facts.length > 0 && facts.every(({ at }) => isTooOld(at, latestEvent, retention))) return;
  tell('dead_letter_unfounded', `a record was refused because the order had expired; it has not, by ${instant(latestEvent)}`, { orderId });
}

/** Judges the order anew, at the time at which it was judged last. Returns why that can't be compared; null: it was. */
function compareJudgement(order: OrderCase, facts: readonly Fact[], state: OrderState, tell: Tell): Unverified | null {
  const { orderId, seen, context, journey } = order;
  if (state.judgedAt < BEGINNING || state.judgedAt > order.latest) tell('time_implausible', `judged at ${instant(state.judgedAt)}, the clock shows ${instant(order.latest)} at the most`, { orderId });
  const whole = createJourney(orderId);
  for (const fact of facts) place(whole, fact);
  const customerId = customerOf(whole);
  compareIndexes(orderId, state.said, customerId, order.asked, seen.indexes, tell);
  let assessment: Assessment;
  try {
    assessment = assess(whole, state.judgedAt, context);
  } catch {
    return 'unassessed';
  }
  // Also one that is waiting to be judged with what was read again, or by other rules.
  if (state.unassessed || state.judgedBy === null) return 'unassessed';
  if (journey !== undefined && journey.rules !== null && journey.rules !== context.rules.version) return 'other_rules';
  // It is not judged any more.
  if (hasExpired(state, order.calendar, order.retention) && state.judgedBy !== catalogueOf(context)) return 'other_rules';
  compareSaid(orderId, state.said, assessment, false, tell);
  if (state.due !== assessment.nextDeadline && !isAlertExpiry(state, assessment.nextDeadline)) tell('deadline_differs', `expected ${instant(assessment.nextDeadline)}, stored is ${instant(state.due)}`, { orderId });
  else if (state.due !== null && state.due < order.judgedUpTo) {
    tell('deadline_overdue', `due at ${instant(state.due)}, and the lane has reached ${instant(order.judgedUpTo)}`, { orderId });
  }
  if (seen.mark === null) compareJourney(order, assessment, tell);
  return null;
}

/** Is the order due because its alert expires? How long after its use an alert does so may have been configured otherwise since. */
const isAlertExpiry = ({ due, said: { alert } }: OrderState, nextDeadline: number | null): boolean =>
  due !== null && due < (nextDeadline ?? Infinity) && alert?.state === 'open' && alert.usefulUntil !== null && due >= alert.usefulUntil;

const instant = (ms: number | null): string =>
  (ms === null || ms === -Infinity ? 'none' : Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms));
