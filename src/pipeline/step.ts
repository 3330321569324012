import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { SourceTopic } from '../contracts/names.js';
import type { Fact } from '../core/fact.js';
import { getOrInsert } from '../core/get-or-insert.js';
import { deadLetterRecord } from './dead-letter-record.js';
import type { Decoded } from './decode.js';
import type { JudgeCause, StepOutputs } from './judge.js';
import { setSeq } from './letter-headers.js';
import { type FinishedOrder, fullMessage, type LiveOrder, takeIn } from './live-order.js';
import type { OrderRemoval, OutputRecord, SourceRecord, Telemetry } from './ports.js';
import type { PreparedStep } from './prepare-step.js';
import { expiryOf } from './retention.js';
import { createSayings, fireDue, type Firing, type Sayings } from './sayings.js';
import { type Course, courseOf, type Moment } from './step-course.js';
import type { StepParts } from './step-parts.js';

export interface StepResult {
  /** How many of the candidates were used up; the rest come again. */
  readonly consumed: number;
  readonly orders: readonly FinishedOrder[];
  readonly forget: readonly OrderRemoval[];
  readonly outputs: StepOutputs;
  /** What it adds to the measures; null: nothing. */
  readonly measures: Buffer | null;
}

/** Of more events at once orders change again before their journeys are due, and what was rendered of them would have to be kept for long. */
const FEW_EVENTS = 500;

/** Of so many events orders are worked in a row, some 10 ms; then whatever else is due in this thread has its turn. */
const EVENTS_IN_A_ROW = 250;

interface Work {
  readonly parts: StepParts;
  readonly prepared: PreparedStep;
  readonly course: Course;
  /** What became of the candidate at a place; of gaps nothing. */
  readonly outcomes: EventOutcome[];
  readonly sayings: Sayings;
  readonly firing: Firing;
}

type EventOutcome = Parameters<Telemetry['event']>[1];

/**
 * One step of a lane. It says and writes what would be said and written if candidates were applied one by one, and after each the deadlines that
 * the time reached has passed fired, each at its own instant, before the next candidate. But what an order lives through depends on its own
 * events and on the time reached before each of them, on no other order: so each goes through its part of the step alone, and is packed
 * before the next is unpacked. Nothing is written: the result says what to write.
 * A long step lets others run in between, but no other long step, so that one alone takes room.
 * @param isStopped the step is of no use any more
 * @param begins called when it has come to its turn, where it takes one
 * @returns null where it was stopped before it came to its turn
 */
export async function runStep(parts: StepParts, prepared: PreparedStep, lastSeq: number, isStopped: () => boolean, begins: () => void): Promise<StepResult | null> {
  const course = courseOf(parts, prepared);
  const sayings = createSayings(lastSeq);
  const work: Work = { parts, prepared, course, outcomes: [], sayings, firing: firingIn(parts, prepared, course, sayings) };
  applyOrderless(work);
  if (!(await workOrders(work, isStopped, begins))) return null;
  tellOutcomes(work);
  const outputs = { ...sayings.outputs, records: numbered(sayings.inTurn(), lastSeq) };
  return { consumed: course.moments.length, ...takeWrites(parts), forget: [], outputs };
}

/** Whether all were worked: a step that is stopped while it waits for its turn is left. */
async function workOrders(work: Work, isStopped: () => boolean, begins: () => void): Promise<boolean> {
  let inARow = 0;
  let endTurn: (() => void) | null = null;
  try {
    for (const [orderId, places] of work.course.places) {
      workOrder(work, orderId, places);
      inARow += 1 + places.length;
      if (inARow < EVENTS_IN_A_ROW) continue;
      inARow = 0;
      if (endTurn === null) {
        endTurn = await work.parts.turns.working.take();
        begins();
        if (isStopped()) return false;
      }
      await letOthersRun();
    }
    return true;
  } finally {
    endTurn?.();
  }
}

const firingIn = (parts: StepParts, { deadlines }: PreparedStep, { reached }: Course, sayings: Sayings): Firing => ({
  sayings, reached,
  judge: (order, due) => { judge(parts, sayings, order, due + 1, { fact: null, at: due }); },
  mayFire: ({ orderId }, due) => deadlines.mayFire({ orderId, at: due }),
});

type WriteParts = Pick<StepParts, 'book' | 'deadlines' | 'measures'>;

/** What the store must write for the orders that were changed, which leave the memory. */
export function takeWrites(parts: WriteParts): Pick<StepResult, 'orders' | 'measures'> {
  for (const order of parts.book.open()) finish(parts, order);
  const orders = parts.book.writes();
  for (const order of orders) if (order.due !== undefined) parts.deadlines.note(order.due);
  return { orders, measures: parts.measures.take() };
}

/** Once an order, however many events it had: what lies between doesn't show. */
function finish({ book, measures }: WriteParts, order: LiveOrder): void {
  if (order.touched) measures.count(order);
  book.finish(order);
}

/** Applies what is of no order. */
function applyOrderless(work: Work): void {
  const { parts, prepared, outcomes } = work;
  for (let place = 0; place < work.course.moments.length; place++) {
    const candidate = prepared.candidates[place];
    if (candidate?.kind !== 'record') continue;
    const { record, decoded } = candidate;
    if (decoded.kind === 'dead_letter') putAside(work, place, record, decoded);
    else if (decoded.orderId === null) {
      const isFirst = prepared.firsts.get(candidate) !== false;
      if (isFirst) parts.measures.orderless(decoded.fact);
      outcomes[place] = isFirst ? 'applied' : 'duplicate';
    }
  }
}

/** Applies all that the step holds of an order: its events, and its deadlines where the time reached has passed them. */
function workOrder(work: Work, orderId: string, places: readonly number[]): void {
  const { parts, prepared, firing, course: { reached } } = work;
  const order = parts.book.get(orderId);
  let last = -1;
  for (const place of places) {
    const candidate = prepared.candidates[place];
    if (candidate?.kind !== 'record' || candidate.decoded.kind !== 'event') continue;
    fireDue(firing, order, reached[place] ?? -Infinity, last);
    applyEvent(work, order, place, candidate.record, candidate.decoded.fact);
    last = place;
  }
  fireDue(firing, order, reached.at(-1) ?? -Infinity, last);
  if (order.stale && prepared.candidates.length <= FEW_EVENTS) show(parts, order);
  finish(parts, order);
}

/** Renders the journey while everything that it takes is at hand. A rule that throws is told of when the journey is to be published. */
function show({ renderJourney }: StepParts, order: LiveOrder): void {
  const { assessment, journey: { facts }, state: { judgedAt, said: { sequence } } } = order;
  if (assessment === null) return;
  try {
    order.shown = renderJourney.ofView({ assessment, facts, judgedAt, sequence });
  } catch {
    order.shown = null;
  }
}

type Refusal = Extract<Decoded, { kind: 'dead_letter' }>;

function applyEvent(work: Work, order: LiveOrder, place: number, record: SourceRecord, fact: Fact): void {
  const { parts, sayings, outcomes, course } = work;
  const moment = course.moments[place];
  if (moment === undefined) return;
  // Before it is looked for among the facts: of those that are gone nobody could tell.
  const expired = refuseExpired(parts, order, record, fact.at, moment);
  const outcome = expired ?? takeIn(order, fact, parts.maxFacts);
  if (typeof outcome === 'object') return putAside(work, place, record, outcome);
  if (outcome === 'full') return putAside(work, place, record, { kind: 'dead_letter', reason: 'journey_too_long', message: fullMessage(parts.maxFacts) });
  outcomes[place] = outcome;
  if (outcome === 'duplicate') return;
  if (parts.silence.isKept()) return parts.book.leaveUnjudged(order, fact, moment.arrived);
  const { records, causes } = sayings.outputs;
  const from = records.length;
  judge(parts, sayings, order, course.reached[place] ?? -Infinity, { fact, at: fact.at, arrived: moment.arrived });
  sayings.note(from, place, -Infinity, order.orderId);
  if (records.length > from) causes.push(record.timestamp);
}

/** An order that is no longer kept takes nothing. What is read again was refused before, or taken when the order still was kept: it is known. */
function refuseExpired({ silence, progress, retention }: StepParts, order: LiveOrder, record: SourceRecord, factAt: number, { calendar, isHistory }: Moment): 'duplicate' | Refusal | null {
  const isKnown = silence.isKnownExpiry(record);
  // Its age alone says nothing while the order may be known only once more was read again, or a history is loaded in whatever order.
  const message = isKnown ? 'as it was refused before' : expiryOf(order, silence.isKept() || isHistory ? Infinity : factAt, calendar, retention);
  if (message === null) return null;
  return !isKnown && progress.wasRead(record) ? 'duplicate' : { kind: 'dead_letter', reason: 'order_expired', message };
}

function judge(parts: StepParts, { outputs }: Sayings, order: LiveOrder, at: number, cause: JudgeCause): void {
  parts.book.touch(order);
  parts.judge(order, at, cause, outputs);
}

function putAside({ parts, sayings, outcomes }: Work, place: number, record: SourceRecord, { reason, message }: Refusal): void {
  outcomes[place] = 'dead_letter';
  if (parts.silence.isKnownLetter(record)) return;
  const topic = parts.topicNames[record.topic];
  const { outputs } = sayings;
  const from = outputs.records.length;
  outputs.records.push(deadLetterRecord(record, topic, reason, message, ++outputs.seq));
  outputs.causes.push(record.timestamp);
  sayings.note(from, place, -Infinity, '');
  parts.telemetry.deadLetter(parts.lane, { topic, offset: record.offset }, reason, message);
}

/** Tells how far the step has read, in the order in which records lie in their topics, and what became of them. */
function tellOutcomes({ parts, prepared, course, outcomes }: Work): void {
  const { progress, telemetry } = parts;
  const counts = new Map<SourceTopic, Record<EventOutcome, number>>();
  for (let place = 0; place < course.moments.length; place++) {
    const candidate = prepared.candidates[place];
    if (candidate === undefined) break;
    if (candidate.kind === 'gap') progress.skip(candidate.topic, candidate.next);
    else {
      const outcome = outcomes[place] ?? 'applied';
      progress.read(candidate.record, outcome === 'dead_letter' ? 'deadLetter' : outcome);
      getOrInsert(counts, candidate.record.topic, () => ({ applied: 0, duplicate: 0, dead_letter: 0 }))[outcome] += 1;
    }
  }
  for (const [topic, of] of counts) {
    for (const outcome of ['applied', 'duplicate', 'dead_letter'] as const) if (of[outcome] > 0) telemetry.event(topic, outcome, of[outcome]);
  }
}

/** Numbers records anew, in the order in which they leave. They are the step's own until then, and each is changed as it is. */
function numbered(records: OutputRecord[], lastSeq: number): OutputRecord[] {
  let seq = lastSeq;
  for (const record of records as OwnRecord[]) {
    seq += 1;
    record.seq = seq;
    setSeq(record.headers, seq);
  }
  return records;
}
interface OwnRecord {
  seq: number | null;
  headers: Record<string, unknown>;
}
