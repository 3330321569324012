import type { Assessment, SignalState } from '../../core/assessment.js';
import { fingerprint } from '../../core/fingerprint.js';
import { indexKeys } from '../../core/index-keys.js';
import type { Said } from '../../core/said.js';
import type { Tell } from './findings.js';
import type { FoldedAlert, FoldedOrder } from './said-log.js';

/** Holds what was said of an order, as the store keeps it, to the present assessment and to the published events. */

const printOf = (s: SignalState): string => fingerprint([s.state, s.severity, s.opensAt, s.closedAt, s.detail]);

/**
 * `said` has exactly what the assessment says: nothing is left to be told.
 * @param alertEnded the order was given up, and its alert with it
 */
export function compareSaid(orderId: string, said: Said, assessment: Assessment, alertEnded: boolean, tell: Tell): void {
  const wrong = (text: string): void => { tell('said_differs', text, { orderId }); };
  if (said.verdict !== assessment.verdict) wrong(`verdict: expected ${assessment.verdict}, said ${said.verdict}`);
  for (const signal of assessment.signals) {
    const told = said.signals.get(signal.signal);
    if (told === undefined || told.state === 'retracted') wrong(`${signal.signal}: expected ${signal.state}, not said`);
    else if (told.state !== signal.state || told.severity !== signal.severity) {
      wrong(`${signal.signal}: expected ${signal.state} with severity ${signal.severity}, said ${told.state} with ${told.severity}`);
    } else if (told.print !== printOf(signal)) wrong(`${signal.signal}: other instants or detail than were said`);
  }
  for (const [name, told] of said.signals) {
    if (told.state !== 'retracted' && !assessment.signals.some((s) => s.signal === name)) wrong(`${name}: said to be ${told.state}, expected not to hold`);
  }
  for (const { pattern, severity } of assessment.patterns) {
    const told = said.patterns.get(pattern);
    if (told?.state !== 'matched' || told.severity !== severity) wrong(`${pattern}: expected matched with ${severity}, said ${told === undefined ? 'nothing' : `${told.state} with ${told.severity}`}`);
  }
  for (const [name, told] of said.patterns) {
    if (told.state === 'matched' && !assessment.patterns.some((p) => p.pattern === name)) wrong(`${name}: said to match, expected not to`);
  }
  if (!alertEnded) compareAlert(orderId, said.alert, assessment, tell);
}

function compareAlert(orderId: string, alert: Said['alert'], { patterns }: Assessment, tell: Tell): void {
  // One that a person or time ended may leave patterns behind, but none that it was not about.
  const leftOver = alert?.state === 'closed' || alert?.state === 'expired' ? alert.patterns : [];
  const isNews = patterns.some(({ pattern }) => !leftOver.includes(pattern)) || (alert?.severity === 'warning' && patterns.some(({ severity }) => severity === 'critical'));
  const expected = alert?.state === 'open' || isNews ? patterns.map((p) => p.pattern).join(', ') : '';
  const found = alert?.state === 'open' ? alert.patterns.join(', ') : '';
  if (expected !== found) tell('said_differs', `alert: expected ${expected || 'none'}, said ${found || 'none'}`, { orderId });
}

interface Entry {
  readonly episode: number;
  readonly revision: number;
  readonly state?: string;
  readonly severity?: string | number;
  readonly verdict?: string;
}

const told = (entry: Entry | null | undefined): string => {
  if (entry == null) return 'nothing';
  const { episode, revision, state, verdict, severity } = entry;
  return `${state ?? verdict ?? ''} (episode ${episode}, revision ${revision}${severity === undefined ? '' : `, severity ${severity}`})`;
};

export interface WholeTopics {
  /** `cx.events`, `cx.alerts`: there from the first record on. */
  readonly events: boolean;
  readonly alerts: boolean;
}

/**
 * The published records of an order, those in the outbox included, add up to what was said.
 * @param folded undefined: no record tells of it
 * @returns false: something is unknown, because old records are gone
 */
export function compareFold(orderId: string, said: Said, folded: FoldedOrder | undefined, whole: WholeTopics, tell: Tell): boolean {
  const wrong = (text: string): void => { tell('events_differ', text, { orderId }); };
  let known = true;
  for (const [name, kept, published, same] of pairsOf(said, folded)) {
    if (published === undefined && kept !== undefined && !whole.events) known = false;
    else if (!same) wrong(`${name}: expected ${told(kept)}; published ${told(published)}`);
  }
  if (!alertFollows(said, folded?.alert ?? null, whole.alerts)) {
    tell('alert_differs', `expected ${told(said.alert)}; published ${told(folded?.alert)}`, { orderId });
  }
  if (whole.events && whole.alerts) compareSequence(said, folded, wrong);
  return known && whole.events && whole.alerts;
}

type Pair = readonly [name: string, kept: Entry | undefined, published: Entry | undefined, same: boolean];

/** Signals, patterns and the verdict, as the store keeps them beside what the events add up to. */
function* pairsOf(said: Said, folded: FoldedOrder | undefined): Iterable<Pair> {
  for (const name of new Set([...said.signals.keys(), ...(folded?.signals.keys() ?? [])])) {
    const [kept, published] = [said.signals.get(name), folded?.signals.get(name)];
    yield [name, kept, published, sameEntry(kept, published) && kept?.print === published?.print];
  }
  for (const name of new Set([...said.patterns.keys(), ...(folded?.patterns.keys() ?? [])])) {
    const [kept, published] = [said.patterns.get(name), folded?.patterns.get(name)];
    yield [name, kept, published, sameEntry(kept, published)];
  }
  const kept = said.verdictRevision === 0 ? undefined : { episode: 1, revision: said.verdictRevision - 1, verdict: said.verdict };
  const published = folded?.verdict ?? undefined;
  yield ['verdict', kept, published, sameEntry(kept, published) && kept?.verdict === published?.verdict];
}

function compareSequence(said: Said, folded: FoldedOrder | undefined, wrong: (text: string) => void): void {
  const { sequence, records } = folded ?? { sequence: 0, records: 0 };
  if (sequence !== said.sequence) wrong(`the last sequence is ${sequence}, given out were ${said.sequence}`);
  else if (records !== said.sequence) wrong(`${said.sequence} changes and alerts were said, ${records} are published`);
}

const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.episode === b?.episode && a?.revision === b?.revision && a?.state === b?.state && a?.severity === b?.severity;

function alertFollows({ alert: kept, patterns }: Said, published: FoldedAlert | null, whole: boolean): boolean {
  if (kept === null) return published === null;
  if (published === null) return !whole;
  // What cleared after the alert ended is left out of it without a word.
  const present = published.patterns.filter((name) => kept.state === 'open' || kept.patterns.includes(name) || patterns.get(name)?.state === 'matched');
  return sameEntry(kept, published) && kept.patterns.join('|') === present.join('|');
}

/** The index entries under which an order must stand, and those of a lane's bounded names under which it may not. */
export function compareIndexes(orderId: string, said: Said, customerId: string | null, asked: readonly string[], standing: readonly string[], tell: Tell): void {
  const expected = new Set(indexKeys(said, customerId));
  const found = new Set(standing);
  for (const name of asked) {
    if (expected.has(name) === found.has(name)) continue;
    const entry = name.startsWith('customer:') ? 'of a customer' : name;
    if (expected.has(name)) tell('index_missing', `expected under the entry ${entry}`, { orderId });
    else tell('index_stale', `stands under the entry ${entry}`, { orderId });
  }
}
