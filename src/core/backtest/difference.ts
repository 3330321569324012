import type { Verdict } from '../../contracts/names.js';
import type { Assessment, PatternState, SignalState } from '../assessment.js';

/** Names that only the assessment after has, only the one before, or both but otherwise: another severity, state, time or detail. */
export interface Moved {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly changed: readonly string[];
}

/** In what two assessments of the same facts, as of the same time, differ. */
export interface Difference {
  readonly verdict: { readonly before: Verdict; readonly after: Verdict };
  readonly patterns: Moved;
  readonly signals: Moved;
}

/** null: they say the same. */
export function differenceOf(before: Assessment, after: Assessment): Difference | null {
  const patterns = moved(before.patterns, after.patterns, ({ pattern }) => pattern, samePattern);
  const signals = moved(before.signals, after.signals, ({ signal }) => signal, sameSignal);
  const nothing = patterns === NOTHING && signals === NOTHING && before.verdict === after.verdict;
  return nothing ? null : { verdict: { before: before.verdict, after: after.verdict }, patterns, signals };
}

const NOTHING: Moved = { gained: [], lost: [], changed: [] };

function moved<T>(before: readonly T[], after: readonly T[], nameOf: (one: T) => string, same: (a: T, b: T) => boolean): Moved {
  const gained: string[] = [];
  const changed: string[] = [];
  for (const now of after) {
    const then = before.find((one) => nameOf(one) === nameOf(now));
    if (then === undefined) gained.push(nameOf(now));
    else if (!same(then, now)) changed.push(nameOf(now));
  }
  const lost = before.filter((then) => !after.some((now) => nameOf(now) === nameOf(then))).map(nameOf);
  return gained.length + lost.length + changed.length === 0 ? NOTHING : { gained, lost, changed };
}

const samePattern = (a: PatternState, b: PatternState): boolean => a.severity === b.severity && a.at === b.at && a.signals.join() === b.signals.join();

const sameSignal = (a: SignalState, b: SignalState): boolean =>
  a.severity === b.severity && a.state === b.state && a.opensAt === b.opensAt && a.closedAt === b.closedAt && JSON.stringify(a.detail) === JSON.stringify(b.detail);
