import type { NoticeBucket, SignalName } from '../contracts/names.js';
import type { PatternState, SignalState } from './assessment.js';
import type { PatternCondition, PatternRule } from './rules.js';
import type { ChangedDate } from './timeline/changed-dates.js';
import { toldAt } from './signals/change-notified-late.js';
import { firstRun, isVerdictOnTouchpoint, type Touched } from './touchpoints.js';

/** What patterns are matched against. */
export interface PatternGround extends Touched {
  /** Signals of severity 1 or more: neutral ones take part in no pattern (rulings 28). */
  readonly signals: readonly SignalState[];
  readonly changes: readonly ChangedDate[];
  readonly ended: boolean;
}

/** A condition met: when it was complete, first and as its signals are now (see PatternState), and by which signals. */
interface Match {
  readonly at: number;
  readonly since: number;
  readonly signals: readonly SignalName[];
}

const NONE: readonly PatternState[] = [];

/** The patterns that match, in the order of the catalogue. */
export function matchPatterns(ground: PatternGround, catalogue: readonly PatternRule[]): readonly PatternState[] {
  if (ground.signals.length === 0) return NONE;
  const matched: PatternState[] = [];
  for (const { pattern, severity, when } of catalogue) {
    const match = matchOf(when, ground);
    if (match !== null) matched.push({ pattern, severity, at: match.at, since: match.since, signals: match.signals });
  }
  return matched;
}

function matchOf(when: PatternCondition, ground: PatternGround): Match | null {
  switch (when.kind) {
    case 'signals': return matchSignals(when.allOf, ground.signals);
    case 'run': return firstRun(ground, when.length, when.areas);
    case 'severity_sum': return matchSum(when.atLeast, ground.signals.filter(({ area }) => !isVerdictOnTouchpoint(area)));
    case 'bucket': return matchBucket(when.bucket, ground);
    case 'open_before_end': return matchOpen(when.signal, ground);
    case 'any_severity': return matchAny(ground.signals.filter(({ severity }) => severity >= when.atLeast), asSevereSince);
  }
}

/** Of each group at least one; complete with the latest of the groups' earliest signals. */
function matchSignals(groups: readonly (readonly SignalName[])[], signals: readonly SignalState[]): Match | null {
  const names: SignalName[] = [];
  let at = -Infinity;
  let since = -Infinity;
  for (const group of groups) {
    const match = matchAny(signals.filter(({ signal }) => group.includes(signal)));
    if (match === null) return null;
    at = Math.max(at, match.at);
    since = Math.max(since, match.since);
    names.push(...match.signals);
  }
  return names.length === 0 ? null : { at, since, signals: [...new Set(names)] };
}

/** From when on a signal counts as it is now. */
type SinceWhen = (signal: SignalState) => number;
const openSince: SinceWhen = ({ since }) => since;
/** Where its severity counts. */
const asSevereSince: SinceWhen = ({ since, severeSince }) => Math.max(since, severeSince);
const firstOpened: SinceWhen = ({ opensAt }) => opensAt;

function matchAny(signals: readonly SignalState[], sinceWhen: SinceWhen = openSince): Match | null {
  if (signals.length === 0) return null;
  return { at: Math.min(...signals.map(firstOpened)), since: Math.min(...signals.map(sinceWhen)), signals: signals.map(({ signal }) => signal) };
}

function matchSum(atLeast: number, signals: readonly SignalState[]): Match | null {
  if (signals.reduce((all, { severity }) => all + severity, 0) < atLeast) return null;
  return { at: sumReached(atLeast, signals, firstOpened), since: sumReached(atLeast, signals, asSevereSince), signals: signals.toSorted((a, b) => a.opensAt - b.opensAt).map(({ signal }) => signal) };
}

/** When the severities of these signals, which come to as much, came to it; ms. */
function sumReached(atLeast: number, signals: readonly SignalState[], sinceWhen: SinceWhen): number {
  let sum = 0;
  let at = -Infinity;
  for (const signal of signals.toSorted((a, b) => sinceWhen(a) - sinceWhen(b))) {
    if (sum >= atLeast) break;
    sum += signal.severity;
    at = sinceWhen(signal);
  }
  return at;
}

/** Buckets that are no fault raise no signal, and so match nothing. */
function matchBucket(bucket: NoticeBucket, { changes, signals }: PatternGround): Match | null {
  const signal: SignalName = bucket === 'under_2_days' ? 'change_notified_late' : 'change_not_notified';
  if (bucket === 'unknown' || !signals.some((state) => state.signal === signal)) return null;
  const instances = changes.filter((change) => change.bucket === bucket);
  if (instances.length === 0) return null;
  const opened = bucket === 'under_2_days' ? instances.map(toldAt) : instances.map(({ opensAt }) => opensAt);
  return { at: Math.min(...opened), since: Math.max(...opened), signals: [signal] };
}

function matchOpen(name: SignalName, { signals, ended }: PatternGround): Match | null {
  if (ended) return null;
  const state = signals.find(({ signal }) => signal === name);
  return state?.state === 'open' ? { at: state.opensAt, since: state.since, signals: [name] } : null;
}
