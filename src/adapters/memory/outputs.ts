import type { OutputTopic } from '../../contracts/names.js';
import { getOrInsert } from '../../core/get-or-insert.js';
import type { OutputLog, OutputRecord, ReadBackRecord } from '../../pipeline/ports.js';
import { createPartitionLog, type PartitionLog } from './partition-log.js';

export interface WrittenRecord extends ReadBackRecord {
  readonly topic: OutputTopic;
  readonly lane: number;
  readonly seq: number | null;
  readonly timestamp: number;
}

/** Text as UTF-8. */
export const bytes = (data: Buffer | string | null): Buffer | null => (typeof data === 'string' ? Buffer.from(data) : data);

export interface MemoryOutputsOptions {
  readonly lanes: number;
  /** Stamps records whose timestamp isn't given; ms since the epoch. */
  readonly now: () => number;
  /** At most so many records are kept per partition; all by default. */
  readonly keepOutputs?: number;
}

export interface MemoryOutputs {
  readonly output: OutputLog;
  /** An output partition, to be read. */
  readonly partition: (topic: OutputTopic, lane: number) => PartitionLog<WrittenRecord>;
  /** What is kept of an output partition, oldest first. */
  written(topic: OutputTopic, lane: number): readonly WrittenRecord[];
  /** Calls back for every record written from now on; returns how to end that. */
  onWritten(listener: (record: WrittenRecord) => void): () => void;
}

/** The output side of the memory logs. */
export const createMemoryOutputs = (options: MemoryOutputsOptions): MemoryOutputs => {
  const partitions = new Map<string, PartitionLog<WrittenRecord>>();
  const listeners = new Set<(record: WrittenRecord) => void>();
  const partition = (topic: OutputTopic, lane: number): PartitionLog<WrittenRecord> => {
    if (!(lane >= 0 && lane < options.lanes)) throw new Error(`There is no lane ${lane}: the memory log has ${options.lanes}`);
    return getOrInsert(partitions, `${topic}|${lane}`, () => createPartitionLog<WrittenRecord>());
  };
  const write = (lane: number, { seq, topic, key, value, headers, timestamp = options.now() }: OutputRecord): number => {
    const log = partition(topic, lane);
    const offset = log.append((at) => ({ topic, lane, offset: at, seq, key: bytes(key), value: bytes(value), headers, timestamp }));
    const record = log.at(offset);
    if (options.keepOutputs !== undefined) log.trim(log.end - options.keepOutputs);
    if (record !== null) for (const listener of listeners) listener(record);
    return offset;
  };
  return {
    output: {
      publish(lane, records) {
        const first = new Map<OutputTopic, number>();
        for (const record of records) {
          const offset = write(lane, record);
          if (!first.has(record.topic)) first.set(record.topic, offset);
        }
        return Promise.resolve(first);
      },
      start: (lane, topic) => Promise.resolve(partition(topic, lane).start),
      end: (lane, topic) => Promise.resolve(partition(topic, lane).end),
      readBack(lane, topic, from, to, take) {
        for (const record of partition(topic, lane).slice(from, to)) take(record);
        return Promise.resolve();
      },
    },
    partition,
    written: (topic, lane) => {
      const log = partition(topic, lane);
      return log.slice(log.start, log.end);
    },
    onWritten(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
