import { asError } from '../core/as-error.js';
import type { AlertRules } from '../core/alert-rules.js';
import { type AlertChange, type AlertClosure, alertExpiry, closeAlert, endWithOrder, expireAlert, noteTold, sayAlert, wasTold } from '../core/alerts.js';
import { assess } from '../core/assess.js';
import type { Assessment } from '../core/assessment.js';
import { type Cause, sayChanges } from '../core/changes.js';
import { fingerprint } from '../core/fingerprint.js';
import type { OrderState } from '../core/order-state.js';
import type { AssessmentContext } from '../core/rules.js';
import type { AlertNews } from './alert-news.js';
import type { JourneyRenderer } from './journey-renderer.js';
import { customerOf, type LiveOrder } from './live-order.js';
import type { OutputRecord, Telemetry } from './ports.js';
import type { Renderer } from './render.js';
import { restsAfter } from './retention.js';

/** What one step says: records numbered on from the lane's last `cx_seq`. */
export interface StepOutputs {
  seq: number;
  readonly records: OutputRecord[];
  /** Log timestamps of the records that brought outputs about, for the detection latency. */
  readonly causes: number[];
  /** Told once it is committed. */
  readonly alerts: AlertNews[];
}

/** @param seq the number of the last record that was said before */
export const noOutputs = (seq: number): StepOutputs => ({ seq, records: [], causes: [], alerts: [] });

export interface JudgeParts {
  readonly lane: number;
  /** Asked each time: in a replay the covered sources grow as the input shows them. */
  readonly context: () => AssessmentContext;
  readonly alertRules: AlertRules;
  /** Null: nobody wants what changed; orders are judged, and nothing is said of them. */
  readonly renderer: Renderer | null;
  readonly telemetry: Telemetry;
  /** Names everything that a judgement depends on besides facts and time, see `catalogueOf`. */
  readonly catalogue: string;
  /** Called with every judgement, said or not. */
  readonly observe?: (order: LiveOrder, assessment: Assessment) => void;
}

/** What one catalogue makes of orders. */
export interface Judging {
  readonly judge: Omit<JudgeParts, 'lane' | 'telemetry'>;
  readonly renderJourney: JourneyRenderer;
}

/** Why an order is judged. */
export interface JudgeCause extends Cause {
  /** When the lane came to know of the fact, ms: the greatest log timestamp of its records by then. Absent: nothing is given up. */
  readonly arrived?: number;
}

/** The judgement; null: a rule failed. `at`: the time reached, ms; -Infinity while none is. */
export type Judge = (order: LiveOrder, at: number, cause: JudgeCause, out: StepOutputs) => Assessment | null;

/**
 * Judges an order at a time reached and says the difference to what was said. An order's time never goes back. A rule
 * that throws leaves the order marked unassessed with its facts kept: it must not stop the lane.
 */
export function createJudge(parts: JudgeParts): Judge {
  return (order, at, cause, out) => {
    const { state } = order;
    state.judgedAt = Math.max(state.judgedAt, at);
    order.allKeys ||= state.judgedBy !== parts.catalogue;
    state.judgedBy = parts.catalogue;
    state.published = null;
    let assessment: Assessment;
    try {
      assessment = assess(order.journey, state.judgedAt, parts.context());
    } catch (error) {
      state.unassessed = true;
      state.due = null;
      state.rests = null;
      order.customerId = customerOf(order.journey);
      parts.telemetry.unassessed(parts.lane, order.orderId, asError(error));
      return null;
    }
    state.unassessed = false;
    state.due = assessment.nextDeadline;
    state.rests = restsAfter(order, assessment, cause.fact === null ? null : (cause.arrived ?? null));
    order.customerId = assessment.customerId;
    if (parts.renderer !== null) say(parts, parts.renderer, order, assessment, cause, out);
    parts.observe?.(order, assessment);
    return assessment;
  };
}

/** Rises when more is kept of an order that is judged: what an older version kept is then judged anew, and so made complete. */
const KEPT = 'customers and entries of alerts';

/** Two contexts by which the same facts may be judged differently have different names. */
export const catalogueOf = ({ rules, covered }: AssessmentContext): string => fingerprint([KEPT, rules.version, ...[...covered].sort()]);

function say(parts: JudgeParts, renderer: Renderer, order: LiveOrder, assessment: Assessment, cause: Cause, out: StepOutputs): void {
  const { said, judgedAt } = order.state;
  for (const change of sayChanges(said, assessment, cause)) {
    const name = 'signal' in change ? change.signal : 'pattern' in change ? change.pattern : change.verdict;
    out.records.push(renderer.change(change, assessment, cause, parts.lane, { seq: ++out.seq, judgedAt }));
    parts.telemetry.derived(change.type, name, 1);
  }
  const alert = sayAlert(said, assessment, cause, parts.alertRules) ?? expireAlert(said, assessment, judgedAt, parts.alertRules);
  if (alert !== null) sayAlertChange(parts, renderer, order, assessment, alert, out);
  remindOfExpiry(order.state, parts.alertRules);
}

/** Of an order that was judged: it is to be looked at again when its alert expires, too. */
function remindOfExpiry(state: OrderState, rules: AlertRules): void {
  const expiry = alertExpiry(state.said.alert, rules);
  if (expiry !== null && (state.due === null || expiry < state.due)) state.due = expiry;
}

function sayAlertChange({ telemetry }: JudgeParts, renderer: Renderer, { orderId, state }: LiveOrder, assessment: Assessment, alert: AlertChange, out: StepOutputs): void {
  const wasLive = wasTold(state.said.alert);
  const { record, mode, detectedAt } = renderer.alert(alert, wasLive, assessment, { seq: ++out.seq, judgedAt: state.judgedAt });
  noteTold(state.said, alert, mode, detectedAt);
  out.records.push(record);
  telemetry.derived(alert.type, alert.severity, 1);
  const { headline, severity } = alert;
  if (alert.type === 'alert.raised') out.alerts.push({ kind: 'raised', orderId, headline, severity, mode, seconds: secondsBetween(alert.at, detectedAt) });
  else if (alert.type === 'alert.updated' && mode === 'live' && !wasLive) out.alerts.push({ kind: 'turned_live', orderId, headline, severity });
  const { raisedAt = null, usefulUntil = null } = state.said.alert ?? {};
  // Of alerts that were records from the first there is nothing to measure: nobody was to act.
  if (alert.ending !== null && raisedAt !== null && usefulUntil !== null) out.alerts.push({ kind: 'ended', ending: alert.ending, severity, seconds: secondsBetween(raisedAt, detectedAt) });
}

/** Clocks may differ: then it took no time that we could tell. */
const secondsBetween = (from: number, to: number): number => Math.max(0, to - from) / 1_000;

/** Says the last of an order that is to be forgotten at this instant, ms: nobody could end its alert any more. */
export function sayLast(parts: JudgeParts, order: LiveOrder, at: number, out: StepOutputs): void {
  const { said, judgedAt } = order.state;
  if (parts.renderer === null || said.alert?.state !== 'open') return;
  const assessment = assess(order.journey, judgedAt, parts.context());
  const alert = endWithOrder(said, assessment, at);
  if (alert !== null) sayAlertChange(parts, parts.renderer, order, assessment, alert, out);
}

/**
 * Says that a person closed the order's alert, which is open, and what they can't have known of it. Nothing happened to the order by that:
 * it is as it was judged last. @throws when a rule does
 */
export function sayClosed(parts: JudgeParts, order: LiveOrder, closure: AlertClosure, out: StepOutputs): void {
  const { renderer, alertRules } = parts;
  if (renderer === null) return;
  const { state } = order;
  const assessment = assess(order.journey, state.judgedAt, parts.context());
  const tell = (alert: AlertChange | null): void => {
    if (alert !== null) sayAlertChange(parts, renderer, order, assessment, alert, out);
  };
  tell(closeAlert(state.said, assessment, closure));
  tell(sayAlert(state.said, assessment, { fact: null, at: state.judgedAt }, alertRules));
  state.due = assessment.nextDeadline;
  state.rests = restsAfter(order, assessment, null);
  remindOfExpiry(state, alertRules);
  parts.observe?.(order, assessment);
}
