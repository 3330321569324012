import type { AlertType, PatternSeverity } from '../contracts/names.js';
import { type AlertGuidance, type AlertRules, guidanceOf, type MatchedPattern } from './alert-rules.js';
import type { Assessment, PatternState, SignalState } from './assessment.js';
import type { Cause } from './changes.js';
import { instantText } from './instant-text.js';
import type { Said } from './said.js';

/** What an alert says of its order. */
export interface AlertContent {
  /** Event time, ms. */
  readonly at: number;
  readonly patterns: readonly string[];
  readonly severity: PatternSeverity;
  /** One line that a person understands. */
  readonly headline: string;
  /** null once resolved. */
  readonly guidance: AlertGuidance | null;
  /** Orders with the same group suffer from the same cause: `carrier:parcelx|2026-03-01`. */
  readonly causeGroup: string | null;
}

/** One alert per order at a time: raised with its first pattern, updated as patterns or severity change, resolved with the last. */
export interface AlertChange extends AlertContent {
  readonly type: AlertType;
  readonly episode: number;
  readonly revision: number;
  readonly sequence: number;
  /** Of `alert.resolved` only. */
  readonly reason: AlertEnd | null;
}

/** Why an alert ends: its patterns no longer hold, or it is past its use. */
export type AlertEnd = 'cleared' | 'expired';

/** Says what is new of the order's alert and brings `said` up to date; null when nothing is. */
export function sayAlert(said: Said, assessment: Assessment, cause: Cause, rules: AlertRules): AlertChange | null {
  const before = said.alert;
  const open = before !== null && before.state === 'open';
  const matched = matchedPatterns(assessment);
  if (matched === null) return open ? resolve(said, assessment, cause.at, 'cleared') : null;
  // It was known when the order was given up, and is nothing new where that comes back with an older state.
  if (before?.state === 'expired' && cause.fact === null) return null;
  const patterns = matched.map((p) => p.pattern);
  const severity = worst(assessment.patterns);
  if (open && before.severity === severity && sameNames(before.patterns, patterns)) return null;
  const episode = open ? before.episode : (before?.episode ?? 0) + 1;
  const revision = open ? before.revision + 1 : 0;
  said.alert = { episode, revision, state: 'open', severity, patterns };
  return { ...contentOf(matched, assessment, rules), type: open ? 'alert.updated' : 'alert.raised', episode, revision, sequence: ++said.sequence, reason: null };
}

/** What an alert on the order's patterns says; null: it has none. */
export function alertContent(assessment: Assessment, rules: AlertRules): AlertContent | null {
  const matched = matchedPatterns(assessment);
  return matched === null ? null : contentOf(matched, assessment, rules);
}

type Matched = readonly [MatchedPattern, ...MatchedPattern[]];

function matchedPatterns({ patterns: [first, ...rest] }: Assessment): Matched | null {
  return first === undefined ? null : [first, ...rest];
}

function contentOf(matched: Matched, assessment: Assessment, rules: AlertRules): AlertContent {
  return {
    at: Math.max(...matched.map((p) => p.at)),
    patterns: matched.map((p) => p.pattern),
    severity: worst(assessment.patterns),
    headline: headlineOf(assessment),
    guidance: guidanceOf(rules, matched, assessment.place, assessment.end !== null),
    causeGroup: causeGroupOf(assessment, matched[0].at),
  };
}

/** Ends the order's alert, if one is open, because the order itself is kept no longer. @param at event time, ms */
export const expireAlert = (said: Said, assessment: Assessment, at: number): AlertChange | null =>
  (said.alert?.state === 'open' ? resolve(said, assessment, at, 'expired') : null);

function resolve(said: Said, assessment: Assessment, at: number, reason: AlertEnd): AlertChange | null {
  const before = said.alert;
  if (before === null) return null;
  const revision = before.revision + 1;
  said.alert = { ...before, revision, state: reason === 'cleared' ? 'resolved' : 'expired', patterns: [] };
  return {
    type: 'alert.resolved', at, episode: before.episode, revision, sequence: ++said.sequence,
    patterns: [], severity: before.severity, reason, guidance: null, causeGroup: causeGroupOf(assessment, at),
    headline: reason === 'cleared' ? `No reason for an alert is left: ${before.patterns.map(words).join(', ')} no longer hold`
      : 'Past its use: the order was settled long ago, nothing happened to it since, and it is no longer kept',
  };
}

const worst = (patterns: readonly PatternState[]): PatternSeverity =>
  patterns.some((p) => p.severity === 'critical') ? 'critical' : 'warning';

const sameNames = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, i) => name === b[i]);

const words = (name: string): string => name.replaceAll('_', ' ');

/** The gravest signals in words, what still runs first: "late delivery, billing error: delivery is still open". */
function headlineOf(assessment: Assessment): string {
  const adverse = assessment.signals.filter((s) => s.severity > 0).sort((a, b) => b.severity - a.severity || a.opensAt - b.opensAt);
  const named = adverse.slice(0, 4).map((s) => (s.state === 'resolved' ? `${words(s.signal)} (put right)` : words(s.signal)));
  const more = adverse.length > 4 ? ` and ${adverse.length - 4} more` : '';
  const end = assessment.end === null ? 'the order is still open' : `the order was ${assessment.end.kind}`;
  const list = `${named.join(', ')}${more}`;
  return `${list.charAt(0).toUpperCase()}${list.slice(1)}; ${end}`;
}

/** What may have brought it about: an incident, else the carrier, else the location; with the day (UTC). */
function causeGroupOf(assessment: Assessment, at: number): string | null {
  const day = instantText(at).slice(0, 10);
  const incident = incidentOf(assessment.signals.find((s) => s.signal === 'incident_affected'));
  if (incident !== null) return `incident:${incident}|${day}`;
  const { carrier, location } = assessment.place;
  if (carrier !== undefined) return `carrier:${carrier}|${day}`;
  return location === undefined ? null : `location:${location}|${day}`;
}

function incidentOf(signal: SignalState | undefined): string | null {
  for (const fact of signal?.evidence ?? []) if (fact.type === 'incident.opened') return fact.body.incidentId;
  return null;
}
