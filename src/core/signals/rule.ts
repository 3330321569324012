import type { Area, CoverableSource, Place, SignalName, Stage } from '../../contracts/names.js';
import { EVIDENCE_LIMIT, type Detail, type Json, type Severity } from '../assessment.js';
import { byPlace, type Fact } from '../fact.js';
export { instantText } from '../instant-text.js';
import type { Rules } from '../rules.js';
import type { Billing } from '../timeline/billing.js';
import type { ChangedDate } from '../timeline/changed-dates.js';
import type { Contacts } from '../timeline/contacts.js';
import type { History } from '../timeline/history.js';
import type { Incidents } from '../timeline/incidents.js';
import type { Quantities } from '../timeline/quantities.js';
import type { Statements } from '../timeline/statements.js';
import type { Trouble } from '../timeline/trouble.js';

/** All that a signal may be judged by. */
export interface Case {
  readonly history: History;
  readonly quantities: Quantities;
  readonly billing: Billing;
  readonly statements: Statements;
  readonly contacts: Contacts;
  readonly incidents: Incidents | null;
  readonly changes: readonly ChangedDate[];
  readonly place: Place;
  /** The time reached: a deadline has passed when this is greater. */
  readonly at: number;
  readonly rules: Rules;
  readonly covered: ReadonlySet<CoverableSource>;
}

/** A signal that is true, or was on the timeline as it is known now. */
export interface Finding {
  /** The first time it became true; ms. */
  readonly opensAt: number;
  /** When it became true the last time, where it may have been put right in between; absent: `opensAt`. */
  readonly since?: number;
  /** Since when it has its severity, where that may have grown; absent: `opensAt`. */
  readonly severeSince?: number;
  /** When it was put right; null while it's open. */
  readonly closedAt: number | null;
  readonly detail: Detail;
  readonly evidence: readonly Fact[];
  /** Given where the case refines the configured severity. */
  readonly severity?: Severity;
}

/** One signal of the catalogue: what it is and when it's true. */
export interface SignalRule {
  readonly signal: SignalName;
  readonly area: Area;
  readonly stage: Stage;
  /** Null: it is not true and never was. */
  readonly judge: (order: Case) => Finding | null;
  /** Asked where nothing was found: is it that a silent source keeps the answer (rulings 65)? */
  readonly isUnknown?: (order: Case) => boolean;
  /** The earliest instant, not before the time reached, after which time alone may change the answer; null: none. */
  readonly nextDeadline?: (order: Case) => number | null;
}

/** Of two deadlines the earlier one that has not passed. */
export function earlier(deadline: number | null, candidate: number, at: number): number | null {
  return candidate >= at && (deadline === null || candidate < deadline) ? candidate : deadline;
}

/** Facts in their places, each once, at most EVIDENCE_LIMIT. */
export function evidenceOf(facts: Iterable<Fact | null>): readonly Fact[] {
  const unique = new Set<Fact>();
  for (const fact of facts) if (fact !== null) unique.add(fact);
  const found = [...unique];
  return found.length <= 1 ? found : found.sort(byPlace).slice(0, EVIDENCE_LIMIT);
}

/** Instances beyond this many are counted, not listed. */
const INSTANCES_LISTED = 100;

/** `count` of all and `instances` of the first hundred. */
export function instancesOf<T>(all: readonly T[], show: (instance: T) => { readonly [key: string]: Json }): Detail {
  return { count: all.length, instances: all.slice(0, INSTANCES_LISTED).map(show) };
}

/** A signal that opens with the first fact of a trouble and is put right by what closed the last. */
export function findTrouble(trouble: Readonly<Trouble> | null, show: (fact: Fact) => { readonly [key: string]: Json }): Finding | null {
  if (trouble === null) return null;
  const [first] = trouble.facts;
  if (first === undefined) return null;
  return {
    opensAt: first.at,
    since: trouble.since.at,
    closedAt: trouble.closedBy?.at ?? null,
    detail: instancesOf(trouble.facts, show),
    evidence: evidenceOf([...trouble.facts.slice(0, EVIDENCE_LIMIT), trouble.closedBy]),
  };
}
