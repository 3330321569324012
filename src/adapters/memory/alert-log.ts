import type { SourceListener } from '../../pipeline/ports.js';
import type { AlertLog } from '../../pipeline/sinks/sink.js';
import { reportUnreadable } from '../../pipeline/unreadable.js';
import type { MemoryOutputs } from './outputs.js';

/** Records handed over at a time. */
const RANGE_RECORDS = 100;
const TOPIC = 'cx.alerts';

/** `cx.alerts` of the memory logs, all partitions for one sink. Its place is gone with the process, as the log is. */
export function createMemoryAlertLog(outputs: Pick<MemoryOutputs, 'partition' | 'onWritten'>, partitions: number): AlertLog {
  const logs = Array.from({ length: partitions }, (_, partition) => outputs.partition(TOPIC, partition));
  const positions = new Map<number, number>();
  const paused = new Set<number>();
  const committed = new Map<number, number>();
  let listener: SourceListener<typeof TOPIC> | null = null;
  let callOff = (): void => undefined;
  let awake = false;

  const handOver = (partition: number): boolean => {
    const log = logs[partition];
    const from = positions.get(partition);
    if (log === undefined || listener === null || from === undefined || paused.has(partition) || from === log.end) return false;
    if (from < log.start || from > log.end) {
      positions.delete(partition);
      reportUnreadable(listener, partition, TOPIC, from);
      return false;
    }
    const next = Math.min(from + RANGE_RECORDS, log.end);
    positions.set(partition, next);
    listener.fetched(partition, { topic: TOPIC, from, next, records: log.slice(from, next).map((record) => ({ ...record, topic: TOPIC, partition })) });
    return next < log.end;
  };
  const turn = (): void => {
    awake = false;
    for (const partition of logs.keys()) if (handOver(partition)) wake();
  };
  const wake = (): void => {
    if (awake || listener === null) return;
    awake = true;
    setImmediate(turn);
  };

  return {
    async start(listening) {
      listener = listening;
      callOff = outputs.onWritten(({ topic }) => { if (topic === TOPIC) wake(); });
      listening.assigned([...logs.keys()]);
    },
    read(partition, offsets) {
      positions.set(partition, offsets.get(TOPIC) ?? 0);
      paused.delete(partition);
      wake();
    },
    pause: (partition) => void paused.add(partition),
    resume(partition) {
      paused.delete(partition);
      wake();
    },
    bounds: async (wanted) => new Map(wanted.flatMap((partition) => {
      const log = logs[partition];
      return log === undefined ? [] : [[partition, new Map([[TOPIC, { start: log.start, end: log.end }] as const])] as const];
    })),
    async recordAt(partition, _topic, offset) {
      const record = logs[partition]?.at(offset) ?? null;
      return record === null ? null : { ...record, topic: TOPIC, partition };
    },
    async commitAdvice(partition, offsets) {
      committed.set(partition, offsets.get(TOPIC) ?? 0);
      return true;
    },
    async advisedOffsets(partition) {
      const at = committed.get(partition);
      return at === undefined ? null : new Map([[TOPIC, at]]);
    },
    async stop() {
      listener = null;
      callOff();
    },
  };
}
