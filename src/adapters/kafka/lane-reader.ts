import type { Cluster } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchedRange, SourceListener } from '../../pipeline/ports.js';
import { explainDamage } from './compression.js';
import { kafkaFaultText } from './fault-words.js';
import { asError } from '../../core/as-error.js';
import { backoffMs, isFatal, isFault, mend, within } from './faults.js';
import { createFetchTroubles, missingTopics } from './fetch-troubles.js';
import type { Layout } from './layout.js';
import type { KafkaLog } from './log.js';
import { advance, type Asked, type FetchSizes, findStarts, leaderOf, newReading, NO_LEADER, type Reading, requestOf, STUCK_LIMIT } from './partition-reading.js';
import { reportUnreadable } from '../../pipeline/unreadable.js';
import { fetchFrom, type FetchAnswer } from './wire.js';

export interface LaneReaderOptions<T extends string> extends FetchSizes {
  /** Used for fetching only. */
  readonly cluster: Cluster;
  readonly layout: Layout<T>;
  readonly listener: SourceListener<T>;
  readonly log: KafkaLog;
}

export interface LaneReader<T extends string> {
  read(lane: number, offsets: ReadonlyMap<T, number>): void;
  /** Drops everything read ahead; nothing is delivered until lanes are read again. */
  forget(): void;
  pause(lane: number, topic: T): void;
  resume(lane: number, topic: T): void;
  /** What has kept records from being read for a while, in sentences. */
  troubles(): readonly string[];
  /** No delivery after it resolves. */
  stop(): Promise<void>;
}

/** What brokers answer while a topic is away, also when only its leader moves. */
const AWAY = ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR'];
/**
 * While there is a backlog, so many are asked for at once, those that waited longest. An answer has room for fewer, and what is asked for
 * costs the broker as much as what is sent.
 */
const BACKLOG_PARTITIONS = 64;
/** After so many failures in a row it is looked whether topics are missing. */
const ASK_AFTER = 4;
/** How long stopping waits for requests that a silent broker may never answer; ms. */
const STOP_MS = 1_000;

/**
 * Fetches the partitions of lanes from where it was told, one request in flight per broker. The position of each
 * partition lives here alone: a range always begins where the last one ended, or where `read` said.
 */
export const createLaneReader = <T extends string>(options: LaneReaderOptions<T>): LaneReader<T> => {
  const { cluster, layout, listener, log } = options;
  const lanes = new Map<number, ReadonlyMap<T, Reading<T>>>();
  const loops = new Map<string, Promise<void>>();
  /** Brokers whose last answer left something to be read. */
  const backlogs = new Set<string>();
  const troubles = createFetchTroubles(() => performance.now());
  let stopped = false;
  let answers = 0;

  const isCurrent = (reading: Reading<T>): boolean => lanes.get(reading.lane)?.get(reading.topic) === reading;

  const fail = (error: Error): void => {
    if (stopped) return;
    stopped = true;
    lanes.clear();
    listener.failed(error);
  };

  const hand = (reading: Reading<T>, range: FetchedRange<T>): void => {
    try {
      listener.fetched(reading.lane, range);
    } catch (error) {
      // Its position has moved already: going on would lose the range.
      fail(asError(error));
    }
  };

  /** What to ask each leader for, now. */
  const wanted = (): ReadonlyMap<string, Reading<T>[]> => {
    const byLeader = new Map<string, Reading<T>[]>();
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

  /** Hands over what came. True: there is more where that came from. */
  const take = (asked: ReadonlyMap<Reading<T>, number>, answer: FetchAnswer): boolean => {
    const request = { number: (answers += 1), asked: asked.size };
    let more = false;
    const byName = new Map([...asked.keys()].map((reading, rank) => [`${reading.name}|${reading.partition}`, { reading, rank }]));
    for (const { topicName, partitions } of answer.responses) {
      for (const raw of partitions) {
        const { reading, rank = 0 } = byName.get(`${topicName}|${raw.partition}`) ?? {};
        const position = reading && asked.get(reading);
        // Lost, read anew, or answered already by the leader before this one.
        if (stopped || reading === undefined || position === undefined || reading.position !== position || !isCurrent(reading)) continue;
        const range = advance(reading, position, raw, rank, request);
        if (range === null) continue;
        more ||= range.end !== undefined && range.next < range.end;
        if (reading.paused) reading.held = range;
        else hand(reading, range);
      }
    }
    return more;
  };

  const fetchOnce = async (nodeId: string, readings: readonly Reading<T>[]): Promise<void> => {
    await cluster.refreshMetadataIfNecessary();
    for (const [name, before] of layout.partitions) {
      const now = cluster.findTopicPartitionMetadata(name).length;
      if (now !== before && now !== 0) throw new PartitionsChanged(layout.changed(name, before, now));
    }
    await findStarts(cluster, readings);
    const known = readings.filter((reading): reading is Asked<T> => reading.position !== null).sort((a, b) => a.served - b.served);
    const alone = known.find(({ stuck }) => stuck >= STUCK_LIMIT);
    const asked = alone !== undefined ? [alone] : backlogs.has(nodeId) ? known.slice(0, BACKLOG_PARTITIONS) : known;
    const positions = new Map(asked.map((reading) => [reading, reading.position]));
    try {
      // A broker must not wait for some while there is something of the others.
      const answer = await fetchFrom(cluster, nodeId, requestOf(asked, asked.length < known.length ? { ...options, maxWaitMs: 0 } : options));
      if (tellDoubted(asked)) return;
      if (take(positions, answer)) backlogs.add(nodeId);
      else backlogs.delete(nodeId);
    } catch (error) {
      if (!isFault(error, 'KafkaJSOffsetOutOfRange')) throw error;
      outOfRange(positions, error);
    }
  };

  /** A topic made anew and already filled beyond a position answers as if nothing had been: whoever reads it has to look. */
  const tellDoubted = (asked: readonly Asked<T>[]): boolean => {
    const doubted = asked.filter((reading) => reading.doubted && isCurrent(reading));
    for (const { lane, topic, position } of doubted) if (lanes.delete(lane)) reportUnreadable(listener, lane, topic, position);
    return doubted.length > 0;
  };

  const outOfRange = (asked: ReadonlyMap<Reading<T>, number>, error: unknown): void => {
    const fault = error as { topic?: unknown; partition?: unknown };
    for (const [reading, position] of asked) {
      if (reading.name !== fault.topic || reading.partition !== fault.partition) continue;
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
        troubles.passed(nodeId);
      } catch (error) {
        if (stopped) continue;
        if (isFatal(error) || error instanceof PartitionsChanged) {
          fail(error instanceof PartitionsChanged ? error.why : explainDamage(error, readings.map(({ name, partition }) => `${name}/${partition}`)));
        } else {
          failures += 1;
          // The error doesn't say which of them it is about.
          if (nodeId === NO_LEADER || isFault(error, ...AWAY)) for (const reading of readings) reading.doubted = true;
          const what = await told(nodeId, error, readings, failures);
          troubles.failed(nodeId, what);
          const othersAnswer = await mend(cluster, error, log);
          // Some seconds after the first, and every half minute from then on. That none answers is told for all who wait for it.
          log(othersAnswer && failures % 15 === 6 ? 'warn' : 'debug', `fetching failed, trying again: ${what}`, { nodeId });
          await sleep(backoffMs(failures));
        }
      }
      // Leaders may have moved.
      wake();
    }
  };

  const told = async (nodeId: string, error: unknown, readings: readonly Reading<T>[], failures: number): Promise<string> => {
    // While a leader moves, nobody has to be asked for all topics.
    const isAway = failures >= ASK_AFTER && (nodeId === NO_LEADER || isFault(error, ...AWAY));
    const missing = isAway ? await missingTopics(cluster, new Set(readings.map(({ name }) => name))) : [];
    if (missing.length === 0) return `Kafka gives no records: ${kafkaFaultText(asError(error))}`;
    return `Kafka has no topic ${missing.join(', ')}: nothing is read of its partitions, nor of others beside them, until it is there again (touchpoint topics --create)`;
  };

  const wake = (): void => {
    if (stopped) return;
    for (const nodeId of wanted().keys()) if (!loops.has(nodeId)) loops.set(nodeId, loop(nodeId));
  };

  return {
    read(lane, offsets) {
      lanes.set(lane, new Map(layout.topics.map((topic) => [
        topic, newReading({ lane, topic, ...layout.placeOf(lane, topic) }, offsets.get(topic) ?? null),
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
    troubles: () => troubles.lasting(),
    async stop() {
      stopped = true;
      lanes.clear();
      // A request that a silent broker never answers can deliver nothing any more.
      await within(STOP_MS, Promise.all(loops.values())).catch(() => undefined);
    },
  };

  function deliverHeld(reading: Reading<T>): void {
    const { held } = reading;
    if (stopped || held === null || reading.paused || !isCurrent(reading)) return;
    reading.held = null;
    hand(reading, held);
    wake();
  }
};

/** Ends the reading. */
class PartitionsChanged extends Error {
  constructor(readonly why: Error) {
    super(why.message);
  }
}
