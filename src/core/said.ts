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
  /** `expired`: resolved because its order was given up, whatever its patterns say. */
  readonly state: 'open' | 'resolved' | 'expired';
  readonly severity: PatternSeverity;
  readonly patterns: readonly string[];
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
