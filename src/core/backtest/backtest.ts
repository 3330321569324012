import { SIGNALS, VERDICTS } from '../../contracts/names.js';
import { sayAlert } from '../alerts.js';
import { assess } from '../assess.js';
import type { Assessment } from '../assessment.js';
import { sayChanges } from '../changes.js';
import type { JourneyFacts } from '../journey.js';
import { nothingSaid } from '../said.js';
import { type AlertCount, createAlertCount } from './alert-count.js';
import { type Difference, differenceOf, type Moved } from './difference.js';
import { createNamesCount, type NameCount } from './names-count.js';
import { type JudgedBy, liveThrough, type OrderLife, type RaisedAlert } from './order-life.js';

export interface BeforeAndAfter<T> {
  readonly before: T;
  readonly after: T;
}

/** Of one order: how it is judged otherwise, and which alerts it would have raised; null: the same. */
export interface OrderDifference {
  readonly orderId: string;
  readonly assessed: Difference | null;
  readonly alerts: BeforeAndAfter<readonly RaisedAlert[]> | null;
}

/** What would be different, had orders been judged by other rules. */
export interface Backtest {
  readonly orders: number;
  readonly differing: number;
  /** Orders on which a rule failed, before or after: they are in no other figure but `orders`. */
  readonly unassessed: number;
  readonly verdicts: readonly NameCount[];
  readonly patterns: readonly NameCount[];
  readonly signals: readonly NameCount[];
  readonly alerts: {
    readonly all: BeforeAndAfter<AlertCount>;
    readonly teams: readonly (BeforeAndAfter<AlertCount> & { readonly team: string })[];
    /** Orders with an alert, of any team at any time. */
    readonly orders: NameCount;
  };
  /** What a service that holds these orders publishes once it takes up the new rules. */
  readonly published: { readonly events: number; readonly raised: number; readonly updated: number; readonly resolved: number };
}

export interface BacktestParts {
  /** Order ids kept of each kind of difference. */
  readonly examples: number;
  /** Told of every order that differs. */
  readonly differs: (difference: OrderDifference) => void;
}

/** Judges orders one by one, before and after; needs room for what is counted alone. */
export function createBacktest({ examples, differs }: BacktestParts) {
  const [verdicts, patterns, signals, alerted] = [createNamesCount(examples), createNamesCount(examples), createNamesCount(examples), createNamesCount(examples)];
  const alerts = { before: createAlertCount(), after: createAlertCount() };
  const published = { events: 0, raised: 0, updated: 0, resolved: 0 };
  let [orders, differing, unassessed] = [0, 0, 0];

  const publish = (tried: Tried, until: number, by: JudgedBy): void => {
    const cause = { fact: null, at: until };
    const said = nothingSaid();
    sayChanges(said, tried.assessed.before, cause);
    published.events += sayChanges(said, tried.assessed.after, cause).length;
    const alert = sayAlert(tried.lives.before.said, tried.assessed.after, cause, by.alerts);
    if (alert !== null) published[alert.type === 'alert.raised' ? 'raised' : alert.type === 'alert.updated' ? 'updated' : 'resolved'] += 1;
  };
  const count = (orderId: string, { assessed, lives }: Tried): void => {
    const raised = { before: lives.before.raised, after: lives.after.raised };
    verdicts.add([assessed.before.verdict], [assessed.after.verdict]);
    patterns.add(patternsOf(assessed.before), patternsOf(assessed.after));
    signals.add(signalsOf(assessed.before), signalsOf(assessed.after));
    alerted.add(anyOf(raised.before), anyOf(raised.after));
    alerts.before.add(raised.before);
    alerts.after.add(raised.after);
    const difference = differenceOf(assessed.before, assessed.after);
    const otherAlerts = sameAlerts(raised.before, raised.after) ? null : raised;
    if (difference === null && otherAlerts === null) return;
    differing += 1;
    if (difference !== null) {
      verdicts.moved(orderId, verdictMoved(difference));
      patterns.moved(orderId, difference.patterns);
      signals.moved(orderId, difference.signals);
    }
    if (otherAlerts !== null) alerted.moved(orderId, alertMoved(otherAlerts));
    differs({ orderId, assessed: difference, alerts: otherAlerts });
  };
  return {
    /** An order whose facts are all known, as of this time reached, ms. */
    add(journey: JourneyFacts, until: number, by: BeforeAndAfter<JudgedBy>): void {
      orders += 1;
      const tried = tryOn(journey, until, by);
      if (tried === null) {
        unassessed += 1;
        return;
      }
      count(journey.orderId, tried);
      publish(tried, until, by.after);
    },
    result(): Backtest {
      const teams = [...new Set([...alerts.before.teams(), ...alerts.after.teams()])].sort();
      return {
        orders, differing, unassessed, verdicts: verdicts.result(VERDICTS), patterns: patterns.result(), signals: signals.result(SIGNALS), published,
        alerts: {
          all: { before: alerts.before.all(), after: alerts.after.all() },
          teams: teams.map((team) => ({ team, before: alerts.before.of(team), after: alerts.after.of(team) })),
          orders: alerted.result()[0] ?? { name: ALERT, before: 0, after: 0, gained: 0, lost: 0, changed: 0, examples: { gained: [], lost: [], changed: [] } },
        },
      };
    },
  };
}

/** An order judged both ways. */
interface Tried {
  readonly assessed: BeforeAndAfter<Assessment>;
  readonly lives: BeforeAndAfter<OrderLife>;
}

/** null: a rule failed. */
function tryOn(journey: JourneyFacts, until: number, { before, after }: BeforeAndAfter<JudgedBy>): Tried | null {
  try {
    return {
      assessed: { before: assess(journey, until, before.context), after: assess(journey, until, after.context) },
      lives: { before: liveThrough(journey, until, before), after: liveThrough(journey, until, after) },
    };
  } catch {
    return null;
  }
}

const ALERT = 'alert';
const NOTHING: readonly string[] = [];
const HAS_ALERT: readonly string[] = [ALERT];

const patternsOf = ({ patterns }: Assessment): readonly string[] => patterns.map(({ pattern }) => pattern);
const signalsOf = ({ signals }: Assessment): readonly string[] => signals.map(({ signal }) => signal);
const anyOf = (raised: readonly RaisedAlert[]): readonly string[] => (raised.length === 0 ? NOTHING : HAS_ALERT);

const verdictMoved = ({ verdict: { before, after } }: Difference): Moved =>
  (before === after ? { gained: [], lost: [], changed: [] } : { gained: [after], lost: [before], changed: [] });

function alertMoved({ before, after }: BeforeAndAfter<readonly RaisedAlert[]>): Moved {
  const [had, has] = [before.length > 0, after.length > 0];
  return { gained: had ? NOTHING : HAS_ALERT, lost: has ? NOTHING : HAS_ALERT, changed: had && has ? HAS_ALERT : NOTHING };
}

const sameAlerts = (a: readonly RaisedAlert[], b: readonly RaisedAlert[]): boolean =>
  a.length === b.length && a.every((one, i) => one.at === b[i]?.at && one.team === b[i].team && one.severity === b[i].severity);
