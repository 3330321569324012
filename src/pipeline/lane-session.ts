import type { SourceTopic } from '../contracts/names.js';
import type { AlertHandlingStore } from './alert-handling.js';
import { createStoreLook } from './applied-commit.js';
import type { Decoded, RecordDecoder } from './decode.js';
import { factTime } from './intake.js';
import { type Judging, noOutputs } from './judge.js';
import type { KnownLetters } from './known-letters.js';
import { keepMeasures, type MeasureSettings } from './measure-keeping.js';
import type { ClaimedLane, LaneStore, LogBounds, OutputLog, SourceLog, Telemetry, WallClock } from './ports.js';
import { createPublisher } from './publisher.js';
import { createLaneCommits } from './lane-commits.js';
import type { SessionEnd } from './lane-holder.js';
import { createGathering } from './gathering.js';
import { createInbox } from './lane-inbox.js';
import type { ReadAhead } from './read-ahead.js';
import type { OutputTail } from './recovery.js';
import { persist } from './retry.js';
import type { SchemaSettings } from './schema-waits.js';
import { createSessionCourse } from './session-course.js';
import { openSessionState } from './session-state.js';
import { type PreparedStep, prepareStep } from './prepare-step.js';
import { runStep, type StepResult, takeWrites } from './step.js';
import type { Candidate, StepLimits } from './step-parts.js';
import type { Passage } from './expiries.js';
import type { Retention } from './retention.js';
import type { TimeSettings } from './time-reached.js';
import type { StepTurns } from './turns.js';

export interface SessionParts extends Judging {
  readonly lane: number;
  readonly source: SourceLog;
  readonly output: OutputLog;
  readonly store: LaneStore;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
  readonly decode: RecordDecoder;
  /** Where schemas are learned that records name; null: no record names any. */
  readonly schemas?: SchemaSettings | null;
  /** Whether `judge` still is what orders are to be judged by; asked between any two steps. */
  readonly isPresent: () => boolean;
  /** Where the lane's measures are kept; absent: what steps add waits in the journal for whoever keeps it. */
  readonly measures?: MeasureSettings;
  /** Where it is kept that people closed alerts; absent: nobody does. */
  readonly handling?: AlertHandlingStore;
  readonly time: TimeSettings;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  readonly limits: StepLimits;
  /** Of the long steps of all lanes of this thread. */
  readonly turns: StepTurns;
  readonly readAhead: ReadAhead;
  readonly maxFacts: number;
  /** How long orders at rest are kept. */
  readonly retention: Retention;
  /** A defect: the process should end and be restarted. */
  readonly failed: (error: Error) => void;
}

/** Candidates offered to one step. */
const OFFER = 16_000;

/** Of so many records it takes its turn with those of other lanes. */
const LONG_STEP = 1_000;

/** A lane whose work can begin (pipeline/prepare-lane.ts). */
export interface ReadyLane {
  readonly claimed: ClaimedLane;
  readonly tail: OutputTail;
  readonly letters: KnownLetters | null;
}

/** The work of a lane under one token: from its claim until it is left, lost or to be claimed anew. */
export function createLaneSession(parts: SessionParts, ready: ReadyLane) {
  const { claimed, tail } = ready;
  const { lane, store, telemetry } = parts;
  const state = openSessionState(parts, ready);
  const { time, progress, step, sweep, expiries, closings, silence } = state;
  const course = createSessionCourse(parts);
  const { bell, over, goesOn, guard, persistence, untilStop } = course;
  const inbox = createInbox<SourceTopic, Decoded>({
    ...parts, progress, time, guard, timeOf: factTime, persistence: untilStop, ring: () => { bell.ring(); }, lag: (topic, records) => { telemetry.lag(topic, lane, records); },
  });
  const { queues } = inbox;
  // A topic that has less must not be paused.
  const gathering = createGathering(() => queues.lacks(parts.readAhead.plenty()), parts.wallClock);
  const publisher = createPublisher({ ...parts, isBehind: () => queues.isBehind() || !queues.isEmpty(), isSilent: silence.isKept }, claimed, tail);
  const commits = createLaneCommits({ lane, store, telemetry, publisher, persistence, over }, claimed, state);
  const { write, seq } = commits;
  const storeLook = createStoreLook({ wallClock: parts.wallClock, persistence: untilStop, held: () => store.held(lane), known: () => ({ token: claimed.token, base: commits.version() }) });

  const giveUpOn = async (): Promise<void> => {
    let passage: Passage | null = null;
    await persist(untilStop, 'look for orders to give up', async () => {
      passage = await expiries.next();
    });
    if (passage === null) return;
    const given = expiries.giveUp(passage, seq());
    // What was found is kept with it.
    expiries.passed(passage);
    await write(given);
  };
  const closeOn = async (): Promise<void> => {
    const waiting = await closings.next();
    if (waiting.length === 0) return;
    const outputs = noOutputs(seq());
    const settled = closings.run(waiting, outputs);
    await write({ consumed: 0, ...takeWrites(step), forget: [], outputs });
    if (!over()) await closings.said(settled);
    bell.ring();
  };
  const steps = async (): Promise<void> => {
    while (goesOn()) {
      if (!parts.isPresent()) {
        course.finish({ kind: 'other_rules' });
        return;
      }
      if (silence.isOver()) await speak();
      const due = publisher.outbox.isFull() ? [] : duties();
      if (due.length === 0) await bell.rest(queues.isBehind() ? 100 : 1_000);
      for (const work of due) await work();
    }
  };
  /** What there is to do by now. */
  const duties = (): readonly (() => Promise<void>)[] => {
    if (silence.isKept()) return gathering.waits() || queues.isEmpty() ? [] : [stepOn];
    step.calendar.follow(time.now());
    const isAtWork = !gathering.waits() && (!queues.isEmpty() || step.deadlines.mayBePast(time.now()));
    return [
      ...(isAtWork ? [stepOn] : []),
      // An order that has to be judged anew may not be at rest.
      ...(!sweep.isDone() ? [sweepOn] : expiries.isDue() ? [giveUpOn] : []),
      ...(closings.isDue() ? [closeOn] : []),
    ];
  };
  /** Topics are merged as far as all of them are here, or as they are once that was waited for in vain. */
  const takeNext = (): readonly Candidate[] => {
    const merged = queues.take(OFFER, true);
    return merged.length > 0 ? merged : queues.take(OFFER);
  };
  const stepOn = async (): Promise<void> => {
    const endTurn = queues.size() < LONG_STEP ? () => undefined : await parts.turns.preparing.take();
    try {
      if (!untilStop.stopped()) await takeStep(endTurn);
    } finally {
      endTurn();
    }
  };
  const takeStep = async (endTurn: () => void): Promise<void> => {
    gathering.begins();
    const candidates = takeNext();
    let prepared: PreparedStep | null = null;
    await persist(untilStop, 'read orders', async () => {
      // Where its part of the store is away, that of other lanes may not be.
      prepared = await prepareStep(step, candidates).catch((error: unknown) => {
        endTurn();
        throw error;
      });
    });
    const result = prepared === null ? null : await runStep(step, prepared, seq(), untilStop.stopped, endTurn);
    endTurn();
    if (result !== null) await settle(result, candidates);
  };
  const sweepOn = async (): Promise<void> => {
    let orderIds: readonly string[] | null = null;
    await persist(untilStop, 'read orders to judge anew', async () => {
      orderIds = await sweep.prepare();
    });
    if (orderIds === null) return;
    const outputs = noOutputs(seq());
    sweep.run(orderIds, time.now(), outputs);
    const open = closings.openOf(orderIds);
    await write({ consumed: 0, ...takeWrites(step), forget: [], outputs });
    if (!over()) await persist(untilStop, 'look for alerts that people had closed', () => closings.recall(open));
    bell.ring();
  };
  /** Everything is read again: every order is judged, and what differs from what was said is said. */
  const speak = async (): Promise<void> => {
    silence.end();
    sweep.restart();
    await write({ consumed: 0, orders: [], forget: [], measures: null, outputs: noOutputs(seq()) });
    if (!over()) telemetry.caughtUp(lane);
  };
  const settle = async (result: StepResult, candidates: readonly Candidate[]): Promise<void> => {
    queues.putBack(candidates.slice(result.consumed));
    await write(result);
    telemetry.timeReached(lane, time.now());
    inbox.relieve();
    bell.ring();
  };
  const publish = async (): Promise<void> => {
    while (goesOn()) {
      if (storeLook.isDue()) {
        await storeLook.look();
        await publisher.remind(untilStop);
      } else if (publisher.outbox.hasWork()) await publisher.outbox.work(persistence);
      else await bell.rest(200);
      bell.ring();
    }
  };
  /** Beside the outbox, which waits for no journeys. */
  const showJourneys = async (): Promise<void> => {
    while (goesOn()) {
      if (publisher.journeys.hasWork()) await publisher.journeys.work(persistence);
      else await bell.rest(200);
    }
  };
  return {
    offsets: commits.offsets,
    positions: inbox.positions,
    fetched: inbox.fetched,
    bounds(ends: ReadonlyMap<SourceTopic, LogBounds>, askedAt: number): void {
      inbox.bounds(ends, askedAt);
      telemetry.timeReached(lane, time.now());
    },
    schemaWaits: inbox.schemaWaits,
    outputWaits: publisher.waits,
    wake: (): void => { bell.ring(); },
    recheck: (): void => { course.finish({ kind: 'recheck' }); },
    /** Works until it is left, lost or to be claimed anew. */
    run(left: () => 'no' | 'stop' | 'drop'): Promise<SessionEnd> {
      const keep = parts.measures === undefined ? [] : [() => keepMeasures(parts, claimed.token, untilStop.stopped, bell.rest)];
      return course.run(left, [steps, publish, showJourneys, ...keep], () => publisher.flush(persistence));
    },
  };
}
export type LaneSession = ReturnType<typeof createLaneSession>;
