import type { OutputTopic } from '../contracts/names.js';
import type { JourneyRenderer } from './journey-renderer.js';
import { unpackOutbox } from './outbox-codec.js';
import type { ClaimedLane, LaneStore, OutboxEntry, OutputLog, OutputRecord, Telemetry, WallClock } from './ports.js';
import { type OutputTail, seqOf } from './recovery.js';
import { isSkipped } from './upkeep.js';
import { Final, persist, type Persistence } from './retry.js';

export interface PublisherParts {
  readonly lane: number;
  readonly store: LaneStore;
  readonly output: OutputLog;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
  readonly renderJourney: JourneyRenderer;
  /** More waits to be read: orders will change again before anyone could act on their journeys. */
  readonly isBehind: () => boolean;
  /** Facts are being read again: orders would be shown as they were. */
  readonly isSilent: () => boolean;
}

/** The store says that another owner claimed the lane: whatever this one still holds is theirs to send. */
export class LaneLost extends Final {
  constructor(lane: number) {
    super(`lane ${lane} has another owner`);
    this.name = 'LaneLost';
  }
}

/** Somebody wrote into the lane's outputs what its state knows nothing of. */
export class StateDoubted extends Final {
  override readonly name = 'StateDoubted';
}

/** An order's journey is published at most once in this time; ms. */
const JOURNEY_INTERVAL_MS = 1_000;
/** So much longer while a backlog is worked off, where rendering them costs as much as judging. */
const BEHIND_INTERVAL_MS = 119_000;
/** A round is followed by so many times as long without one, so that under load journeys leave time for what is judged and said. */
const REST_AFTER_ROUND = 2;
/** But no longer than this, whatever held the round up; ms. */
const LONGEST_REST_MS = 10_000;
const JOURNEYS_AT_ONCE = 500;
/** How often a lane with nothing to say looks whether a stranger wrote into its journeys; ms. */
const STRANGER_LOOK_MS = 10_000;

interface Pending {
  readonly entry: OutboxEntry;
  /** Log timestamps of the records behind it. */
  readonly causes: readonly number[];
  /** Its records as they were packed; null: it was found in the store. */
  readonly records: readonly OutputRecord[] | null;
  /** All of it is in the log; only the store does not know yet. */
  sent: boolean;
}

/**
 * Sends a lane's outbox, in order, one request at a time, and keeps the published journeys up to date. Only what the store
 * holds is ever sent, so whatever dies in between is sent again, and nothing is sent that was not committed.
 */
export function createPublisher(parts: PublisherParts, claimed: ClaimedLane, tail: OutputTail) {
  const pending: Pending[] = claimed.outbox.map((entry) => ({ entry, causes: [], records: null, sent: false }));
  const ends = new Map(tail.ends);
  /** Orders over whose journey a stranger may have written. */
  const overwritten = new Set(tail.overwritten);
  /** Where the first of those records stands; null: there is none. Until they have their present journey again, the next owner has to look from here. */
  let foreign = overwritten.size === 0 ? null : (claimed.outputEnds.get('cx.journeys') ?? 0);
  let seq = claimed.seq;
  /** The version of the last commit: marks on orders are versions. */
  let latest = claimed.version;
  let mayBeDirty = true;
  let journeysDue = 0;
  /** A round publishes every order that was marked by its beginning, once; null: none is under way. */
  let round: number | null = null;
  let roundBegan = 0;
  let lookDue = parts.wallClock.now() + STRANGER_LOOK_MS;

  const send = async (records: readonly OutputRecord[]): Promise<void> => {
    const firsts = await parts.output.publish(parts.lane, records);
    for (const [topic, first] of firsts) {
      const expected = ends.get(topic) ?? first;
      if (first > expected) await (topic === 'cx.journeys' ? findOverwritten(expected, first) : findLateWords(topic, expected, first));
      ends.set(topic, first + records.filter((r) => r.topic === topic).length);
    }
  };
  /** Someone else wrote between our records: a former owner's late request. Its orders get their present journey again. */
  const findOverwritten = async (from: number, to: number): Promise<void> => {
    await parts.output.readBack(parts.lane, 'cx.journeys', from, to, ({ key }) => {
      if (key !== null) overwritten.add(key.toString());
    });
    foreign ??= from;
  };
  /** A former owner's late request repeats what is known, or tells of a state that was lost. */
  const findLateWords = async (topic: OutputTopic, from: number, to: number): Promise<void> => {
    let late: number | null = null;
    await parts.output.readBack(parts.lane, topic, from, to, ({ headers }) => {
      const number = seqOf(headers);
      if (number !== null && isSkipped(claimed.upkeep.skipped, number)) late = number;
    });
    if (late !== null) throw new StateDoubted(`${topic}/${parts.lane} holds record number ${String(late)} of a state that was lost`);
  };
  /** The output ends as the next owner may rely on them. */
  const settledEnds = (): ReadonlyMap<OutputTopic, number> => (foreign === null ? ends : new Map(ends).set('cx.journeys', foreign));
  /**
   * Of the other topics only a trim may keep the end: it does so for numbers that the store has given out, while these marks may be
   * those of a store that went back.
   */
  const journeyEnd = (): ReadonlyMap<OutputTopic, number> => new Map([...settledEnds()].filter(([topic]) => topic === 'cx.journeys'));
  const lookForStrangers = async (): Promise<void> => {
    const known = ends.get('cx.journeys') ?? 0;
    const end = await parts.output.end(parts.lane, 'cx.journeys');
    if (end > known) await findOverwritten(known, end);
    ends.set('cx.journeys', Math.max(known, end));
  };
  const notYetWritten = (record: OutputRecord): boolean =>
    record.seq === null || record.seq > (tail.written.get(record.topic) ?? 0);

  const sendEntry = async (next: Pending): Promise<void> => {
    if (!next.sent) {
      const records = (next.records ?? unpackOutbox(next.entry.records)).filter(notYetWritten);
      if (records.length > 0) await send(records);
      // While the store is away the same records must not be sent over and over.
      next.sent = true;
      const now = parts.wallClock.now();
      for (const timestamp of next.causes) parts.telemetry.detected(Math.max(0, now - timestamp));
    }
    if (!(await parts.store.trim(parts.lane, claimed.token, next.entry.lastSeq, settledEnds()))) throw new LaneLost(parts.lane);
  };

  /** The next orders of the round, and of those that a stranger wrote over. */
  const sendJourneys = async (upTo: number): Promise<void> => {
    const oldest = await parts.store.dirty(parts.lane, JOURNEYS_AT_ONCE);
    const marked = oldest.filter(({ mark }) => mark <= upTo);
    const again = [...overwritten].slice(0, JOURNEYS_AT_ONCE);
    const ids = [...new Set([...marked.map(({ orderId }) => orderId), ...again])];
    if (ids.length > 0) {
      const records = await render(ids);
      for (const id of again) overwritten.delete(id);
      try {
        if (records.length > 0) await send(records);
      } catch (error) {
        for (const id of again) overwritten.add(id);
        throw error;
      }
      if (overwritten.size === 0) foreign = null;
      if (!(await parts.store.clean(parts.lane, claimed.token, marked, journeyEnd()))) throw new LaneLost(parts.lane);
    }
    if (marked.length < oldest.length) mayBeDirty = true;
    if (marked.length < JOURNEYS_AT_ONCE) endRound();
  };
  const endRound = (): void => {
    round = null;
    const now = parts.wallClock.now();
    journeysDue = Math.max(journeysDue, now + Math.min(LONGEST_REST_MS, REST_AFTER_ROUND * (now - roundBegan)));
  };
  /** An order on which a rule throws keeps the journey published last: it must not hold up the others. */
  const render = async (ids: readonly string[]): Promise<OutputRecord[]> => {
    const stored = await parts.store.load(parts.lane, ids);
    return ids.flatMap((id, i) => {
      const order = stored[i];
      if (order == null) return [];
      try {
        return [parts.renderJourney(id, order, seq)];
      } catch (error) {
        if (error instanceof Final) throw error;
        parts.telemetry.unassessed(parts.lane, id, error instanceof Error ? error : new Error(String(error)));
        return [];
      }
    });
  };

  const journeysWait = (): boolean =>
    !parts.isSilent() && (round !== null || ((mayBeDirty || overwritten.size > 0) && parts.wallClock.now() >= journeysDue + (parts.isBehind() ? BEHIND_INTERVAL_MS : 0)));
  const sendJourneysIfDue = async (persistence: Persistence): Promise<void> => {
    if (!journeysWait()) return;
    if (round === null) {
      roundBegan = parts.wallClock.now();
      journeysDue = roundBegan + JOURNEY_INTERVAL_MS;
      // Before the store is asked: an order that a commit marks meanwhile must not be forgotten.
      mayBeDirty = false;
      round = latest;
    }
    const upTo = round;
    await persist(persistence, 'publish journeys', () => sendJourneys(upTo));
  };

  return {
    /** What a commit put into the outbox. @param records the same, as they were packed; null: they are unpacked */
    enqueue(entry: OutboxEntry, causes: readonly number[], records: readonly OutputRecord[] | null = null): void {
      pending.push({ entry, causes, records, sent: false });
      seq = entry.lastSeq;
    },
    /** The commit of this version changed orders. */
    markDirty(version: number): void {
      latest = version;
      mayBeDirty = true;
    },
    pendingEntries: (): number => pending.length,
    /** Is there anything to send by now, or to look at? */
    hasWork: (): boolean => pending.length > 0 || journeysWait() || parts.wallClock.now() >= lookDue,
    /** Sends what waits; faults of log and store are retried until they end or `stopped` says so. Throws LaneLost. */
    async work(persistence: Persistence): Promise<void> {
      for (let next = pending[0]; next !== undefined && !persistence.stopped(); next = pending[0]) {
        const current = next;
        const done = await persist(persistence, 'publish the outbox', () => sendEntry(current));
        if (!done) return;
        pending.shift();
        parts.telemetry.outboxPending(parts.lane, pending.length);
        // A lane that is never done with its changes has journeys to publish all the same.
        await sendJourneysIfDue(persistence);
      }
      if (parts.wallClock.now() >= lookDue) {
        lookDue = parts.wallClock.now() + STRANGER_LOOK_MS;
        await persist(persistence, 'look at the journeys', lookForStrangers);
      }
      await sendJourneysIfDue(persistence);
    },
    /** The last journeys, whatever the interval, when the lane is left in order. */
    async flush(persistence: Persistence): Promise<void> {
      journeysDue = 0;
      await this.work(persistence);
    },
  };
}
export type Publisher = ReturnType<typeof createPublisher>;
