import type { SourceTopic } from '../contracts/names.js';
import { commitOutcome } from './commit-outcome.js';
import { createDeadlineWatch } from './deadlines.js';
import type { RecordDecoder } from './decode.js';
import { createIntake } from './intake.js';
import { createJudge, type JudgeParts } from './judge.js';
import { createOrderBook } from './order-book.js';
import { packOutbox } from './outbox-codec.js';
import type { ClaimedLane, FetchedRange, Halt, LaneCommit, LaneStore, LogBounds, OutputLog, SourceLog, Telemetry, WallClock } from './ports.js';
import { createLaneProgress } from './progress.js';
import { createPublisher, LaneLost } from './publisher.js';
import type { JourneyRenderer } from './journey-renderer.js';
import type { OutputTail } from './recovery.js';
import { persist, type Persistence } from './retry.js';
import { createSchemaWaits, type SchemaSettings } from './schema-waits.js';
import { type Candidate, type PreparedStep, prepareStep, runStep, type StepLimits, type StepParts, type StepResult } from './step.js';
import { createTimeReached, type TimeSettings } from './time-reached.js';

export interface SessionParts {
  readonly lane: number;
  readonly source: SourceLog;
  readonly output: OutputLog;
  readonly store: LaneStore;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
  readonly decode: RecordDecoder;
  /** Where schemas are learned that records name; null: no record names any. */
  readonly schemas?: SchemaSettings | null;
  readonly judge: Omit<JudgeParts, 'lane' | 'telemetry'>;
  readonly renderJourney: JourneyRenderer;
  readonly time: TimeSettings;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  readonly limits: StepLimits;
  readonly maxFacts: number;
  /** Orders kept decoded. */
  readonly cacheOrders: number;
  /** A defect: the process should end and be restarted. */
  readonly failed: (error: Error) => void;
}

export type SessionEnd =
  | { readonly kind: 'left' }
  | { readonly kind: 'lost' }
  /** The log isn't where it was: it must be checked against the state before anything more is read. */
  | { readonly kind: 'recheck' }
  | { readonly kind: 'halted'; readonly halt: Halt };

/** Records waiting per topic before it is paused, and below which it goes on. */
const HIGH_WATER = 4_000;
const LOW_WATER = 1_000;
/** Candidates offered to one step. */
const OFFER = 1_000;
/** Outbox entries waiting before steps wait for the publisher. */
const MOST_PENDING = 32;

/** The parts of a session that know how far it came. */
function openState(parts: SessionParts, claimed: ClaimedLane) {
  const { lane, store, telemetry } = parts;
  const { topics } = parts.source;
  const time = createTimeReached(topics, parts.time);
  const progress = createLaneProgress(topics, claimed.topics, time);
  const intake = createIntake(topics, parts.decode);
  const start = progress.offsets();
  for (const topic of topics) {
    intake.restart(topic, start.get(topic) ?? null);
    // Until it has been quiet for a while under this owner too, nobody knows whether more is coming.
    time.fetched(topic, parts.wallClock.now());
  }
  const step: StepParts = {
    lane, time, progress, firstSeen: (sightings) => store.firstSeen(sightings), telemetry, topicNames: parts.topicNames, limits: parts.limits, maxFacts: parts.maxFacts,
    deadlines: createDeadlineWatch(lane, store),
    book: createOrderBook(lane, store, parts.cacheOrders),
    judge: createJudge({ ...parts.judge, lane, telemetry }),
  };
  return { topics, time, progress, intake, step };
}

/** Lets a loop rest until something happens. */
function createBell() {
  const waiting: (() => void)[] = [];
  return {
    ring(): void {
      for (const resolve of waiting.splice(0)) resolve();
    },
    /** Resolves at the next `ring`, or after this long. */
    rest: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

/** The work of a lane under one token: from its claim until it is left, lost or halted. */
export function createLaneSession(parts: SessionParts, claimed: ClaimedLane, tail: OutputTail) {
  const { lane, source, store, telemetry } = parts;
  const { topics, time, progress, intake, step } = openState(parts, claimed);
  const publisher = createPublisher({ ...parts, isBehind: () => !intake.isEmpty() }, claimed, tail);
  const bell = createBell();
  const paused = new Set<SourceTopic>();
  let version = claimed.version;
  let seq = claimed.seq;
  /** Next offsets as the store has them: what a step has read is only known once it is committed. */
  let committed = progress.offsets();
  let leaving: () => 'no' | 'stop' | 'drop' = () => 'no';
  let end: SessionEnd | null = null;
  const finish = (how: SessionEnd): void => {
    end ??= how;
    bell.ring();
  };
  const over = (): boolean => end !== null || leaving() === 'drop';
  const persistence: Persistence = { lane, telemetry, stopped: over };
  /** For what may as well be done by the next owner. */
  const untilStop: Persistence = { lane, telemetry, stopped: () => over() || leaving() !== 'no' };
  /** Kept in the store, so that whoever claims the lane next finds it too. */
  const standStill = async (halt: Halt): Promise<void> => {
    if (!(await store.halt(lane, claimed.token, halt))) throw new LaneLost(lane);
    finish({ kind: 'halted', halt });
  };
  const write = async (result: StepResult): Promise<void> => {
    const { orders, outputs } = result;
    const moved = progress.moved();
    if (orders.length === 0 && moved.size === 0 && outputs.records.length === 0) return;
    const outbox = outputs.records.length === 0 ? null : { firstSeq: seq + 1, lastSeq: outputs.seq, records: packOutbox(outputs.records) };
    const commit: LaneCommit = { token: claimed.token, base: version, orders, topics: moved, seq: outputs.seq, outbox };
    const began = performance.now();
    await persist(persistence, 'commit', async () => {
      const answer = await store.commit(lane, commit);
      const outcome = commitOutcome(answer, claimed.token, version);
      if (outcome === 'lost') throw new LaneLost(lane);
      if (outcome === 'not_applied') throw new Error('the store refused the commit without a reason; it is sent again');
      if (outcome === 'went_back') await standStill(wentBack(lane, version, answer.version, parts.wallClock.now()));
    });
    if (over()) return;
    version += 1;
    seq = outputs.seq;
    committed = progress.offsets();
    telemetry.committed(lane, performance.now() - began, orders.length);
    if (outbox !== null) publisher.enqueue(outbox, outputs.causes);
    if (orders.length > 0) publisher.markDirty(version);
  };

  const schemaWaits = createSchemaWaits(parts, intake, () => {
    relieve();
    bell.ring();
  });
  const relieve = (): void => {
    for (const topic of paused) {
      if (intake.waiting(topic) > LOW_WATER || intake.awaits(topic) !== null) continue;
      paused.delete(topic);
      source.resume(lane, topic);
    }
  };

  const steps = async (): Promise<void> => {
    while (!over() && leaving() === 'no') {
      const idle = intake.isEmpty() && !step.deadlines.mayBePast(time.now());
      if (idle || publisher.pendingEntries() > MOST_PENDING) {
        await bell.rest(1_000);
        continue;
      }
      const candidates = intake.take(OFFER);
      let prepared: PreparedStep | null = null;
      await persist(untilStop, 'read orders', async () => {
        prepared = await prepareStep(step, candidates);
      });
      if (prepared === null) return;
      await settle(runStep(step, prepared, seq), candidates);
    }
  };
  const settle = async (result: StepResult, candidates: readonly Candidate[]): Promise<void> => {
    intake.putBack(candidates.slice(result.consumed));
    await write(result);
    telemetry.timeReached(lane, time.now());
    relieve();
    bell.ring();
  };
  const publish = async (): Promise<void> => {
    while (!over() && leaving() === 'no') {
      if (publisher.hasWork()) await publisher.work(persistence);
      else await bell.rest(200);
      bell.ring();
    }
  };
  const guard = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      if (error instanceof LaneLost) finish({ kind: 'lost' });
      else {
        finish({ kind: 'left' });
        parts.failed(error instanceof Error ? error : new Error(String(error)));
      }
    });

  return {
    offsets: (): Map<SourceTopic, number> => committed,
    /** Where delivery stands, queued records included. */
    positions(): Map<SourceTopic, number> {
      const positions = progress.offsets();
      for (const topic of topics) {
        const expected = intake.expected(topic);
        if (expected !== null) positions.set(topic, expected);
      }
      return positions;
    },
    /** False: the range does not continue what was read. */
    fetched(range: FetchedRange): boolean {
      if (!intake.push(range)) return false;
      time.fetched(range.topic, parts.wallClock.now());
      // Also when it is paused already: reading anew, after a rebalance, delivers everything again.
      const awaits = intake.awaits(range.topic) !== null;
      if (awaits || intake.waiting(range.topic) > HIGH_WATER) {
        paused.add(range.topic);
        source.pause(lane, range.topic);
      }
      if (awaits) void guard(() => schemaWaits.learn(range.topic, untilStop));
      bell.ring();
      return true;
    },
    bounds(ends: ReadonlyMap<SourceTopic, LogBounds>, askedAt: number): void {
      for (const topic of topics) {
        const there = ends.get(topic);
        if (there === undefined) continue;
        const next = Math.max(progress.nextOf(topic), there.start);
        telemetry.lag(topic, lane, Math.max(0, there.end - next));
        if (intake.waiting(topic) === 0 && next >= there.end) time.atEnd(topic, askedAt);
      }
      telemetry.timeReached(lane, time.now());
      bell.ring();
    },
    schemaWaits: schemaWaits.list,
    wake: (): void => { bell.ring(); },
    recheck: (): void => { finish({ kind: 'recheck' }); },
    /** Works until it is left, lost or halted. */
    async run(left: () => 'no' | 'stop' | 'drop'): Promise<SessionEnd> {
      leaving = left;
      await Promise.all([guard(steps), guard(publish)]);
      if (leaving() === 'stop' && end === null) await guard(() => publisher.flush(persistence));
      return end ?? { kind: 'left' };
    },
  };
}
export type LaneSession = ReturnType<typeof createLaneSession>;

const wentBack = (lane: number, was: number, is: number, now: number): Halt => ({
  name: 'state_went_back', since: now,
  message: `Lane ${lane}: the store confirmed version ${was} and now holds ${is}: Redis lost its last writes or was restored to an older state. Bring Redis back to its latest state.`,
});
