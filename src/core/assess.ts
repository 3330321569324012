import type { SignalName } from '../contracts/names.js';
import type { Assessment, Promises, SignalState } from './assessment.js';
import { goodTouchpoints } from './good-touchpoints.js';
import type { JourneyFacts } from './journey.js';
import { matchPatterns } from './patterns.js';
import type { AssessmentContext } from './rules.js';
import { isSettled, nextSettling } from './settled.js';
import { SIGNAL_RULES } from './signals/catalogue.js';
import { earlier, type Case, type SignalRule } from './signals/rule.js';
import { readBilling } from './timeline/billing.js';
import { changedDates } from './timeline/changed-dates.js';
import { readContacts } from './timeline/contacts.js';
import { readHistory, type History } from './timeline/history.js';
import { readIncidents } from './timeline/incidents.js';
import { readQuantities } from './timeline/quantities.js';
import { readStatements } from './timeline/statements.js';
import { recordsVerdictOf, verdictOf } from './verdict.js';

/**
 * What the order's customer lived through, as far as these facts tell, at this time reached (ms). A pure function: the
 * order in which the facts arrived is nowhere to be seen in it.
 */
export function assess(journey: JourneyFacts, at: number, context: AssessmentContext): Assessment {
  const order = openCase(journey, at, context);
  const { history } = order;
  const signals = judgeAll(order);
  const goods = goodTouchpoints(order);
  const ended = history.end !== null;
  const ground = { signals: signals.filter(isAdverse), goods, changes: order.changes, ended };
  const patterns = matchPatterns(ground, order.rules.patterns);
  const verdict = verdictOf(ground.signals, patterns, ended);
  return {
    orderId: journey.orderId,
    customerId: history.customerId,
    place: history.place,
    verdict,
    recordsVerdict: recordsVerdictOf(ground, order.rules.patterns, verdict),
    settled: isSettled(order),
    end: history.end === null ? null : { kind: history.end.kind, at: history.end.at },
    unknown: unknownSignals(order, signals),
    promises: promisesOf(history),
    lastTold: lastToldOf(history),
    signals,
    patterns,
    goods,
    nextDeadline: nextDeadline(order),
  };
}

/** Lays out all that signals are judged by; measures are taken from the same views. */
export function openCase(journey: JourneyFacts, at: number, context: AssessmentContext): Case {
  const { rules, covered } = context;
  const history = readHistory(journey, rules);
  return {
    history, at, rules, covered,
    quantities: readQuantities(history),
    billing: readBilling(history, rules),
    statements: readStatements(history, rules),
    contacts: readContacts(history, rules),
    incidents: readIncidents(history),
    changes: changedDates(history, at, context),
  };
}

const isAdverse = ({ severity }: SignalState): boolean => severity > 0;

function judgeAll(order: Case): readonly SignalState[] {
  const signals: SignalState[] = [];
  for (const rule of SIGNAL_RULES) {
    const finding = rule.judge(order);
    if (finding === null) continue;
    const { signal, area, stage } = rule;
    const { opensAt, closedAt, detail, evidence, severity = order.rules.severities[signal] } = finding;
    signals.push({ signal, area, stage, state: closedAt === null ? 'open' : 'resolved', opensAt, closedAt, severity, detail, evidence });
  }
  return signals;
}

const SILENCEABLE: readonly SignalRule[] = SIGNAL_RULES.filter((rule) => rule.isUnknown !== undefined);
const NOTHING_UNKNOWN: readonly SignalName[] = [];

/** What a silent source keeps from being told: listed only where the signal isn't raised. */
function unknownSignals(order: Case, signals: readonly SignalState[]): readonly SignalName[] {
  let unknown: SignalName[] | null = null;
  for (const rule of SILENCEABLE) {
    if (rule.isUnknown?.(order) !== true || signals.some(({ signal }) => signal === rule.signal)) continue;
    (unknown ??= []).push(rule.signal);
  }
  return unknown?.sort() ?? NOTHING_UNKNOWN;
}

const TIMED: readonly SignalRule[] = SIGNAL_RULES.filter((rule) => rule.nextDeadline !== undefined);

function nextDeadline(order: Case): number | null {
  let next = nextSettling(order);
  for (const rule of TIMED) {
    const deadline = rule.nextDeadline?.(order) ?? null;
    if (deadline !== null) next = earlier(next, deadline, order.at);
  }
  return next;
}

function promisesOf({ promises }: History): Promises {
  return {
    original: promises.original?.text ?? null,
    baseline: promises.baseline?.promised.text ?? null,
    latest: promises.latest?.promised.text ?? null,
  };
}

/** The last notice that named a delivery date, or spoke of a delay or a new date without naming one. */
function lastToldOf({ noticesSent }: History): Assessment['lastTold'] {
  for (let i = noticesSent.length - 1; i >= 0; i--) {
    const notice = noticesSent[i];
    if (notice === undefined) break;
    const { about, statedDelivery } = notice.body;
    if (statedDelivery === null && about !== 'delay' && about !== 'reschedule') continue;
    return { stated: statedDelivery?.text ?? null, about, at: notice.at };
  }
  return null;
}
