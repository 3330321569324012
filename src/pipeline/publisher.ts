import type { OutputTopic } from '../contracts/names.js';
import type { JourneyRenderer } from './journey-renderer.js';
import { unpackOutbox } from './outbox-codec.js';
import type { ClaimedLane, DirtyOrder, LaneStore, OutboxEntry, OutputLog, OutputRecord, Telemetry, WallClock } from './ports.js';
import type { OutputTail } from './recovery.js';
import { Final, persist, type Persistence } from './retry.js';

export interface PublisherParts {
  readonly lane: number;
  readonly store: LaneStore;
  readonly output: OutputLog;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
  readonly renderJourney: JourneyRenderer;
}

/** The store says that another owner claimed the lane: whatever this one still holds is theirs to send. */
export class LaneLost extends Final {
  constructor(lane: number) {
    super(`lane ${lane} has another owner`);
    this.name = 'LaneLost';
  }
}

/** An order's journey is published at most once in this time; ms. */
const JOURNEY_INTERVAL_MS = 1_000;
const JOURNEYS_AT_ONCE = 500;

interface Pending {
  readonly entry: OutboxEntry;
  /** Log timestamps of the records behind it. */
  readonly causes: readonly number[];
}

/**
 * Sends a lane's outbox, in order, one request at a time, and keeps the published journeys up to date. Only what the store
 * holds is ever sent, so whatever dies in between is sent again, and nothing is sent that was not committed.
 */
export function createPublisher(parts: PublisherParts, claimed: ClaimedLane, tail: OutputTail) {
  const pending: Pending[] = claimed.outbox.map((entry) => ({ entry, causes: [] }));
  const ends = new Map(tail.ends);
  /** Orders over whose journey a stranger may have written. */
  const overwritten = new Set<string>();
  let seq = claimed.seq;
  let journeysDue = 0;
  let mayBeDirty = true;

  const send = async (records: readonly OutputRecord[]): Promise<void> => {
    const firsts = await parts.output.publish(parts.lane, records);
    for (const [topic, first] of firsts) {
      const expected = ends.get(topic) ?? first;
      if (first > expected && topic === 'cx.journeys') await findOverwritten(expected, first);
      ends.set(topic, first + records.filter((r) => r.topic === topic).length);
    }
  };
  /** Someone else wrote between our records: a former owner's late request. Its orders get their present journey again. */
  const findOverwritten = async (from: number, to: number): Promise<void> => {
    await parts.output.readBack(parts.lane, 'cx.journeys', from, to, ({ key }) => {
      if (key !== null) overwritten.add(key.toString());
    });
  };
  const notYetWritten = (record: OutputRecord): boolean =>
    record.seq === null || record.seq > (tail.written.get(record.topic) ?? 0);

  const sendNext = async ({ entry, causes }: Pending): Promise<void> => {
    const records = unpackOutbox(entry.records).filter(notYetWritten);
    if (records.length > 0) await send(records);
    const now = parts.wallClock.now();
    for (const timestamp of causes) parts.telemetry.detected(Math.max(0, now - timestamp));
    if (!(await parts.store.trim(parts.lane, claimed.token, entry.lastSeq, ends))) throw new LaneLost(parts.lane);
  };

  const sendJourneys = async (): Promise<void> => {
    const marked = await parts.store.dirty(parts.lane, JOURNEYS_AT_ONCE);
    mayBeDirty = marked.length === JOURNEYS_AT_ONCE;
    const again = [...overwritten];
    overwritten.clear();
    const ids = [...new Set([...marked.map((d: DirtyOrder) => d.orderId), ...again])];
    if (ids.length === 0) return;
    const stored = await parts.store.load(parts.lane, ids);
    const records = ids.flatMap((id, i) => {
      const order = stored[i];
      return order == null ? [] : [parts.renderJourney(id, order, seq)];
    });
    if (records.length > 0) await send(records);
    if (!(await parts.store.clean(parts.lane, claimed.token, marked, ends))) throw new LaneLost(parts.lane);
  };

  return {
    /** What a commit put into the outbox. */
    enqueue(entry: OutboxEntry, causes: readonly number[]): void {
      pending.push({ entry, causes });
      seq = entry.lastSeq;
    },
    /** A commit changed orders. */
    markDirty(): void {
      mayBeDirty = true;
    },
    pendingEntries: (): number => pending.length,
    /** Is there anything to send by now? */
    hasWork: (): boolean => pending.length > 0 || (mayBeDirty && parts.wallClock.now() >= journeysDue),
    /** Sends what waits; faults of log and store are retried until they end or `stopped` says so. Throws LaneLost. */
    async work(persistence: Persistence): Promise<void> {
      for (let next = pending[0]; next !== undefined && !persistence.stopped(); next = pending[0]) {
        const current = next;
        const done = await persist(persistence, 'publish the outbox', () => sendNext(current));
        if (!done) return;
        pending.shift();
        parts.telemetry.outboxPending(parts.lane, pending.length);
      }
      if (mayBeDirty && parts.wallClock.now() >= journeysDue) {
        journeysDue = parts.wallClock.now() + JOURNEY_INTERVAL_MS;
        await persist(persistence, 'publish journeys', sendJourneys);
      }
    },
    /** The last journeys, whatever the interval, when the lane is left in order. */
    async flush(persistence: Persistence): Promise<void> {
      journeysDue = 0;
      await this.work(persistence);
    },
    ends: (): ReadonlyMap<OutputTopic, number> => ends,
  };
}
export type Publisher = ReturnType<typeof createPublisher>;
