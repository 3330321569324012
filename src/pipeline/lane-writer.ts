import type { OutputTopic, SourceTopic } from '../contracts/names.js';
import { commitOutcome } from './commit-outcome.js';
import type { ClaimedLane, LaneStore, OrderWrite, TopicProgress } from './ports.js';
import type { Upkeep } from './upkeep.js';

/** What is changed of a lane before its work begins; nothing of it is said. */
export interface QuietChange {
  readonly orders?: readonly OrderWrite[];
  readonly topics?: ReadonlyMap<SourceTopic, TopicProgress>;
  readonly seq?: number;
  readonly upkeep?: Upkeep;
  readonly carriesOut?: boolean;
}

/** Changes a lane that was just claimed. Where that fails, claiming it again finds what was done and goes on from there. */
export interface LaneWriter {
  /** The lane as it is by now. */
  lane(): ClaimedLane;
  /** @throws when the lane is not ours any more, or not as it was */
  commit(change: QuietChange): Promise<void>;
  /** Keeps where the outputs end; outbox entries up to `seq` are dropped. @throws as `commit` */
  trim(seq: number, ends: ReadonlyMap<OutputTopic, number>): Promise<void>;
  /** Forgets the lane's orders, and which of them were given up. @throws as `commit` */
  clear(): Promise<void>;
}

export function createLaneWriter(lane: number, store: LaneStore, claimed: ClaimedLane): LaneWriter {
  let now = claimed;
  const changed = (): Error => new Error(`lane ${lane} is not as it was claimed: it is claimed again`);
  return {
    lane: () => now,
    async commit({ orders = [], topics = new Map<SourceTopic, TopicProgress>(), seq = now.seq, upkeep = now.upkeep, carriesOut = false }) {
      const { token, version } = now;
      const answer = await store.commit(lane, { token, base: version, orders, forget: [], calendar: now.calendar, topics, seq, outbox: null, upkeep, carriesOut });
      if (commitOutcome(answer, token, version) !== 'applied') throw changed();
      now = {
        ...now, version: version + 1, seq, upkeep, topics: new Map([...now.topics, ...topics]), decision: carriesOut ? null : now.decision,
      };
    },
    async trim(seq, ends) {
      if (!(await store.trim(lane, now.token, seq, ends))) throw changed();
      now = { ...now, outbox: now.outbox.filter((entry) => entry.lastSeq > seq), outputEnds: new Map([...now.outputEnds, ...ends]) };
    },
    async clear() {
      if (!(await store.clear(lane, now.token))) throw changed();
      now = { ...now, forgotten: 0 };
    },
  };
}
