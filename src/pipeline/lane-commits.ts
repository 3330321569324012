import type { SourceTopic } from '../contracts/names.js';
import { tellAlertNews } from './alert-news.js';
import { isApplied } from './applied-commit.js';
import type { SessionParts } from './lane-session.js';
import { packOutbox } from './outbox-codec.js';
import type { ClaimedLane, LaneCommit } from './ports.js';
import type { createPublisher } from './publisher.js';
import { persist, type Persistence } from './retry.js';
import type { SessionState } from './session-state.js';
import type { StepResult } from './step.js';
import type { Upkeep } from './upkeep.js';

/** What a lane has committed, under one token. */
export interface LaneCommits {
  /** Of the last commit. */
  readonly version: () => number;
  /** The number of the last record that was said. */
  readonly seq: () => number;
  /** Next offsets as the store has them: what a step has read is only known once it is committed. */
  readonly offsets: () => Map<SourceTopic, number>;
  /** Commits what has come about, with how far the lane came; nothing where nothing has. Faults of the store are retried until it is over. @throws LaneLost, or WentBack */
  readonly write: (result: StepResult) => Promise<void>;
}

export interface LaneCommitsParts extends Pick<SessionParts, 'lane' | 'store' | 'telemetry'> {
  readonly publisher: Pick<ReturnType<typeof createPublisher>, 'outbox' | 'journeys'>;
  readonly persistence: Persistence;
  /** Nothing may be tried any more. */
  readonly over: () => boolean;
}

export function createLaneCommits({ lane, store, telemetry, publisher, persistence, over }: LaneCommitsParts, claimed: ClaimedLane, { progress, step, sweep, expiries, silence }: SessionState): LaneCommits {
  let { version, seq, upkeep } = claimed;
  let committed = progress.offsets();
  /** What the lane has to keep up by now, with a step that is about to be committed. */
  const upkeepNow = (): Upkeep => ({ ...upkeep, catchUp: silence.isKept() ? upkeep.catchUp : null, ...sweep.state(), ...expiries.state() });
  return {
    version: () => version,
    seq: () => seq,
    offsets: () => committed,
    async write({ orders, forget, outputs, measures }) {
      const moved = progress.moved();
      for (const { rests } of orders) expiries.note(rests);
      const kept = upkeepNow();
      if (orders.length === 0 && forget.length === 0 && moved.size === 0 && outputs.records.length === 0 && !isNews(upkeep, kept)) return;
      const outbox = outputs.records.length === 0 ? null : { firstSeq: seq + 1, lastSeq: outputs.seq, records: packOutbox(outputs.records) };
      const commit: LaneCommit = {
        token: claimed.token, base: version, orders, forget, calendar: step.calendar.kept(), topics: moved, seq: outputs.seq, outbox, measures,
        ...(isNews(upkeep, kept) ? { upkeep: kept } : {}),
      };
      const began = performance.now();
      const isDone = await persist(persistence, 'commit', async () => {
        if (!isApplied(lane, await store.commit(lane, commit), commit)) throw new Error('the store refused the commit without a reason; it is sent again');
      });
      if (isDone) tellAlertNews(telemetry, lane, outputs.alerts);
      if (over()) return;
      version += 1;
      seq = outputs.seq;
      upkeep = kept;
      committed = progress.offsets();
      telemetry.committed(lane, performance.now() - began, orders.length);
      if (outbox !== null) publisher.outbox.enqueue(outbox, outputs.causes);
      publisher.journeys.committed(version, orders);
    },
  };
}

const isNews = (before: Upkeep, now: Upkeep): boolean =>
  before.catchUp !== now.catchUp || before.judgedBy !== now.judgedBy || before.restFrom !== now.restFrom || before.sweep?.after !== now.sweep?.after || before.sweep?.catalogue !== now.sweep?.catalogue;
