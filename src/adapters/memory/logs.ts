import type { SourceTopic } from '../../contracts/names.js';
import type {
  FetchedRange, LogBounds, RecordHeaders, SourceListener, SourceLog, SourceRecord,
} from '../../pipeline/ports.js';
import { assignLanes } from '../../pipeline/assign-lanes.js';
import { reportUnreadable } from '../../pipeline/unreadable.js';
import { murmur2Partition, type PartitionFunction } from '../../pipeline/partitioner.js';
import type { LaneLogs } from '../../pipeline/lane-logs.js';
import { createMemoryLaneLogs } from './lane-logs.js';
import { bytes, createMemoryOutputs, type MemoryOutputs } from './outputs.js';
import { createPartitionLog, type PartitionLog } from './partition-log.js';

export type { WrittenRecord } from './outputs.js';

/** The logs of the embedded mode and of tests: everything in memory, same behaviour as on Kafka. */

export interface MemoryLogsOptions {
  readonly topics: readonly SourceTopic[];
  readonly lanes: number;
  /** Stamps records whose timestamp isn't given; ms since the epoch. */
  readonly now: () => number;
  readonly partitioner?: PartitionFunction;
  /** Records handed over at a time; 500 by default. */
  readonly rangeRecords?: number;
  /** true: source records are dropped once `commitAdvice` passed them (the last one stays). */
  readonly forgetRead?: boolean;
  /** At most so many records are kept per output partition; all by default. */
  readonly keepOutputs?: number;
}

export interface AppendOptions {
  readonly timestamp?: number;
  readonly headers?: RecordHeaders;
  /** Overrules the partitioner. */
  readonly partition?: number;
}

export interface MemoryLogs extends MemoryOutputs {
  append(topic: SourceTopic, key: Buffer | string | null, value: Buffer | string | null, options?: AppendOptions): { partition: number; offset: number };
  /** A further worker of the one group; it takes part from `start` to `stop`. */
  source(): SourceLog;
  /** For whoever only reads. */
  reading(): LaneLogs;
  /** Source records appended and not yet advised as read: what a feeder looks at so as not to run ahead. */
  backlog(): number;
}

interface Reading {
  position: number;
  paused: boolean;
}

interface Member {
  readonly id: string;
  readonly listener: SourceListener;
  lanes: readonly number[];
  generation: number;
  /** Only lanes for which `read` was called since they were assigned. */
  readonly reading: Map<number, Map<SourceTopic, Reading>>;
}

type LaneTopics<T> = readonly ReadonlyMap<SourceTopic, T>[];

interface Shared {
  readonly options: MemoryLogsOptions;
  readonly sources: LaneTopics<PartitionLog<SourceRecord>>;
  readonly advised: readonly Map<SourceTopic, number>[];
  readonly members: Map<string, Member>;
  generation: number;
  joined: number;
  /** A delivery turn is due. */
  awake: boolean;
}

/** Creates the logs with empty partitions; the number of lanes is that of every topic's partitions, outputs included. */
export const createMemoryLogs = (options: MemoryLogsOptions): MemoryLogs => {
  const lanes = Array.from({ length: options.lanes });
  const shared: Shared = {
    options,
    sources: lanes.map(() => new Map(options.topics.map((topic) => [topic, createPartitionLog<SourceRecord>()]))),
    advised: lanes.map(() => new Map<SourceTopic, number>()),
    members: new Map(),
    generation: 0,
    joined: 0,
    awake: false,
  };
  const outputs = createMemoryOutputs(options);
  let keyless = 0;
  const partitionOf = options.partitioner ?? murmur2Partition;
  return {
    append(topic, key, value, { timestamp = options.now(), headers = {}, partition } = {}) {
      const keyBytes = bytes(key);
      const lane = partition ?? (keyBytes === null ? keyless++ % options.lanes : partitionOf(keyBytes, options.lanes));
      const offset = partitionLog(shared, lane, topic).append((at) => ({
        topic, partition: lane, offset: at, timestamp, key: keyBytes, value: bytes(value), headers,
      }));
      wake(shared);
      return { partition: lane, offset };
    },
    source: () => createSource(shared),
    reading: () => createMemoryLaneLogs({
      topics: options.topics, lanes: options.lanes, source: (lane, topic) => partitionLog(shared, lane, topic), output: outputs.partition,
    }),
    backlog: () => shared.sources.reduce((sum, topics, lane) => {
      for (const [topic, log] of topics) sum += log.end - Math.max(shared.advised[lane]?.get(topic) ?? 0, log.start);
      return sum;
    }, 0),
    ...outputs,
  };
};

const partitionLog = (shared: Shared, lane: number, topic: SourceTopic): PartitionLog<SourceRecord> => {
  const log = shared.sources[lane]?.get(topic);
  if (log === undefined) throw new Error(`There is no partition ${lane} of ${topic}: the memory log has ${shared.options.lanes} lanes of ${shared.options.topics.join(', ')}`);
  return log;
};

// ------------------------------------------------------------------ reading

const createSource = (shared: Shared): SourceLog => {
  let member: Member | null = null;
  const stateOf = (lane: number, topic: SourceTopic): Reading | undefined => member?.reading.get(lane)?.get(topic);
  return {
    topics: shared.options.topics,
    lanes: shared.options.lanes,
    start: (listener) => {
      shared.joined += 1;
      member = { id: `worker-${String(shared.joined).padStart(4, '0')}`, listener, lanes: [], generation: -1, reading: new Map() };
      shared.members.set(member.id, member);
      rebalance(shared);
      return Promise.resolve();
    },
    read(lane, offsets) {
      if (member === null || !member.lanes.includes(lane)) return;
      member.reading.set(lane, new Map(shared.options.topics.map((topic) => [
        topic, { position: offsets.get(topic) ?? partitionLog(shared, lane, topic).start, paused: false },
      ])));
      wake(shared);
    },
    pause(lane, topic) {
      const reading = stateOf(lane, topic);
      if (reading !== undefined) reading.paused = true;
    },
    resume(lane, topic) {
      const reading = stateOf(lane, topic);
      if (reading === undefined) return;
      reading.paused = false;
      wake(shared);
    },
    bounds: (lanes) => Promise.resolve(new Map(lanes.map((lane) => [
      lane,
      new Map(shared.options.topics.map((topic): [SourceTopic, LogBounds] => {
        const { start, end } = partitionLog(shared, lane, topic);
        return [topic, { start, end }];
      })),
    ]))),
    recordAt: (lane, topic, offset) => Promise.resolve(partitionLog(shared, lane, topic).at(offset)),
    confirmMembership: () => Promise.resolve(member !== null && shared.members.get(member.id) === member),
    commitAdvice(lane, offsets) {
      for (const [topic, next] of offsets) {
        shared.advised[lane]?.set(topic, next);
        // The last record applied stays: the check at claim asks for it.
        if (shared.options.forgetRead === true) partitionLog(shared, lane, topic).trim(next - 1);
      }
      return Promise.resolve(true);
    },
    advisedOffsets(lane) {
      const advised = shared.advised[lane];
      return Promise.resolve(advised === undefined || advised.size === 0 ? null : new Map(advised));
    },
    stop() {
      if (member !== null && shared.members.delete(member.id)) {
        member.reading.clear();
        member.lanes = [];
        rebalance(shared);
      }
      member = null;
      return Promise.resolve();
    },
  };
};

const rebalance = (shared: Shared): void => {
  shared.generation += 1;
  const members = [...shared.members.values()];
  const assignment = assignLanes(
    members.map(({ id, lanes, generation }) => ({ memberId: id, topics: shared.options.topics, held: lanes, generation })),
    shared.options.lanes,
  );
  // Everything stands still before anyone is told.
  for (const member of members) {
    member.reading.clear();
    member.lanes = assignment.get(member.id) ?? [];
    member.generation = shared.generation;
  }
  for (const member of members) member.listener.assigned(member.lanes);
};

const wake = (shared: Shared): void => {
  if (shared.awake) return;
  shared.awake = true;
  setImmediate(() => {
    shared.awake = false;
    let more = false;
    for (const member of shared.members.values()) more = deliver(shared, member) || more;
    if (more) wake(shared);
  });
};

/** Hands over one range of every partition that has something; true: there is more. */
const deliver = (shared: Shared, member: Member): boolean => {
  let more = false;
  for (const [lane, topics] of [...member.reading]) {
    for (const [topic, reading] of topics) {
      // The listener may have paused, re-read or lost it during this very turn.
      if (reading.paused || member.reading.get(lane) !== topics) continue;
      const log = partitionLog(shared, lane, topic);
      const from = reading.position;
      if (from < log.start || from > log.end) {
        member.reading.delete(lane);
        reportUnreadable(member.listener, lane, topic, from);
        break;
      }
      if (from === log.end) continue;
      const next = Math.min(from + (shared.options.rangeRecords ?? 500), log.end);
      reading.position = next;
      const range: FetchedRange = { topic, from, next, records: log.slice(from, next), end: log.end };
      member.listener.fetched(lane, range);
      more = more || reading.position < log.end;
    }
  }
  return more;
};
