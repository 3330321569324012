import { type PatternSeverity, type SignalName, type Verdict, VERDICTS } from '../contracts/names.js';
import type { Severity } from './assessment.js';
import type { OrderState } from './order-state.js';
import { createSink, putByte, putNumber, putVarint, takeByte, takeNumber, takeVarint, type Source } from './packing/bytes.js';
import { putText, takeText } from './packing/text.js';
import type { Said, SaidAlert } from './said.js';

/**
 * What is kept of an order beside its facts, as bytes: the format, which of the parts below there are, and those in turn. Most orders are never
 * talked about, so what was said of signals, patterns and alerts is JSON, where anything was.
 */
export const ORDER_STATE_FORMAT = 2;
/** Format 1 was all of it as JSON; it begins with this. */
const BRACKET = '['.charCodeAt(0);

// The second byte.
const DUE = 1;
const RESTS = 2;
const UNASSESSED = 4;
const JUDGED_BY = 8;
const PUBLISHED = 16;
const SPOKEN_OF = 32;
const COUNTED = 64;
/** It is one text, as of all orders but those counted under a place other than that of their facts. */
const COUNTED_TEXT = 128;

type PackedSignal = [SignalName, number, number, 0 | 1 | 2, Severity, string];
type PackedPattern = [string, number, number, 0 | 1, PatternSeverity];
type PackedAlert = [number, number, 0 | 1 | 2 | 3, PatternSeverity, readonly string[], raisedAt?: number | null, usefulUntil?: number | null];
type SpokenOf = [signals: PackedSignal[], patterns: PackedPattern[], alert: PackedAlert | 0];

const SIGNAL_STATES = ['open', 'resolved', 'retracted'] as const;
const PATTERN_STATES = ['matched', 'cleared'] as const;
const ALERT_STATES = ['open', 'resolved', 'expired', 'closed'] as const;

const scratch = createSink(1024);

export function packOrderState(state: OrderState): Uint8Array {
  const { said, judgedAt, due, rests, counted, judgedBy, published } = state;
  const spokenOf = said.signals.size > 0 || said.patterns.size > 0 || said.alert !== null;
  const [text] = counted;
  const isText = counted.length === 1 && typeof text === 'string';
  scratch.at = 0;
  putByte(scratch, ORDER_STATE_FORMAT);
  putByte(scratch, (due === null ? 0 : DUE) | (rests === null ? 0 : RESTS) | (state.unassessed ? UNASSESSED : 0) | (judgedBy === null ? 0 : JUDGED_BY) |
    (published === null ? 0 : PUBLISHED) | (spokenOf ? SPOKEN_OF : 0) | (counted.length === 0 ? 0 : COUNTED) | (isText ? COUNTED_TEXT : 0));
  putNumber(scratch, judgedAt);
  if (due !== null) putNumber(scratch, due - judgedAt);
  if (rests !== null) putNumber(scratch, rests - (due ?? judgedAt));
  putVarint(scratch, said.sequence);
  putByte(scratch, VERDICTS.indexOf(said.verdict));
  putVarint(scratch, said.verdictRevision);
  if (counted.length > 0) putText(scratch, isText ? text : JSON.stringify(counted));
  if (judgedBy !== null) putText(scratch, judgedBy);
  if (published !== null) putText(scratch, published);
  if (spokenOf) putText(scratch, JSON.stringify(packSpokenOf(said)));
  return scratch.bytes.slice(0, scratch.at);
}

/** Throws a RangeError on bytes that end early, an Error on those that newer code wrote: going on would lose what it kept. */
export function unpackOrderState(bytes: Uint8Array): OrderState {
  if (bytes[0] === BRACKET) return unpackFormat1(bytes);
  const source: Source = { bytes, at: 0 };
  const format = takeByte(source);
  if (format !== ORDER_STATE_FORMAT) refuse(format);
  const parts = takeByte(source);
  const judgedAt = takeNumber(source);
  const due = (parts & DUE) === 0 ? null : judgedAt + takeNumber(source);
  const rests = (parts & RESTS) === 0 ? null : (due ?? judgedAt) + takeNumber(source);
  const said: Said = { sequence: takeVarint(source), verdict: verdictOf(takeByte(source)), verdictRevision: takeVarint(source), signals: new Map(), patterns: new Map(), alert: null };
  const counted = (parts & COUNTED) === 0 ? [] : countedOf(takeText(source), (parts & COUNTED_TEXT) !== 0);
  const judgedBy = (parts & JUDGED_BY) === 0 ? null : takeText(source);
  const published = (parts & PUBLISHED) === 0 ? null : takeText(source);
  if ((parts & SPOKEN_OF) !== 0) unpackSpokenOf(JSON.parse(takeText(source)) as SpokenOf, said);
  return { said, judgedAt, due, unassessed: (parts & UNASSESSED) !== 0, rests, counted, judgedBy, published };
}

function refuse(format: number): never {
  throw new Error(`an order's state has format ${format}, this version reads formats up to ${ORDER_STATE_FORMAT}: run the newer version that wrote it`);
}

/** The verdicts' order is stored, so new ones go to their end. */
function verdictOf(code: number): Verdict {
  const verdict = VERDICTS[code];
  if (verdict === undefined) throw new RangeError(`an order's state names verdict ${code}, which this version doesn't know`);
  return verdict;
}

const countedOf = (text: string, isText: boolean): OrderState['counted'] => (isText ? [text] : JSON.parse(text) as OrderState['counted']);

function packSpokenOf(said: Said): SpokenOf {
  const signals: PackedSignal[] = [];
  for (const [name, s] of said.signals) {
    signals.push([name, s.episode, s.revision, SIGNAL_STATES.indexOf(s.state) as 0 | 1 | 2, s.severity, s.print]);
  }
  const patterns: PackedPattern[] = [];
  for (const [name, p] of said.patterns) {
    patterns.push([name, p.episode, p.revision, PATTERN_STATES.indexOf(p.state) as 0 | 1, p.severity]);
  }
  return [signals, patterns, packAlert(said.alert)];
}

function unpackSpokenOf([signals, patterns, alert]: SpokenOf, said: Said): void {
  for (const [name, episode, revision, state, severity, print] of signals) {
    said.signals.set(name, { episode, revision, state: SIGNAL_STATES[state], severity, print });
  }
  for (const [name, episode, revision, state, severity] of patterns) {
    said.patterns.set(name, { episode, revision, state: PATTERN_STATES[state], severity });
  }
  if (alert !== 0) said.alert = unpackAlert(alert);
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

type Format1 = [
  format: number, judgedAt: number, due: number | null, unassessed: 0 | 1, sequence: number, verdict: Verdict,
  verdictRevision: number, signals: PackedSignal[], patterns: PackedPattern[], alert: PackedAlert | 0,
  counted: readonly (string | number)[], judgedBy?: string | 0, published?: string | 0,
  /** Milliseconds from `judgedAt` to `rests`; absent: not at rest. */
  restsAfter?: number,
];

const decoder = new TextDecoder();

function unpackFormat1(bytes: Uint8Array): OrderState {
  const [format, judgedAt, due, unassessed, sequence, verdict, verdictRevision, signals, patterns, alert, counted, judgedBy, published, restsAfter] =
    JSON.parse(decoder.decode(bytes)) as Format1;
  if (format !== 1) refuse(format);
  const said: Said = { sequence, verdict, verdictRevision, signals: new Map(), patterns: new Map(), alert: null };
  unpackSpokenOf([signals, patterns, alert], said);
  return {
    said, judgedAt, due, unassessed: unassessed === 1, rests: restsAfter === undefined ? null : judgedAt + restsAfter, counted,
    judgedBy: typeof judgedBy === 'string' ? judgedBy : null, published: typeof published === 'string' ? published : null,
  };
}
