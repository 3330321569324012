import { randomUUID } from 'node:crypto';
import type { EventFeed, FeedListener, FeedTail } from '../../pipeline/stream/event-feed.js';
import type { MemoryOutputs } from './outputs.js';

/** Records handed over at a time. */
const STRETCH_RECORDS = 500;

/** `cx.events` of the memory logs. They are gone with the process, and so is what positions in them mean. */
export function createMemoryEventFeed(outputs: Pick<MemoryOutputs, 'partition' | 'onWritten'>, partitions: number): EventFeed {
  const name = randomUUID();
  const logs = Array.from({ length: partitions }, (_, partition) => outputs.partition('cx.events', partition));
  return {
    async open() {
      let stopFollowing = (): void => undefined;
      return {
        name, partitions,
        bounds: async () => logs.map(({ start, end }) => ({ start, end })),
        async read(partition, from) {
          const log = logs[partition];
          if (log === undefined || from < log.start || from > log.end) return null;
          const next = Math.min(from + STRETCH_RECORDS, log.end);
          return { records: log.slice(from, next), next };
        },
        follow(from, listener) {
          const { tail, stop } = follow(logs, from, listener, outputs.onWritten);
          stopFollowing = stop;
          return tail;
        },
        async close() {
          stopFollowing();
        },
      };
    },
  };
}

type Log = ReturnType<MemoryOutputs['partition']>;

function follow(logs: readonly Log[], from: readonly number[], listener: FeedListener, onWritten: MemoryOutputs['onWritten']): { readonly tail: FeedTail; readonly stop: () => void } {
  const positions = [...from];
  const paused = new Set<number>();
  let awake = false;
  let stopped = false;
  const fail = (error: Error): void => {
    stop();
    listener.failed(error);
  };
  /** True: there is more. */
  const handOver = (log: Log, partition: number): boolean => {
    const at = positions[partition] ?? 0;
    if (stopped || paused.has(partition) || at === log.end) return false;
    if (at < log.start || at > log.end) {
      fail(new Error(`partition ${partition} of the log in memory was overtaken at offset ${at}`));
      return false;
    }
    const next = Math.min(at + STRETCH_RECORDS, log.end);
    positions[partition] = next;
    listener.fetched(partition, { records: log.slice(at, next), next });
    return next < log.end;
  };
  const turn = (): void => {
    awake = false;
    let more = false;
    for (const [partition, log] of logs.entries()) more = handOver(log, partition) || more;
    if (more) wake();
  };
  const wake = (): void => {
    if (awake || stopped) return;
    awake = true;
    setImmediate(turn);
  };
  const callOff = onWritten(({ topic }) => { if (topic === 'cx.events') wake(); });
  const stop = (): void => {
    stopped = true;
    callOff();
  };
  wake();
  return {
    stop,
    tail: {
      pause: (partition) => { paused.add(partition); },
      resume(partition) {
        paused.delete(partition);
        wake();
      },
    },
  };
}
