import type { Place, SignalName, Verdict } from '../contracts/names.js';
import type { Assessment, GoodTouchpoint, PatternState, Promises, SignalState } from './assessment.js';
import { goodTouchpoints } from './good-touchpoints.js';
import type { JourneyFacts } from './journey.js';
import { nextDue } from './measures/promise-dates.js';
import { matchPatterns, type PatternGround } from './patterns.js';
import { type Reading, readingOf } from './reading.js';
import type { AssessmentContext, Rules } from './rules.js';
import { isSettled, nextSettling } from './settled.js';
import { SIGNAL_RULES } from './signals/catalogue.js';
import { earlier, type Case, type SignalRule } from './signals/rule.js';
import type { Billing } from './timeline/billing.js';
import { changedDates, type ChangedDate } from './timeline/changed-dates.js';
import type { Contacts } from './timeline/contacts.js';
import type { History } from './timeline/history.js';
import type { Incidents } from './timeline/incidents.js';
import type { Quantities } from './timeline/quantities.js';
import type { Statements } from './timeline/statements.js';
import { recordsVerdictOf, verdictOf } from './verdict.js';

/**
 * What the order's customer lived through, as far as these facts tell, at this time reached (ms). A pure function: the
 * order in which the facts arrived is nowhere to be seen in it. It is to be used before the journey grows further.
 */
export function assess(journey: JourneyFacts, at: number, context: AssessmentContext): Assessment {
  const order = openCase(journey, at, context);
  const signals = judgeAll(order);
  const adverse = signals.every(isAdverse) ? signals : signals.filter(isAdverse);
  const ended = order.history.end !== null;
  // Most orders have nothing adverse to match.
  const ground = adverse.length === 0 ? null : new Ground(adverse, order);
  const patterns = ground === null ? NO_PATTERNS : matchPatterns(ground, order.rules.patterns);
  return new Judged(journey.orderId, order, signals, patterns, verdictOf(adverse, patterns, ended), ground);
}

const NO_PATTERNS: readonly PatternState[] = [];

/** What went well is looked for only where there are adverse touchpoints enough for a run, or somebody asks. */
class Ground implements PatternGround {
  #goods: readonly GoodTouchpoint[] | null = null;

  constructor(readonly signals: readonly SignalState[], private readonly order: OpenCase) {}

  get goods(): readonly GoodTouchpoint[] { return (this.#goods ??= goodTouchpoints(this.order)); }
  get changes(): readonly ChangedDate[] { return this.order.changes; }
  get ended(): boolean { return this.order.history.end !== null; }
}

/**
 * An assessment. What is only shown, and decides nothing, is worked out when somebody asks for it: every event is judged,
 * and few are shown.
 */
class Judged implements Assessment {
  readonly customerId: string | null;
  readonly end: Assessment['end'];
  readonly nextDeadline: number | null;
  readonly #order: OpenCase;
  readonly #ground: PatternGround | null;
  #place: Place | null = null;

  constructor(
    readonly orderId: string, order: OpenCase, readonly signals: readonly SignalState[], readonly patterns: readonly PatternState[],
    readonly verdict: Verdict, ground: PatternGround | null,
  ) {
    const { end, customerId } = order.history;
    this.customerId = customerId;
    this.end = end === null ? null : { kind: end.kind, at: end.at };
    this.nextDeadline = nextDeadline(order);
    this.#order = order;
    this.#ground = ground;
  }

  static caseOf(assessment: Assessment): Case {
    if (!(#order in assessment)) throw new TypeError('only what assess made has the views that it was made from');
    return assessment.#order;
  }

  get place(): Place { return (this.#place ??= this.#order.shownPlace); }
  get goods(): readonly GoodTouchpoint[] { return this.#ground?.goods ?? goodTouchpoints(this.#order); }
  get recordsVerdict(): Verdict {
    return this.#ground === null ? this.verdict : recordsVerdictOf(this.#ground, this.#order.rules.patterns, this.verdict);
  }
  get settled(): boolean { return isSettled(this.#order); }
  get unknown(): readonly SignalName[] { return unknownSignals(this.#order, this.signals); }
  get promises(): Promises { return promisesOf(this.#order.history); }
  get lastTold(): Assessment['lastTold'] { return lastToldOf(this.#order.history); }
}

/** The views that an assessment was made from, while its journey is as it was: measures are taken from them. @throws TypeError for what `assess` did not make */
export const caseOf = (assessment: Assessment): Case => Judged.caseOf(assessment);

/** Everything that an assessment says, as plain fields. */
export const everythingOf = (a: Assessment): Assessment => ({
  orderId: a.orderId, customerId: a.customerId, place: a.place, verdict: a.verdict, recordsVerdict: a.recordsVerdict,
  settled: a.settled, end: a.end, unknown: a.unknown, promises: a.promises, lastTold: a.lastTold,
  signals: a.signals, patterns: a.patterns, goods: a.goods, nextDeadline: a.nextDeadline,
});

/** Lays out all that signals are judged by; measures are taken from the same views. */
export const openCase = (journey: JourneyFacts, at: number, context: AssessmentContext): OpenCase =>
  new OpenCase(readingOf(journey, context.rules), at, context);

class OpenCase implements Case {
  readonly history: History;
  readonly rules: Rules;
  readonly covered: Case['covered'];
  readonly changes: readonly ChangedDate[];
  readonly #reading: Reading;

  constructor(reading: Reading, readonly at: number, context: AssessmentContext) {
    this.#reading = reading;
    this.history = reading.history;
    this.rules = context.rules;
    this.covered = context.covered;
    this.changes = changedDates(reading.history, at, context);
  }

  get quantities(): Quantities { return this.#reading.quantities; }
  get billing(): Billing { return this.#reading.billing; }
  get statements(): Statements { return this.#reading.statements; }
  get contacts(): Contacts { return this.#reading.contacts; }
  get incidents(): Incidents | null { return this.#reading.incidents; }
  get place(): Place { return this.#reading.place; }
  get shownPlace(): Place { return this.#reading.shownPlace; }
}

const isAdverse = ({ severity }: SignalState): boolean => severity > 0;

function judgeAll(order: Case): readonly SignalState[] {
  const signals: SignalState[] = [];
  for (const rule of SIGNAL_RULES) {
    const finding = rule.judge(order);
    if (finding === null) continue;
    const { signal, area, stage } = rule;
    const { opensAt, since = opensAt, severeSince = opensAt, closedAt, detail, evidence, severity = order.rules.severities[signal] } = finding;
    signals.push({ signal, area, stage, state: closedAt === null ? 'open' : 'resolved', opensAt, since, severeSince, closedAt, severity, detail, evidence });
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
  const due = nextDue(order);
  if (due !== null) next = earlier(next, due, order.at);
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
