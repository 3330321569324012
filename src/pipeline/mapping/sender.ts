import { unpackRecords } from '../outbox-codec.js';
import { createOutputWaits } from '../output-waits.js';
import type { OutboxEntry, WallClock } from '../ports.js';
import { LaneLost } from '../lane-lost.js';
import { persist, type Persistence } from '../retry.js';
import { INTAKE_LANE, INTAKE_OUTPUTS, type ClaimedIntake, type IntakeStore, type IntakeTelemetry, type RecordWriter } from './ports.js';

interface Pending {
  readonly entry: OutboxEntry;
  /** All of it is in the log; only the store does not know yet. */
  sent: boolean;
}

/**
 * Sends the outbox, in order, one request at a time. Only what the store holds is sent, so whatever dies in between is sent again, to
 * the byte; the lanes know it by its ids.
 */
export function createSender(parts: { readonly store: Pick<IntakeStore, 'trim'>; readonly writer: RecordWriter; readonly telemetry: Pick<IntakeTelemetry, 'outboxPending'>; readonly wallClock: WallClock }, claimed: Pick<ClaimedIntake, 'token' | 'outbox'>) {
  const pending: Pending[] = claimed.outbox.map((entry) => ({ entry, sent: false }));
  const waits = createOutputWaits(parts.wallClock);
  const send = async (next: Pending): Promise<void> => {
    if (!next.sent) await waits.during('events', () => parts.writer.write(unpackRecords(INTAKE_OUTPUTS, next.entry.records)));
    // While the store is away the same records must not be sent over and over.
    next.sent = true;
    if (!(await parts.store.trim(claimed.token, next.entry.lastSeq))) throw new LaneLost(INTAKE_LANE);
  };
  return {
    enqueue(entry: OutboxEntry): void {
      pending.push({ entry, sent: false });
    },
    waits: waits.list,
    pendingEntries: (): number => pending.length,
    /** Sends what waits; faults are retried until they end or `stopped` says so. @throws LaneLost */
    async work(persistence: Persistence): Promise<void> {
      for (let next = pending[0]; next !== undefined && !persistence.stopped(); next = pending[0]) {
        const current = next;
        if (!(await persist(persistence, 'write the events', () => send(current)))) return;
        pending.shift();
        parts.telemetry.outboxPending(INTAKE_LANE, pending.length);
      }
    },
  };
}
