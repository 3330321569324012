import type { AlertOutcome, AlertType, PatternSeverity } from '../contracts/names.js';
import { type AlertGuidance, type AlertRules, guidanceOf, type MatchedPattern } from './alert-rules.js';
import type { Assessment, PatternState, SignalState } from './assessment.js';
import type { Cause } from './changes.js';
import { instantText } from './instant-text.js';
import type { Said, SaidAlert } from './said.js';

/** What an alert says of its order. */
export interface AlertContent {
  /** When what it is about happened, the last of it, or, resolved, what ended it; event time, ms. */
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

/** One alert per order at a time: raised with its first pattern, updated as patterns or severity change, resolved with the last of them, by time, or by a person. */
export interface AlertChange extends AlertContent {
  readonly type: AlertType;
  readonly episode: number;
  readonly revision: number;
  readonly sequence: number;
  /** Of `alert.resolved` only. */
  readonly ending: AlertEnding | null;
}

/** Why an alert ends: its patterns no longer hold, it is past its use, or a person closed it. */
export type AlertEnding = { readonly reason: 'cleared' | 'expired' } | { readonly reason: 'closed'; readonly outcome: AlertOutcome };

/** `backfill`: what happened is old, and nobody is told. */
export type AlertMode = 'live' | 'backfill';

/** Says what is new of the order's alert and brings `said` up to date; null when nothing is. */
export function sayAlert(said: Said, assessment: Assessment, cause: Cause, rules: AlertRules): AlertChange | null {
  const matched = matchedPatterns(assessment);
  if (said.alert !== null && said.alert.state !== 'open') said.alert = withoutCleared(said.alert, matched ?? []);
  const before = said.alert;
  const open = before !== null && before.state === 'open';
  if (matched === null) return open ? end(said, assessment, cause.at, { reason: 'cleared' }, clearedHeadline(before)) : null;
  const patterns = matched.map((p) => p.pattern);
  const severity = worst(assessment.patterns);
  if (open ? before.severity === severity && sameNames(before.patterns, patterns) : before !== null && isDealtWith(before, severity, patterns)) return null;
  const episode = open ? before.episode : (before?.episode ?? 0) + 1;
  const revision = open ? before.revision + 1 : 0;
  said.alert = { episode, revision, state: 'open', severity, patterns, raisedAt: open ? before.raisedAt : null, usefulUntil: open ? before.usefulUntil : null };
  return { ...contentOf(matched, assessment, rules), type: open ? 'alert.updated' : 'alert.raised', episode, revision, sequence: ++said.sequence, ending: null };
}

/** What cleared after the alert ended is news when it matches again, such as another date that was not kept. */
function withoutCleared(ended: SaidAlert, matched: readonly MatchedPattern[]): SaidAlert {
  const patterns = ended.patterns.filter((name) => matched.some(({ pattern }) => pattern === name));
  return patterns.length === ended.patterns.length ? ended : { ...ended, patterns };
}

/** Was all of this there when a person or time ended the alert, and ever since? Then it is nothing new, whatever else happens to the order. */
const isDealtWith = (before: SaidAlert, severity: PatternSeverity, patterns: readonly string[]): boolean =>
  before.state !== 'resolved' && (severity === before.severity || severity === 'warning') && patterns.every((name) => before.patterns.includes(name));

/** Until when an alert that people are told of is of use: until `actBy`, or, where acting helps no more, until what it is about happened; no change shortens that. */
export const usefulUntil = (before: SaidAlert | null, actBy: number | null, at: number): number => Math.max(before?.usefulUntil ?? -Infinity, actBy ?? at);

/**
 * Keeps how a change of the alert was told.
 * @param at wall clock, ms
 */
export function noteTold(said: Said, change: AlertChange, mode: AlertMode, at: number): void {
  const { alert } = said;
  if (alert?.state !== 'open') return;
  said.alert = {
    ...alert,
    raisedAt: change.type === 'alert.raised' ? at : alert.raisedAt,
    usefulUntil: mode === 'live' ? usefulUntil(alert, change.guidance?.actBy ?? null, change.at) : alert.usefulUntil,
  };
}

/** Were people told of this alert? */
export const wasTold = (alert: SaidAlert | null): boolean => alert !== null && alert.usefulUntil !== null;

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
    at: Math.max(...matched.map((p) => p.since)),
    patterns: matched.map((p) => p.pattern),
    severity: worst(assessment.patterns),
    headline: headlineOf(assessment),
    guidance: guidanceOf(rules, matched, assessment.place, assessment.end !== null),
    causeGroup: causeGroupOf(assessment, matched[0].since),
  };
}

/** When time ends this alert, ms; null: it doesn't. */
export const alertExpiry = (alert: SaidAlert | null, { expireAfterMs }: Pick<AlertRules, 'expireAfterMs'>): number | null =>
  (alert?.state !== 'open' || alert.usefulUntil === null || expireAfterMs === null ? null : alert.usefulUntil + expireAfterMs);

/** Ends the order's alert once it is past its use for long enough. @param reached the time reached, ms */
export function expireAlert(said: Said, assessment: Assessment, reached: number, rules: AlertRules): AlertChange | null {
  const at = alertExpiry(said.alert, rules);
  if (at === null || reached <= at) return null;
  return end(said, assessment, at, { reason: 'expired' }, 'Past its use: the time within which acting helps is over, and nobody closed it');
}

/** Ends the order's alert, if one is open, because the order itself is kept no longer. @param at event time, ms */
export const endWithOrder = (said: Said, assessment: Assessment, at: number): AlertChange | null =>
  end(said, assessment, at, { reason: 'expired' }, 'Past its use: the order was settled long ago, nothing happened to it since, and it is no longer kept');

/** What an alert is about: by it is told what is news after it ended. */
export type AlertSubject = Pick<SaidAlert, 'patterns' | 'severity'>;

/** That a person closed an alert, at this instant of the wall clock, ms, as it was when they did. */
export interface AlertClosure extends AlertSubject {
  readonly at: number;
  readonly outcome: AlertOutcome;
}

/** Ends the order's alert, if one is open, as a person said. What it has come to be about since is news after it. */
export const closeAlert = (said: Said, assessment: Assessment, { at, outcome, ...subject }: AlertClosure): AlertChange | null =>
  end(said, assessment, at, { reason: 'closed', outcome }, `Closed by a person: ${words(outcome)}`, subject);

function end(said: Said, assessment: Assessment, at: number, ending: AlertEnding, headline: string, subject: AlertSubject | null = said.alert): AlertChange | null {
  const before = said.alert;
  if (before?.state !== 'open' || subject === null) return null;
  const revision = before.revision + 1;
  const isCleared = ending.reason === 'cleared';
  const { severity } = subject;
  const patterns = isCleared ? [] : subject.patterns;
  said.alert = { ...before, revision, state: isCleared ? 'resolved' : ending.reason, severity, patterns };
  return {
    type: 'alert.resolved', at, episode: before.episode, revision, sequence: ++said.sequence,
    patterns, severity, ending, headline, guidance: null, causeGroup: causeGroupOf(assessment, at),
  };
}

const clearedHeadline = ({ patterns }: SaidAlert): string => `No reason for an alert is left: ${patterns.map(words).join(', ')} ${patterns.length === 1 ? 'holds' : 'hold'} no longer`;

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
