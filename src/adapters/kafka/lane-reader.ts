import type { Cluster } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceTopic } from '../../contracts/names.js';
import type { FetchedRange, SourceListener } from '../../pipeline/ports.js';
import { explainDamage } from './compression.js';
import { asError, backoffMs, isFatal, isFault, mend, within } from './faults.js';
import { stretchOf } from './fetched-partition.js';
import type { KafkaLog } from './log.js';
import { sourceRecord } from './source-record.js';
import { reportUnreadable } from '../../pipeline/unreadable.js';
import { fetchFrom, READ_COMMITTED, type FetchAnswer, type FetchRequest, type RawPartition } from './wire.js';

export interface FetchSizes {
  /** How long a broker holds an answer while there is nothing; also how late a resumed partition may be noticed. ms */
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  /** An answer is decoded in one go, so this bounds how long nothing else runs. */
  readonly maxBytes: number;
}

export interface LaneReaderOptions extends FetchSizes {
  /** Used for fetching only. */
  readonly cluster: Cluster;
  /** Contract name to broker name, in the order of the configuration. */
  readonly names: ReadonlyMap<SourceTopic, string>;
  readonly lanes: number;
  readonly listener: SourceListener;
  readonly log: KafkaLog;
}

export interface LaneReader {
  read(lane: number, offsets: ReadonlyMap<SourceTopic, number>): void;
  /** Drops everything read ahead; nothing is delivered until lanes are read again. */
  forget(): void;
  pause(lane: number, topic: SourceTopic): void;
  resume(lane: number, topic: SourceTopic): void;
  /** No delivery after it resolves. */
  stop(): Promise<void>;
}

/** One partition being read. A new `read` makes a new one, so answers to earlier requests find their own gone. */
interface Reading {
  readonly lane: number;
  readonly topic: SourceTopic;
  readonly name: string;
  /** Where the next range begins; null: at the oldest record, whose offset isn't known yet. */
  position: number | null;
  paused: boolean;
  /** Came in after the pause. */
  held: FetchedRange | null;
  /** Answers in a row without anything though there is something. */
  stuck: number;
  /** Its partition was not there for a while: what is there now may be another one. */
  doubted: boolean;
}

type Asked = Reading & { position: number };

/** What brokers answer while a topic is away, also when only its leader moves. */
const AWAY = ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR'];
/** So often others in the same answer may have used up its room; then the partition is asked for alone. */
const STUCK_LIMIT = 3;
const EARLIEST = -2;
/** How long stopping waits for requests that a silent broker may never answer; ms. */
const STOP_MS = 1_000;

/**
 * Fetches the partitions of lanes from where it was told, one request in flight per broker. The position of each
 * partition lives here alone: a range always begins where the last one ended, or where `read` said.
 */
export const createLaneReader = (options: LaneReaderOptions): LaneReader => {
  const { cluster, names, listener, log } = options;
  const lanes = new Map<number, ReadonlyMap<SourceTopic, Reading>>();
  const loops = new Map<string, Promise<void>>();
  let stopped = false;

  const isCurrent = (reading: Reading): boolean => lanes.get(reading.lane)?.get(reading.topic) === reading;

  const fail = (error: Error): void => {
    if (stopped) return;
    stopped = true;
    lanes.clear();
    listener.failed(error);
  };

  const hand = (reading: Reading, range: FetchedRange): void => {
    try {
      listener.fetched(reading.lane, range);
    } catch (error) {
      // Its position has moved already: going on would lose the range.
      fail(asError(error));
    }
  };

  /** What to ask each leader for, now. */
  const wanted = (): ReadonlyMap<string, Reading[]> => {
    const byLeader = new Map<string, Reading[]>();
    for (const topics of lanes.values()) {
      for (const reading of topics.values()) {
        if (reading.paused || reading.held !== null) continue;
        const leader = leaderOf(cluster, reading);
        const others = byLeader.get(leader);
        if (others === undefined) byLeader.set(leader, [reading]);
        else others.push(reading);
      }
    }
    return byLeader;
  };

  const take = (asked: ReadonlyMap<Reading, number>, answer: FetchAnswer): void => {
    const byName = new Map([...asked.keys()].map((reading) => [`${reading.name}|${reading.lane}`, reading]));
    for (const { topicName, partitions } of answer.responses) {
      for (const raw of partitions) {
        const reading = byName.get(`${topicName}|${raw.partition}`);
        const position = reading && asked.get(reading);
        // Lost, read anew, or answered already by the leader before this one.
        if (stopped || reading === undefined || position === undefined || reading.position !== position || !isCurrent(reading)) continue;
        const range = advance(reading, position, raw, asked.size === 1);
        if (range === null) continue;
        if (reading.paused) reading.held = range;
        else hand(reading, range);
      }
    }
  };

  /** Finds where the oldest record is, for those that begin there. */
  const settleStarts = async (readings: readonly Reading[]): Promise<void> => {
    const open = readings.filter(({ position }) => position === null);
    if (open.length === 0) return;
    const asked = new Map<string, { partition: number }[]>();
    for (const { name, lane } of open) asked.set(name, [...(asked.get(name) ?? []), { partition: lane }]);
    const found = await cluster.fetchTopicsOffset([...asked].map(([topic, partitions]) => ({ topic, partitions, fromTimestamp: EARLIEST })));
    for (const { topic, partitions } of found) {
      for (const { partition, offset } of partitions) {
        const reading = open.find(({ name, lane }) => name === topic && lane === partition);
        if (reading !== undefined) reading.position = Number(offset);
      }
    }
  };

  const fetchOnce = async (nodeId: string, readings: readonly Reading[]): Promise<void> => {
    await cluster.refreshMetadataIfNecessary();
    for (const name of names.values()) {
      const partitions = cluster.findTopicPartitionMetadata(name).length;
      if (partitions !== options.lanes && partitions !== 0) throw new PartitionsChanged(name, options.lanes, partitions);
    }
    await settleStarts(readings);
    const known = readings.filter((reading): reading is Asked => reading.position !== null);
    const alone = known.find(({ stuck }) => stuck >= STUCK_LIMIT);
    const asked = alone === undefined ? known : [alone];
    const positions = new Map(asked.map((reading) => [reading, reading.position]));
    try {
      const answer = await fetchFrom(cluster, nodeId, request(asked, options));
      if (!tellDoubted(asked)) take(positions, answer);
    } catch (error) {
      if (!isFault(error, 'KafkaJSOffsetOutOfRange')) throw error;
      outOfRange(positions, error);
    }
  };

  /** A topic made anew and already filled beyond a position answers as if nothing had been: whoever reads it has to look. */
  const tellDoubted = (asked: readonly Asked[]): boolean => {
    const doubted = asked.filter((reading) => reading.doubted && isCurrent(reading));
    for (const { lane, topic, position } of doubted) if (lanes.delete(lane)) reportUnreadable(listener, lane, topic, position);
    return doubted.length > 0;
  };

  const outOfRange = (asked: ReadonlyMap<Reading, number>, error: unknown): void => {
    const fault = error as { topic?: unknown; partition?: unknown };
    for (const [reading, position] of asked) {
      if (reading.name !== fault.topic || reading.lane !== fault.partition) continue;
      // The answer may be to what was asked before the lane was read anew.
      if (stopped || !isCurrent(reading) || reading.position !== position) return;
      lanes.delete(reading.lane);
      reportUnreadable(listener, reading.lane, reading.topic, position);
    }
  };

  const loop = async (nodeId: string): Promise<void> => {
    for (let failures = 0; ;) {
      const readings = stopped ? [] : (wanted().get(nodeId) ?? []);
      if (readings.length === 0) {
        loops.delete(nodeId);
        return;
      }
      try {
        if (nodeId === NO_LEADER) throw new Error('a partition has no leader at present');
        await fetchOnce(nodeId, readings);
        failures = 0;
      } catch (error) {
        if (stopped) continue;
        if (isFatal(error) || error instanceof PartitionsChanged) {
          fail(explainDamage(error, readings.map(({ name, lane }) => `${name}/${lane}`)));
        } else {
          failures += 1;
          // The error doesn't say which of them it is about.
          if (nodeId === NO_LEADER || isFault(error, ...AWAY)) for (const reading of readings) reading.doubted = true;
          log(failures > 5 ? 'warn' : 'debug', 'fetching failed, trying again', { nodeId, error: asError(error).message });
          await mend(cluster, error, log);
          await sleep(backoffMs(failures));
        }
      }
      // Leaders may have moved.
      wake();
    }
  };

  const wake = (): void => {
    if (stopped) return;
    for (const nodeId of wanted().keys()) if (!loops.has(nodeId)) loops.set(nodeId, loop(nodeId));
  };

  return {
    read(lane, offsets) {
      lanes.set(lane, new Map([...names].map(([topic, name]) => [
        topic, { lane, topic, name, position: offsets.get(topic) ?? null, paused: false, held: null, stuck: 0, doubted: false },
      ])));
      wake();
    },
    forget: () => lanes.clear(),
    pause(lane, topic) {
      const reading = lanes.get(lane)?.get(topic);
      if (reading !== undefined) reading.paused = true;
    },
    resume(lane, topic) {
      const reading = lanes.get(lane)?.get(topic);
      if (reading === undefined || !reading.paused) return;
      reading.paused = false;
      // Not within the caller's own step.
      if (reading.held !== null) setImmediate(() => deliverHeld(reading));
      else wake();
    },
    async stop() {
      stopped = true;
      lanes.clear();
      // A request that a silent broker never answers can deliver nothing any more.
      await within(STOP_MS, Promise.all(loops.values())).catch(() => undefined);
    },
  };

  function deliverHeld(reading: Reading): void {
    const { held } = reading;
    if (stopped || held === null || reading.paused || !isCurrent(reading)) return;
    reading.held = null;
    hand(reading, held);
    wake();
  }
};

/** Moves the position by what came; null: nothing did. */
const advance = (reading: Reading, from: number, raw: RawPartition, alone: boolean): FetchedRange | null => {
  const stretch = stretchOf(raw, from);
  // Alone in its request and still nothing: there is no record at this offset, so it can be passed.
  const passed = stretch.stuck && alone && reading.stuck >= STUCK_LIMIT;
  reading.stuck = stretch.stuck && !passed ? reading.stuck + 1 : 0;
  const next = passed ? from + 1 : stretch.next;
  if (next === from) return null;
  reading.position = next;
  return { topic: reading.topic, from, next, records: stretch.records.map((record) => sourceRecord(reading.topic, reading.lane, record)) };
};

/** Leaders by node id as text. */
const leaderOf = (cluster: Cluster, { name, lane }: Reading): string =>
  String(cluster.findTopicPartitionMetadata(name).find(({ partitionId }) => partitionId === lane)?.leader ?? NO_LEADER);

const NO_LEADER = '-1';

const request = (asked: readonly Asked[], { maxWaitMs, maxBytes, maxBytesPerPartition }: FetchSizes): FetchRequest => {
  const topics = new Map<string, { partition: number; fetchOffset: string; maxBytes: number }[]>();
  for (const { name, lane, position } of asked) {
    const entry = { partition: lane, fetchOffset: String(position), maxBytes: maxBytesPerPartition };
    const others = topics.get(name);
    if (others === undefined) topics.set(name, [entry]);
    else others.push(entry);
  }
  return {
    isolationLevel: READ_COMMITTED,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes,
    topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
  };
};

export class PartitionsChanged extends Error {
  override readonly name = 'PartitionsChanged';

  constructor(topic: string, lanes: number, partitions: number) {
    super(
      `Topic ${topic} has ${partitions} partitions now, it had ${lanes}: keys have moved between partitions, so orders would be cut in two. `
      + 'Give every source and output topic the same number and read all of it into an empty state (docs: changing the number of partitions).',
    );
  }
}
