import { asError } from '../../core/as-error.js';
import type { FetchedRange } from '../ports.js';
import { seqOf } from '../recovery.js';
import { createDelivery, type Letter } from './delivery.js';
import type { Channel } from './destination.js';
import type { Holding } from './holding.js';
import { type AlertRecord, readAlert, type SinkAlert } from './sink-alert.js';
import type { SinkParts } from './sink-parts.js';
import { backoffMs } from './timing.js';

export interface SinkLaneOptions extends SinkParts {
  readonly partition: number;
  /** The oldest offset that was not delivered yet; records before it are recalled. */
  readonly from: number;
  /** Decides which alerts wait for a digest; null: none does. */
  readonly holding: Holding | null;
  /** Whether more of the partition is wanted at present. */
  readonly wantsMore: (more: boolean) => void;
  /** A defect. */
  readonly failed: (error: Error) => void;
}

/** One partition of `cx.alerts` on its way to one receiver: in order, one request at a time. */
export interface SinkLane {
  /** What was read of the partition, next to what it has. */
  take(range: FetchedRange<'cx.alerts'>): void;
  /** Goes on where there is something to do by now, such as repeating. */
  wake(): void;
  /** Everything below this offset is dealt with. */
  done(): number;
  /** Everything below this offset is dealt with, or waits for a digest alone. */
  reached(): number;
  /** Where reading goes on; null: nothing was read yet. */
  readTo(): number | null;
  isFull(): boolean;
  /** The timestamp of the oldest record that waits, ms; null: none does. */
  oldest(): number | null;
  /** Calls off what is under way; nothing more is sent once it resolves. */
  stop(): Promise<void>;
}

/** Records that are kept in memory: what a receiver does not take waits in the log. */
const FULL = 500;
const SCHEMA_BACKOFF = { firstMs: 200, longestMs: 5_000 };

export function createSinkLane(options: SinkLaneOptions): SinkLane {
  const { from, timing, telemetry, name, destination, holding } = options;
  const channel: Channel = destination.channel();
  const ending = new AbortController();
  const { signal } = ending;
  const delivery = createDelivery({ ...options, channel }, signal);
  const queue: AlertRecord[] = [];
  let readTo: number | null = null;
  let full = false;
  let highest = 0;
  let repeatedAt = timing.now();
  let running: Promise<void> | null = null;

  const drop = (count: number): void => {
    queue.splice(0, count);
    if (!full || queue.length > FULL / 2) return;
    full = false;
    options.wantsMore(true);
  };

  /** Waits where a schema has yet to be learned. Null: there is nothing to deliver in it. */
  const letterOf = async (record: AlertRecord): Promise<Letter | null> => {
    for (let tries = 1; !signal.aborted; tries += 1) {
      const read = readAlert(record, options.schemas);
      if (read.kind === 'alert') return admitted(record, read.alert);
      if (read.kind === 'unreadable') {
        if (record.offset >= from) telemetry.sinkSetAside(name, 'unreadable', { place: record, id: null, count: 1 }, read.message);
        return null;
      }
      await options.schemas?.learn(read.schemaId).catch(() => timing.pause(backoffMs(SCHEMA_BACKOFF, tries, timing.random()), signal));
    }
    return null;
  };
  const admitted = async (record: AlertRecord, alert: SinkAlert): Promise<Letter | null> => {
    if (record.offset < from) {
      channel.recall(alert);
      return null;
    }
    const passedOver = channel.admit(alert);
    if (passedOver !== null) holding?.passedOver({ record, alert });
    const why = passedOver ?? await holding?.admit({ record, alert }, signal) ?? null;
    if (why !== null && why !== 'held') telemetry.sinkPassedOver(name, why);
    return why === null ? { record, alert } : null;
  };

  /** What goes into the next request, and how many records of the queue are dealt with by it. */
  const nextLoad = async (): Promise<{ readonly letters: readonly Letter[]; readonly records: number }> => {
    const letters: Letter[] = [];
    let records = 0;
    for (; letters.length < destination.batch && !signal.aborted; records += 1) {
      const record = queue[records];
      if (record === undefined) break;
      const letter = await letterOf(record);
      if (letter !== null) letters.push(letter);
    }
    return { letters, records };
  };

  const repeatIfDue = async (): Promise<void> => {
    if (destination.memory === null || timing.now() - repeatedAt < destination.memory.repeatMs) return;
    await delivery.repeat();
    repeatedAt = timing.now();
  };
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      await repeatIfDue();
      const { letters, records } = await nextLoad();
      if (records === 0 || signal.aborted) return;
      if (letters.length === 0 || await delivery.deliver(letters)) drop(records);
    }
  };
  const wake = (): void => {
    if (running !== null || signal.aborted) return;
    running = work().catch((error: unknown) => options.failed(asError(error))).finally(() => {
      running = null;
      if (queue.length > 0) wake();
    });
  };

  const reached = (): number => Math.max(from, queue[0]?.offset ?? readTo ?? from);

  return {
    take({ records, next }) {
      for (const record of records) {
        const seq = seqOf(record.headers);
        // Written again by a worker that could not say that it had: a number that was seen.
        if (seq !== null && seq <= highest) continue;
        highest = seq ?? highest;
        queue.push(record);
      }
      readTo = next;
      if (!full && queue.length >= FULL) {
        full = true;
        options.wantsMore(false);
      }
      wake();
    },
    wake,
    done: () => Math.max(from, Math.min(reached(), holding?.oldest() ?? Infinity)),
    reached,
    readTo: () => readTo,
    isFull: () => full,
    oldest: () => queue.find(({ offset }) => offset >= from)?.timestamp ?? null,
    async stop() {
      ending.abort();
      await running;
      holding?.stop();
    },
  };
}
