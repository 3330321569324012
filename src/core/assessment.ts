import type { Area, GoodTouchpointName, PatternSeverity, Place, SignalName, Stage, Verdict } from '../contracts/names.js';
import type { Fact } from './fact.js';

/** The answer to "what did this order's customer live through", as of a time reached. Instants in ms since the epoch. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** Free of offsets and wall clocks: a function of the facts alone, so that a shuffle leaves it equal to the byte. */
export type Detail = { readonly [key: string]: Json };

export type Severity = 0 | 1 | 2 | 3;

export interface SignalState {
  readonly signal: SignalName;
  readonly area: Area;
  readonly stage: Stage;
  readonly state: 'open' | 'resolved';
  /** The first time at which it became true. */
  readonly opensAt: number;
  /** When it became true the last time: `opensAt`, unless it was put right in between. */
  readonly since: number;
  /** Since when it is as severe as it is, where it grew; else `opensAt`. */
  readonly severeSince: number;
  /** When it was put right; null while open. */
  readonly closedAt: number | null;
  readonly severity: Severity;
  readonly detail: Detail;
  /** The facts that prove it, in their places; at most EVIDENCE_LIMIT. */
  readonly evidence: readonly Fact[];
}

export interface PatternState {
  readonly pattern: string;
  readonly severity: PatternSeverity;
  /** The latest `opensAt` that it needed. */
  readonly at: number;
  /** The same of signals as they are now: one that was put right and became true again counts from then, and, where severity counts, one that grew. */
  readonly since: number;
  /** Names of the signals that matched it. */
  readonly signals: readonly SignalName[];
}

export interface GoodTouchpoint {
  readonly type: GoodTouchpointName;
  readonly area: Area;
  readonly stage: Stage;
  readonly at: number;
  readonly evidence: readonly Fact[];
}

/** Promises in force, as given; null where there is none. */
export interface Promises {
  readonly original: string | null;
  readonly baseline: string | null;
  readonly latest: string | null;
}

export interface Assessment {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly place: Place;
  readonly verdict: Verdict;
  readonly recordsVerdict: Verdict;
  readonly settled: boolean;
  /** How the order ended, and when; null while it hasn't. */
  readonly end: { readonly kind: 'delivered' | 'cancelled'; readonly at: number } | null;
  /** Sorted by name. */
  readonly unknown: readonly SignalName[];
  readonly promises: Promises;
  /** What the customer was last told of the delivery date, and when. */
  readonly lastTold: { readonly stated: string | null; readonly about: string; readonly at: number } | null;
  /** In the order of the catalogue. */
  readonly signals: readonly SignalState[];
  /** In the order of the catalogue. */
  readonly patterns: readonly PatternState[];
  /** By time, then name. */
  readonly goods: readonly GoodTouchpoint[];
  /**
   * The earliest instant `d` such that a time reached greater than `d` may change this answer, or what the order adds to the
   * measures, while no fact comes; null when time alone can't. Up to and including `d` the answer holds.
   */
  readonly nextDeadline: number | null;
}

export const EVIDENCE_LIMIT = 100;
