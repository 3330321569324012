import type { PatternSeverity } from '../../contracts/names.js';
import type { AlertRules } from '../alert-rules.js';
import { type AlertChange, alertExpiry, expireAlert, noteTold, sayAlert } from '../alerts.js';
import { assess } from '../assess.js';
import type { Assessment } from '../assessment.js';
import type { Cause } from '../changes.js';
import { createJourney, type JourneyFacts, place } from '../journey.js';
import type { AssessmentContext } from '../rules.js';
import { nothingSaid, type Said } from '../said.js';

/** What orders are judged by, and what an alert on them says. */
export interface JudgedBy {
  readonly context: AssessmentContext;
  readonly alerts: AlertRules;
}

/** An alert, as it reached somebody. */
export interface RaisedAlert {
  /** The time reached at which it was raised, ms. */
  readonly at: number;
  readonly team: string;
  readonly severity: PatternSeverity;
}

export interface OrderLife {
  readonly raised: readonly RaisedAlert[];
  /** What of its alert stands at the end. */
  readonly said: Said;
}

/**
 * The alerts that an order would have raised, had each of its events been read when it happened: it is judged after each of them, and
 * at each of its deadlines. An assessment at the end alone knows nothing of alerts that came and went.
 * @param until the time reached at the end, ms
 */
export function liveThrough({ orderId, facts }: JourneyFacts, until: number, { context, alerts }: JudgedBy): OrderLife {
  const journey = createJourney(orderId);
  const said = nothingSaid();
  const raised: RaisedAlert[] = [];
  let reached = 0;
  /** When time alone may change something. */
  let due = Infinity;
  const judge = (at: number, cause: Cause): void => {
    reached = Math.max(reached, at);
    const assessment: Assessment = assess(journey, reached, context);
    const alert = sayAlert(said, assessment, cause, alerts) ?? expireAlert(said, assessment, reached, alerts);
    if (alert !== null) noteTold(said, alert, 'live', reached);
    due = Math.min(assessment.nextDeadline ?? Infinity, alertExpiry(said.alert, alerts) ?? Infinity);
    if (alert?.type === 'alert.raised') raised.push(raisedBy(alert, reached));
  };
  const passTo = (time: number): void => {
    while (due < time) judge(due + 1, { fact: null, at: due });
  };
  for (const fact of facts) {
    const at = Math.min(fact.at, until);
    passTo(at);
    place(journey, fact);
    judge(at, { fact, at: fact.at });
  }
  passTo(until);
  judge(until, { fact: null, at: until });
  return { raised, said };
}

const raisedBy = ({ severity, guidance }: AlertChange, at: number): RaisedAlert => ({ at, severity, team: guidance?.owner ?? '' });
