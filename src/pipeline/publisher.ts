import { createJourneyPublisher, type JourneyPublisherParts } from './journey-publisher.js';
import { createLaneOutput, type LaneOutput } from './lane-output.js';
import { LaneLost } from './lane-lost.js';
import { unpackOutbox } from './outbox-codec.js';
import type { ClaimedLane, OutboxEntry, OutputLog, OutputRecord } from './ports.js';
import type { OutputTail } from './recovery.js';
import { persist, type Persistence } from './retry.js';

export interface PublisherParts extends Omit<JourneyPublisherParts, 'lastSaid'> {
  readonly output: OutputLog;
}

/** What waits is sent together up to so many bytes: while a request is under way, more than one step may have been committed. */
const TOGETHER_BYTES = 262_144;
/** Of what waits, before steps wait for it: a lane's memory and the store's are not to grow with a log that takes nothing. */
const MOST_ENTRIES = 32;
const MOST_BYTES = 8_388_608;

interface Pending {
  readonly entry: OutboxEntry;
  /** Log timestamps of the records behind it. */
  readonly causes: readonly number[];
  /** All of it is in the log; only the store does not know yet. */
  sent: boolean;
}

/**
 * Sends a lane's outbox, in order, one request at a time, and beside it keeps the published journeys up to date. Only what the store
 * holds is ever sent, so whatever dies in between is sent again, and nothing is sent that was not committed.
 */
export function createPublisher(parts: PublisherParts, claimed: ClaimedLane, tail: OutputTail) {
  const output = createLaneOutput(parts, claimed, tail);
  const outbox = createOutboxPublisher(parts, output, claimed, tail);
  const journeys = createJourneyPublisher({ ...parts, lastSaid: outbox.lastSaid }, output, claimed);
  return {
    outbox, journeys,
    waits: output.waits,
    /**
     * Takes off the store once more what was sent: one that went back by no commit holds nothing less, but may no longer know of it.
     * Faults of the store are retried until they end or `stopped` says so. @throws LaneLost
     */
    async remind(persistence: Persistence): Promise<void> {
      await outbox.remind(persistence);
      journeys.remind();
    },
    /** All that is left, journeys whatever the interval, when the lane is left in order. */
    async flush(persistence: Persistence): Promise<void> {
      await outbox.work(persistence);
      await journeys.flush(persistence);
    },
  };
}

function createOutboxPublisher({ lane, store, telemetry, wallClock }: PublisherParts, output: LaneOutput, claimed: ClaimedLane, tail: OutputTail) {
  const pending: Pending[] = claimed.outbox.map((entry) => ({ entry, causes: [], sent: false }));
  let seq = claimed.seq;

  const trim = async (lastSeq: number): Promise<void> => {
    if (!(await store.trim(lane, claimed.token, lastSeq, output.settledEnds()))) throw new LaneLost(lane);
  };
  const notYetWritten = (record: OutputRecord): boolean => record.seq === null || record.seq > (tail.written.get(record.topic) ?? 0);
  const sendTogether = async (entries: readonly Pending[], lastSeq: number): Promise<void> => {
    const unsent = entries.filter(({ sent }) => !sent);
    const records = unsent.flatMap(({ entry }) => unpackOutbox(entry.records).filter(notYetWritten));
    if (records.length > 0) await output.send(records);
    const now = wallClock.now();
    for (const each of unsent) {
      // While the store is away the same records must not be sent over and over.
      each.sent = true;
      for (const timestamp of each.causes) telemetry.detected(Math.max(0, now - timestamp));
    }
    await trim(lastSeq);
  };
  return {
    /** What a commit put into the outbox. */
    enqueue(entry: OutboxEntry, causes: readonly number[]): void {
      pending.push({ entry, causes, sent: false });
      seq = entry.lastSeq;
    },
    /** The number of the last record that the lane said, sent or not. */
    lastSaid: (): number => seq,
    /** Does so much wait that nothing more should be committed before some of it is sent? */
    isFull: (): boolean => pending.length > MOST_ENTRIES || pending.reduce((sum, { entry }) => sum + entry.records.length, 0) > MOST_BYTES,
    hasWork: (): boolean => pending.length > 0,
    /** Sends what waits; faults of log and store are retried until they end or `stopped` says so. @throws LaneLost */
    async work(persistence: Persistence): Promise<void> {
      while (pending.length > 0 && !persistence.stopped()) {
        const together = firstOf(pending);
        const lastSeq = together.at(-1)?.entry.lastSeq ?? seq;
        if (!(await persist(persistence, 'publish the outbox', () => sendTogether(together, lastSeq)))) return;
        pending.splice(0, together.length);
        telemetry.outboxPending(lane, pending.length);
      }
    },
    async remind(persistence: Persistence): Promise<void> {
      // What waits is followed by a trim of its own.
      if (pending.length === 0) await persist(persistence, 'trim the outbox', () => trim(seq));
    },
  };
}

/** As many as go together, one at the least. */
function firstOf(pending: readonly Pending[]): readonly Pending[] {
  let bytes = 0;
  const beyond = pending.findIndex(({ entry }) => (bytes += entry.records.length) > TOGETHER_BYTES);
  return pending.slice(0, beyond === -1 ? pending.length : Math.max(1, beyond));
}
