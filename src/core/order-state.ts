import type { PatternSeverity, SignalName, Verdict } from '../contracts/names.js';
import type { Severity } from './assessment.js';
import { nothingSaid, type Said, type SaidAlert } from './said.js';

/** What is kept of an order beside its facts. */
export interface OrderState {
  readonly said: Said;
  /** The time reached at which it was last assessed; never goes back. Ms. */
  judgedAt: number;
  /** When time alone may change the answer; null: never. Ms. */
  due: number | null;
  /** A rule threw on these facts: assessed again once it is mended. */
  unassessed: boolean;
  /**
   * Since when nothing can happen to it any more but new facts: it is settled and has no deadline left. The latest of the time reached when
   * it came to that, its facts, and when those were written to the log; null: it isn't at rest. Where time alone may bring it to rest (`due`),
   * or it waits to be judged (`judgedBy` null), the earliest from which it then rests, if that is known. Ms.
   */
  rests: number | null;
  /**
   * What the order has added to the measures, packed (core/measures/packed.ts), to be taken away again exactly; and, where it isn't that of
   * the order's facts, the place under which it did so, as JSON. [] while it has added nothing.
   */
  counted: readonly (string | number)[];
  /** The catalogue that it was judged by last, with all its facts; null: it has to be judged again. */
  judgedBy: string | null;
  /** The id of the journey that was read back as published last, while nobody has compared it with the present one; else null. */
  published: string | null;
}

/** Of an order of which nothing is known yet. */
export const newOrderState = (): OrderState => ({
  said: nothingSaid(), judgedAt: 0, due: null, unassessed: false, rests: null, counted: [], judgedBy: null, published: null,
});

/** Older code refuses what it cannot read. */
export const ORDER_STATE_FORMAT = 1;

type PackedSignal = [SignalName, number, number, 0 | 1 | 2, Severity, string];
type PackedPattern = [string, number, number, 0 | 1, PatternSeverity];
type PackedAlert = [number, number, 0 | 1 | 2 | 3, PatternSeverity, readonly string[], raisedAt?: number | null, usefulUntil?: number | null];
type Packed = [
  format: number, judgedAt: number, due: number | null, unassessed: 0 | 1, sequence: number, verdict: Verdict,
  verdictRevision: number, signals: PackedSignal[], patterns: PackedPattern[], alert: PackedAlert | 0,
  counted: readonly (string | number)[], judgedBy?: string | 0, published?: string | 0,
  /** Milliseconds from `judgedAt` to `rests`; absent: not at rest. */
  restsAfter?: number,
];

const SIGNAL_STATES = ['open', 'resolved', 'retracted'] as const;
const PATTERN_STATES = ['matched', 'cleared'] as const;
const ALERT_STATES = ['open', 'resolved', 'expired', 'closed'] as const;

/** As compact JSON text: short for the many orders of which nothing was said. */
export function packOrderState(state: OrderState): string {
  const { said } = state;
  const signals: PackedSignal[] = [];
  for (const [name, s] of said.signals) {
    signals.push([name, s.episode, s.revision, SIGNAL_STATES.indexOf(s.state) as 0 | 1 | 2, s.severity, s.print]);
  }
  const patterns: PackedPattern[] = [];
  for (const [name, p] of said.patterns) {
    patterns.push([name, p.episode, p.revision, PATTERN_STATES.indexOf(p.state) as 0 | 1, p.severity]);
  }
  const packed: Packed = [
    ORDER_STATE_FORMAT, state.judgedAt, state.due, state.unassessed ? 1 : 0, said.sequence, said.verdict,
    said.verdictRevision, signals, patterns, packAlert(said.alert), state.counted, state.judgedBy ?? 0,
  ];
  // What is last may be left out, in most orders both.
  if (state.rests !== null) packed.push(state.published ?? 0, state.rests - state.judgedAt);
  else if (state.published !== null) packed.push(state.published);
  return JSON.stringify(packed);
}

function packAlert(a: SaidAlert | null): PackedAlert | 0 {
  if (a === null) return 0;
  const packed: PackedAlert = [a.episode, a.revision, ALERT_STATES.indexOf(a.state) as 0 | 1 | 2 | 3, a.severity, a.patterns];
  if (a.usefulUntil !== null) packed.push(a.raisedAt, a.usefulUntil);
  else if (a.raisedAt !== null) packed.push(a.raisedAt);
  return packed;
}

const unpackAlert = ([episode, revision, state, severity, patterns, raisedAt = null, usefulUntil = null]: PackedAlert): SaidAlert =>
  ({ episode, revision, state: ALERT_STATES[state], severity, patterns, raisedAt, usefulUntil });

/** Throws when the bytes were written by newer code: going on would lose what it kept. */
export function unpackOrderState(text: string): OrderState {
  const packed = JSON.parse(text) as Packed;
  const [format, judgedAt, due, unassessed, sequence, verdict, verdictRevision, signals, patterns, alert, counted, judgedBy, published, restsAfter] = packed;
  if (format !== ORDER_STATE_FORMAT) {
    throw new Error(`an order's state has format ${String(format)}, this version reads ${ORDER_STATE_FORMAT}: run the newer version that wrote it`);
  }
  const said: Said = { sequence, verdict, verdictRevision, signals: new Map(), patterns: new Map(), alert: null };
  for (const [name, episode, revision, state, severity, print] of signals) {
    said.signals.set(name, { episode, revision, state: SIGNAL_STATES[state], severity, print });
  }
  for (const [name, episode, revision, state, severity] of patterns) {
    said.patterns.set(name, { episode, revision, state: PATTERN_STATES[state], severity });
  }
  if (alert !== 0) said.alert = unpackAlert(alert);
  return {
    said, judgedAt, due, unassessed: unassessed === 1, rests: restsAfter === undefined ? null : judgedAt + restsAfter, counted,
    judgedBy: typeof judgedBy === 'string' ? judgedBy : null, published: typeof published === 'string' ? published : null,
  };
}
