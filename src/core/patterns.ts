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

/** A condition met: when it was complete, and by which signals. */
interface Match {
  readonly at: number;
  readonly signals: readonly SignalName[];
}

const NONE: readonly PatternState[] = [];

/** The patterns that match, in the order of the catalogue. */
export function matchPatterns(ground: PatternGround, catalogue: readonly PatternRule[]): readonly PatternState[] {
  if (ground.signals.length === 0) return NONE;
  const matched: PatternState[] = [];
  for (const { pattern, severity, when } of catalogue) {
    const match = matchOf(when, ground);
    if (match !== null) matched.push({ pattern, severity, at: match.at, signals: match.signals });
  }
  return matched;
}

function matchOf(when: PatternCondition, ground: PatternGround): Match | null {
  switch (when.kind) {
    case 'signals': return matchSignals(when.allOf, ground.signals);
    case 'run': return firstRun(ground, when.length, when.areas);
    case 'severity_sum': return matchSum(when.atLeast, ground.signals);
    case 'bucket': return matchBucket(when.bucket, ground);
    case 'open_before_end': return matchOpen(when.signal, ground);
    case 'any_severity': return matchAny(ground.signals.filter(({ severity }) => severity >= when.atLeast));
  }
}

/** Of each group at least one; complete with the latest of the groups' earliest signals. */
function matchSignals(groups: readonly (readonly SignalName[])[], signals: readonly SignalState[]): Match | null {
  const names: SignalName[] = [];
  let at = -Infinity;
  for (const group of groups) {
    const match = matchAny(signals.filter(({ signal }) => group.includes(signal)));
    if (match === null) return null;
    at = Math.max(at, match.at);
    names.push(...match.signals);
  }
  return names.length === 0 ? null : { at, signals: [...new Set(names)] };
}

function matchAny(signals: readonly SignalState[]): Match | null {
  if (signals.length === 0) return null;
  return { at: Math.min(...signals.map(({ opensAt }) => opensAt)), signals: signals.map(({ signal }) => signal) };
}

function matchSum(atLeast: number, signals: readonly SignalState[]): Match | null {
  const summed = signals.filter(({ area }) => !isVerdictOnTouchpoint(area));
  if (summed.reduce((all, { severity }) => all + severity, 0) < atLeast) return null;
  summed.sort((a, b) => a.opensAt - b.opensAt);
  let sum = 0;
  for (const { severity, opensAt } of summed) {
    sum += severity;
    if (sum >= atLeast) return { at: opensAt, signals: summed.map(({ signal }) => signal) };
  }
  return null;
}

/** Buckets that are no fault raise no signal, and so match nothing. */
function matchBucket(bucket: NoticeBucket, { changes, signals }: PatternGround): Match | null {
  const signal: SignalName = bucket === 'under_2_days' ? 'change_notified_late' : 'change_not_notified';
  if (bucket === 'unknown' || !signals.some((state) => state.signal === signal)) return null;
  const instances = changes.filter((change) => change.bucket === bucket);
  if (instances.length === 0) return null;
  const opened = bucket === 'under_2_days' ? instances.map(toldAt) : instances.map(({ opensAt }) => opensAt);
  return { at: Math.min(...opened), signals: [signal] };
}

function matchOpen(name: SignalName, { signals, ended }: PatternGround): Match | null {
  if (ended) return null;
  const state = signals.find(({ signal }) => signal === name);
  return state?.state === 'open' ? { at: state.opensAt, signals: [name] } : null;
}
