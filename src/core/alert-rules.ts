import type { PatternSeverity, Place, PlaceKey } from '../contracts/names.js';

/**
 * What turns matched patterns into work for a person: who gets it, what to do first and until when doing it still
 * helps. Everything here is configuration; the defaults are for a shop that sends parcels.
 */

/** The first step, as a code for programs and a sentence for people. */
export interface NextAction {
  readonly code: string;
  readonly text: string;
}

/** Until when acting helps the customer. */
export type ActBy =
  /** For `ms` after the pattern came true; `open`: and only while the order hasn't ended. */
  | { readonly kind: 'within'; readonly ms: number; readonly while: 'open' | 'any'; readonly reason: string }
  /** By the time it is known there is nothing to save; the alert is a record. */
  | { readonly kind: 'never'; readonly reason: string };

/** Gives alerts to a team. What is absent fits everything; a place fits when each of its keys has the same value. */
export interface OwnerRule {
  readonly pattern?: string;
  readonly place?: Place;
  readonly team: string;
}

export interface AlertRules {
  /** Alerts on what happened longer ago than this are `backfill`: recorded, sent nowhere; ms. */
  readonly maxAgeMs: number;
  /** How long after its use a live alert ends by itself, ms; null: none does. */
  readonly expireAfterMs: number | null;
  /** The first that fits one of the alert's patterns and its order's place decides. */
  readonly owners: readonly OwnerRule[];
  readonly defaultOwner: string;
  /** By pattern. */
  readonly actions: Readonly<Record<string, NextAction>>;
  /** For patterns without an entry in `actions`. */
  readonly defaultAction: NextAction;
  /** By pattern. */
  readonly actBy: Readonly<Record<string, ActBy>>;
  /** For patterns without an entry in `actBy`. */
  readonly defaultActBy: ActBy;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const DEFAULT_ALERT_RULES: AlertRules = {
  maxAgeMs: 72 * HOUR,
  expireAfterMs: 7 * DAY,
  owners: [],
  defaultOwner: 'customer-service',
  actions: {
    late_with_billing_error: { code: 'correct_invoice', text: 'Correct the invoice, then apologise for both faults in one message.' },
    failed_order: { code: 'call_customer', text: 'Call the customer and offer a remedy for the whole order: goods, date and money.' },
    consecutive_adverse: { code: 'call_customer', text: 'Call the customer: several things went wrong in a row and one person should take the order over.' },
    adverse_accumulation: { code: 'review_order', text: 'Read the story of the order and put right what is still open.' },
    broken_promises: { code: 'confirm_date', text: 'Get a date from the carrier that will hold, and tell it to the customer.' },
    silent_change: { code: 'tell_customer', text: 'Tell the customer that the date was not kept, and which one holds now.' },
    missed_promise: { code: 'chase_delivery', text: 'Find the parcel, set a new date and tell it to the customer.' },
    grave_signal: { code: 'remedy', text: 'Offer a remedy for the worst fault: replacement, refund or a call.' },
  },
  defaultAction: { code: 'review_order', text: 'Read the story of the order and decide what would help.' },
  actBy: {
    late_with_billing_error: { kind: 'within', ms: 5 * DAY, while: 'any', reason: 'an invoice put right before it is paid or collected costs one message' },
    failed_order: { kind: 'within', ms: 2 * DAY, while: 'any', reason: 'a remedy offered within two days comes before the customer has given up on the shop' },
    consecutive_adverse: { kind: 'within', ms: DAY, while: 'any', reason: 'a call on the next day still breaks the run' },
    adverse_accumulation: { kind: 'within', ms: 2 * DAY, while: 'any', reason: 'what is put right within two days is remembered as put right' },
    broken_promises: { kind: 'within', ms: DAY, while: 'open', reason: 'another date helps as long as the customer waits, and only soon after the last one failed' },
    silent_change: { kind: 'within', ms: DAY, while: 'open', reason: 'news of a missed date helps as long as the customer waits without knowing' },
    missed_promise: { kind: 'within', ms: 3 * DAY, while: 'open', reason: 'beyond three days of lateness most customers turn away' },
    grave_signal: { kind: 'within', ms: 2 * DAY, while: 'any', reason: 'a remedy for a grave fault is expected within two days' },
  },
  defaultActBy: { kind: 'within', ms: DAY, while: 'any', reason: 'what is dealt with within a day rarely comes back as a complaint' },
};

/** A matched pattern, as far as alerts need it. `since`: when it came true the last time (see PatternState), in ms since the epoch. */
export interface MatchedPattern {
  readonly pattern: string;
  readonly severity: PatternSeverity;
  readonly since: number;
}

export interface AlertGuidance {
  readonly owner: string;
  readonly nextAction: NextAction;
  /** Ms since the epoch; null: acting no longer helps. */
  readonly actBy: number | null;
  readonly actByReason: string;
}

/**
 * Until when acting on a pattern helps, from when it came true the last time.
 * @param ended whether the order was delivered or cancelled
 */
export function actByOf(rules: AlertRules, matched: MatchedPattern, ended: boolean): { readonly actBy: number | null; readonly actByReason: string } {
  const rule = own(rules.actBy, matched.pattern) ?? rules.defaultActBy;
  if (rule.kind === 'never') return { actBy: null, actByReason: rule.reason };
  if (rule.while === 'open' && ended) return { actBy: null, actByReason: 'the order has ended' };
  return { actBy: matched.since + rule.ms, actByReason: rule.reason };
}

/** The team that an alert on these patterns at this place belongs to. */
export function ownerOf(rules: AlertRules, matched: readonly MatchedPattern[], place: Place): string {
  const rule = rules.owners.find((owner) =>
    (owner.pattern === undefined || matched.some(({ pattern }) => pattern === owner.pattern)) && fits(owner.place, place));
  return rule?.team ?? rules.defaultOwner;
}

/**
 * What an alert on these patterns (at least one) tells its reader. One pattern leads, and gives action and deadline: one where
 * acting still helped when the last of them came true, then a critical one before a warning, then the one that is due first, then
 * the order given.
 */
export function guidanceOf(rules: AlertRules, matched: readonly [MatchedPattern, ...MatchedPattern[]], place: Place, ended: boolean): AlertGuidance {
  const [first, ...rest] = matched;
  const at = Math.max(...matched.map(({ since }) => since));
  const candidate = (pattern: MatchedPattern) => {
    const acting = actByOf(rules, pattern, ended);
    return { pattern, helps: acting.actBy !== null && acting.actBy >= at, ...acting };
  };
  const lead = rest.map(candidate).reduce((best, next) => (leads(next, best) ? next : best), candidate(first));
  return {
    owner: ownerOf(rules, matched, place),
    nextAction: own(rules.actions, lead.pattern.pattern) ?? rules.defaultAction,
    actBy: lead.actBy,
    actByReason: lead.actByReason,
  };
}

interface Candidate {
  readonly pattern: MatchedPattern;
  readonly helps: boolean;
  readonly actBy: number | null;
}

function leads(next: Candidate, best: Candidate): boolean {
  if (next.helps !== best.helps) return next.helps;
  if (next.pattern.severity !== best.pattern.severity) return next.pattern.severity === 'critical';
  return (next.actBy ?? Infinity) < (best.actBy ?? Infinity);
}

const fits = (wanted: Place | undefined, place: Place): boolean =>
  wanted === undefined || (Object.keys(wanted) as PlaceKey[]).every((key) => wanted[key] === place[key]);

/** Pattern names come from configuration: `constructor` must not find anything. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);
