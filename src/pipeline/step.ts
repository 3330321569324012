import type { SourceTopic } from '../contracts/names.js';
import { deadLetterRecord } from './dead-letter-record.js';
import type { StepDeadlines } from './deadlines.js';
import type { Decoded } from './decode.js';
import type { Judge, StepOutputs } from './judge.js';
import { fullMessage, type LiveOrder, takeIn } from './live-order.js';
import type { OrderRemoval, OrderWrite, SourceRecord, Telemetry } from './ports.js';
import type { PreparedStep } from './prepare-step.js';
import { expiryOf } from './retention.js';
import type { Candidate, StepParts } from './step-parts.js';

export interface StepResult {
  /** How many of the candidates were used up; the rest come again. */
  readonly consumed: number;
  readonly orders: readonly OrderWrite[];
  readonly forget: readonly OrderRemoval[];
  readonly outputs: StepOutputs;
  /** What it adds to the measures; null: nothing. */
  readonly measures: Buffer | null;
}

interface Work {
  readonly parts: StepParts;
  readonly outputs: StepOutputs;
  readonly deadlines: StepDeadlines;
  /** Of the events without order: is the candidate at this place the first with its id? */
  readonly firsts: ReadonlyMap<Candidate, boolean>;
  /**
   * The time reached, but never beyond what the deadlines were fetched for: the wall clock goes on while the store is
   * asked, and an order must not be judged past a deadline of its own that isn't known here.
   */
  readonly now: () => number;
  /** What became of the records so far. */
  readonly counts: Map<SourceTopic, Record<EventOutcome, number>>;
  bytes: number;
}

type EventOutcome = Parameters<Telemetry['event']>[1];

/**
 * One step of a lane: candidates are applied one by one; after each, the deadlines that the time reached has passed
 * fire, each at its own instant, before the next candidate. Nothing is written: the result says what to write.
 */
export function runStep(parts: StepParts, prepared: PreparedStep, lastSeq: number): StepResult {
  const { deadlines, firsts, candidates, until } = prepared;
  const now = (): number => Math.min(parts.time.now(), until);
  const work: Work = { parts, deadlines, firsts, now, counts: new Map(), bytes: 0, outputs: { seq: lastSeq, records: [], causes: [] } };
  const consumed = applyAll(work, candidates);
  tellCounts(work);
  return { consumed, ...takeWrites(parts), forget: [], outputs: work.outputs };
}

/** What the store must write for the orders that were changed, which then may leave the memory. */
export function takeWrites({ book, deadlines, measures }: Pick<StepParts, 'book' | 'deadlines' | 'measures'>): Pick<StepResult, 'orders' | 'measures'> {
  // Once an order, however many events it had: what lies between doesn't show.
  for (const order of book.touched()) measures.count(order);
  const orders = book.writes();
  for (const order of orders) if (order.due !== undefined) deadlines.note(order.due);
  book.settle();
  return { orders, measures: measures.take() };
}

function applyAll(work: Work, candidates: readonly Candidate[]): number {
  if (!fireDue(work)) return 0;
  let consumed = 0;
  for (const candidate of candidates) {
    consumed += 1;
    if (candidate.kind === 'gap') work.parts.progress.skip(candidate.topic, candidate.next);
    else applyRecord(work, candidate);
    if (!fireDue(work) || isFull(work)) break;
  }
  return consumed;
}

const isFull = ({ parts, bytes }: Work): boolean => parts.book.touchedCount() >= parts.limits.orders || bytes >= parts.limits.bytes;

/** Fires what the time reached has passed. False: the step must end before anything else is applied. */
function fireDue(work: Work): boolean {
  const { parts, deadlines } = work;
  const time = work.now();
  parts.calendar.follow(time);
  for (;;) {
    const due = deadlines.take(time);
    if (due === null) return true;
    if (due === 'unknown') return false;
    const order = parts.book.get(due.orderId);
    // The order's facts of this step may have moved its deadline.
    if (order.state.due !== due.at) continue;
    judge(work, order, due.at + 1, { fact: null, at: due.at });
    if (isFull(work)) return false;
  }
}

type EventRead = Extract<Decoded, { kind: 'event' }>;
type RecordCandidate = Extract<Candidate, { kind: 'record' }>;

function applyRecord(work: Work, candidate: RecordCandidate): void {
  const { record, decoded } = candidate;
  const { progress, time } = work.parts;
  work.bytes += record.value?.length ?? 0;
  time.written(record.timestamp);
  const outcome = decoded.kind === 'dead_letter' ? decoded : applyEvent(work, candidate, decoded);
  if (typeof outcome === 'object') {
    if (!work.parts.silence.isKnownLetter(record)) putAside(work, record, outcome);
    progress.read(record, 'deadLetter');
    count(work, record.topic, 'dead_letter');
    return;
  }
  progress.read(record, outcome);
  count(work, record.topic, outcome);
  if (decoded.kind === 'event') time.read(record.topic, decoded.fact.at, record.timestamp);
}

function count({ counts }: Work, topic: SourceTopic, outcome: EventOutcome): void {
  let of = counts.get(topic);
  if (of === undefined) counts.set(topic, (of = { applied: 0, duplicate: 0, dead_letter: 0 }));
  of[outcome] += 1;
}

function tellCounts({ counts, parts }: Work): void {
  for (const [topic, of] of counts) {
    for (const outcome of ['applied', 'duplicate', 'dead_letter'] as const) if (of[outcome] > 0) parts.telemetry.event(topic, outcome, of[outcome]);
  }
}

function putAside({ outputs, parts }: Work, record: SourceRecord, { reason, message }: Refusal): void {
  const topic = parts.topicNames[record.topic];
  outputs.records.push(deadLetterRecord(record, topic, reason, message, ++outputs.seq));
  outputs.causes.push(record.timestamp);
  parts.telemetry.deadLetter(parts.lane, { topic, offset: record.offset }, reason, message);
}

type Refusal = Extract<Decoded, { kind: 'dead_letter' }>;

function applyEvent(work: Work, candidate: RecordCandidate, event: EventRead): 'applied' | 'duplicate' | Refusal {
  const { parts, firsts } = work;
  if (event.orderId === null) {
    if (firsts.get(candidate) === false) return 'duplicate';
    parts.measures.orderless(event.fact);
    return 'applied';
  }
  const order = parts.book.get(event.orderId);
  // Before it is looked for among the facts: of those that are gone nobody could tell.
  const expired = refuseExpired(parts, order, candidate.record, event.fact.at);
  if (expired !== null) return expired;
  const outcome = takeIn(order, event.fact, parts.maxFacts);
  if (outcome === 'full') return { kind: 'dead_letter', reason: 'journey_too_long', message: fullMessage(parts.maxFacts) };
  if (outcome === 'duplicate') return 'duplicate';
  if (parts.silence.isKept()) {
    parts.book.leaveUnjudged(order, event.fact, parts.time.arrived());
    return 'applied';
  }
  const said = work.outputs.records.length;
  judge(work, order, Math.max(0, work.now()), { fact: event.fact, at: event.fact.at });
  if (work.outputs.records.length > said) work.outputs.causes.push(candidate.record.timestamp);
  return 'applied';
}

/** An order that is no longer kept takes nothing. What is read again was refused before, or taken when the order still was kept: it is known. */
function refuseExpired({ silence, progress, calendar, retention }: StepParts, order: LiveOrder, record: SourceRecord, factAt: number): 'duplicate' | Refusal | null {
  const isKnown = silence.isKnownExpiry(record);
  // Its age alone says nothing while the order may be known only once more was read again, or a history is loaded in whatever order.
  const message = isKnown ? 'as it was refused before' : expiryOf(order, silence.isKept() || calendar.isHistory() ? Infinity : factAt, calendar.at(), retention);
  if (message === null) return null;
  return !isKnown && progress.wasRead(record) ? 'duplicate' : { kind: 'dead_letter', reason: 'order_expired', message };
}

function judge(work: Work, order: LiveOrder, at: number, cause: Parameters<Judge>[2]): void {
  work.parts.book.touch(order);
  work.parts.judge(order, at, cause, work.outputs);
  if (order.state.due !== null) work.deadlines.add({ orderId: order.orderId, at: order.state.due });
}
