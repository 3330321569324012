import type { DerivedType, SignalName, Verdict } from '../contracts/names.js';
import type { Assessment, PatternState, SignalState } from './assessment.js';
import type { Fact } from './fact.js';
import { fingerprint } from './fingerprint.js';
import type { Said, SaidPattern, SaidSignal } from './said.js';

/** Why the order was judged again: a fact, or (null) a deadline or a sweep; `at` in event time, ms. */
export interface Cause {
  readonly fact: Fact | null;
  readonly at: number;
}

interface ChangeOf<T extends DerivedType> {
  readonly type: T;
  /** When it became true, event time, ms. */
  readonly at: number;
  readonly episode: number;
  readonly revision: number;
  readonly sequence: number;
}
export type SignalChange = ChangeOf<'signal.opened' | 'signal.amended' | 'signal.closed'> & {
  readonly signal: SignalName;
  readonly severity: SaidSignal['severity'];
  /** Of `signal.closed` only. */
  readonly reason: 'resolved' | 'retracted' | null;
  /** What is true now; null once retracted. */
  readonly now: SignalState | null;
};
export type PatternChange = ChangeOf<'pattern.matched' | 'pattern.cleared'> & {
  readonly pattern: string;
  readonly severity: SaidPattern['severity'];
  readonly now: PatternState | null;
};
export type VerdictChange = ChangeOf<'verdict.changed'> & { readonly verdict: Verdict; readonly from: Verdict };
export type Change = SignalChange | PatternChange | VerdictChange;

/**
 * Says what is new: the difference between the assessment and what was said, in a fixed order (signals and patterns by
 * their catalogue, then the verdict). `said` is brought up to date; applying the result to a consumer's memory, the
 * last event of a kind winning, gives the assessment.
 */
export function sayChanges(said: Said, assessment: Assessment, cause: Cause): Change[] {
  const changes: Change[] = [];
  for (const now of assessment.signals) saySignal(said, now, cause, changes);
  if (said.signals.size > assessment.signals.length) retractSignals(said, assessment, cause, changes);
  for (const now of assessment.patterns) sayPattern(said, now, changes);
  if (said.patterns.size > assessment.patterns.length) clearPatterns(said, assessment, cause, changes);
  if (said.verdict !== assessment.verdict) {
    const from = said.verdict;
    said.verdict = assessment.verdict;
    said.verdictRevision += 1;
    changes.push({
      type: 'verdict.changed', verdict: assessment.verdict, from, at: verdictAt(assessment, from, cause),
      episode: 1, revision: said.verdictRevision - 1, sequence: ++said.sequence,
    });
  }
  return changes;
}

/** What of a signal, once it differs, makes a new revision. */
export const signalPrint = (s: Pick<SignalState, 'state' | 'severity' | 'opensAt' | 'closedAt' | 'detail'>): string => fingerprint([s.state, s.severity, s.opensAt, s.closedAt, s.detail]);

function saySignal(said: Said, now: SignalState, cause: Cause, changes: Change[]): void {
  const before = said.signals.get(now.signal);
  const print = signalPrint(now);
  if (before !== undefined && before.print === print) return;
  const opens = before === undefined || before.state === 'retracted' || (before.state === 'resolved' && isAgain(now, cause));
  const episode = opens ? (before?.episode ?? 0) + 1 : before.episode;
  let revision = opens ? 0 : before.revision + 1;
  const tell = (type: SignalChange['type'], at: number): void => {
    changes.push({
      type, signal: now.signal, severity: now.severity, reason: type === 'signal.closed' ? 'resolved' : null,
      at, now, episode, revision, sequence: ++said.sequence,
    });
  };
  if (opens) tell('signal.opened', episode === 1 ? now.opensAt : now.since);
  // True and put right before it was first seen: both are said (rulings 26).
  if (now.state === 'resolved') {
    if (opens) revision = 1;
    tell('signal.closed', now.closedAt ?? now.opensAt);
  } else if (!opens) tell('signal.amended', cause.at);
  said.signals.set(now.signal, { episode, revision, state: now.state, severity: now.severity, print });
}

/** Is a signal that was said to be put right true once more? A fact may make it so and put it right at once, such as another correction of a bill. */
const isAgain = (now: SignalState, cause: Cause): boolean =>
  now.state === 'open' || (cause.fact !== null && now.since === cause.at && now.closedAt === cause.at);

/** When what a worse verdict rests on was there; a better one came about by what was learned. */
function verdictAt({ verdict, patterns, signals }: Assessment, from: Verdict, cause: Cause): number {
  if (BADNESS[verdict] <= BADNESS[from]) return cause.at;
  if (verdict === 'fair') return Math.min(...signals.filter(({ severity }) => severity > 0).map(({ since }) => since));
  const wanted = verdict === 'failed' ? 'critical' : 'warning';
  return Math.min(...patterns.filter(({ severity }) => severity === wanted).map(({ since }) => since));
}
const BADNESS: Readonly<Record<Verdict, number>> = { on_course: 0, good: 0, fair: 1, poor: 2, failed: 3 };

function retractSignals(said: Said, assessment: Assessment, cause: Cause, changes: Change[]): void {
  for (const [signal, before] of said.signals) {
    if (before.state === 'retracted' || assessment.signals.some((s) => s.signal === signal)) continue;
    const revision = before.revision + 1;
    said.signals.set(signal, { ...before, state: 'retracted', revision, print: '' });
    changes.push({
      type: 'signal.closed', signal, severity: before.severity, reason: 'retracted', at: cause.at, now: null,
      episode: before.episode, revision, sequence: ++said.sequence,
    });
  }
}

function sayPattern(said: Said, now: PatternState, changes: Change[]): void {
  const before = said.patterns.get(now.pattern);
  if (before?.state === 'matched' && before.severity === now.severity) return;
  const episode = (before?.episode ?? 0) + 1;
  said.patterns.set(now.pattern, { episode, revision: 0, state: 'matched', severity: now.severity });
  changes.push({
    type: 'pattern.matched', pattern: now.pattern, severity: now.severity, at: now.at, now,
    episode, revision: 0, sequence: ++said.sequence,
  });
}

function clearPatterns(said: Said, assessment: Assessment, cause: Cause, changes: Change[]): void {
  for (const [pattern, before] of said.patterns) {
    if (before.state === 'cleared' || assessment.patterns.some((p) => p.pattern === pattern)) continue;
    const revision = before.revision + 1;
    said.patterns.set(pattern, { ...before, state: 'cleared', revision });
    changes.push({
      type: 'pattern.cleared', pattern, severity: before.severity, at: cause.at, now: null,
      episode: before.episode, revision, sequence: ++said.sequence,
    });
  }
}
