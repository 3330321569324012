import type { PatternSeverity, SignalName, Verdict } from '../contracts/names.js';
import type { Severity } from './assessment.js';

/**
 * What has been said of an order in the derived events: state of its own, never recomputed from facts, because a
 * difference is taken between the present assessment and this. Every entry could be read back from `cx.events`.
 */

export interface SaidSignal {
  readonly episode: number;
  readonly revision: number;
  readonly state: 'open' | 'resolved' | 'retracted';
  readonly severity: Severity;
  /** Fingerprint of the content that was said; empty for `retracted`. */
  readonly print: string;
}

export interface SaidPattern {
  readonly episode: number;
  readonly revision: number;
  readonly state: 'matched' | 'cleared';
  readonly severity: PatternSeverity;
}

export interface SaidAlert {
  readonly episode: number;
  readonly revision: number;
  /** Why it is open no longer: its patterns cleared (`resolved`), it is past its use or its order was given up (`expired`), a person closed it. */
  readonly state: 'open' | 'resolved' | 'expired' | 'closed';
  readonly severity: PatternSeverity;
  /** Of an expired or closed one: those that it was about when it ended, and that have matched ever since. */
  readonly patterns: readonly string[];
  /** When it was raised, by the wall clock, ms; null: that is not known. */
  readonly raisedAt: number | null;
  /** Until when it is of use, ms; null: it is a record of the past (mode `backfill`), and no time ends it. */
  readonly usefulUntil: number | null;
}

export interface Said {
  /** The last `sequence` given to a derived event of this order; 0: none yet. */
  sequence: number;
  /** Every order starts as `on_course`, unannounced. */
  verdict: Verdict;
  /** Number of `verdict.changed` said. */
  verdictRevision: number;
  readonly signals: Map<SignalName, SaidSignal>;
  readonly patterns: Map<string, SaidPattern>;
  alert: SaidAlert | null;
}

export const nothingSaid = (): Said => ({
  sequence: 0, verdict: 'on_course', verdictRevision: 0, signals: new Map(), patterns: new Map(), alert: null,
});
