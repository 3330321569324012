import type { Cluster } from 'kafkajs';
import type { FetchedRange } from '../../pipeline/ports.js';
import { stretchOf } from './fetched-partition.js';
import type { Place } from './layout.js';
import { sourceRecord } from './source-record.js';
import { type FetchRequest, type RawPartition, READ_COMMITTED } from './wire.js';

export interface FetchSizes {
  /** How long a broker holds an answer while there is nothing; also how late a resumed partition may be noticed. ms */
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
  /** An answer is decoded in one go, so this bounds how long nothing else runs. */
  readonly maxBytes: number;
}

/** One partition being read. A new `read` makes a new one, so answers to earlier requests find their own gone. */
export interface Reading<T extends string = string> extends Place {
  readonly lane: number;
  readonly topic: T;
  /** Where the next range begins; null: at the oldest record, whose offset isn't known yet. */
  position: number | null;
  paused: boolean;
  /** Came in after the pause. */
  held: FetchedRange<T> | null;
  /** Answers without anything though there is something, and though it was asked for before all others. */
  stuck: number;
  /** Which request brought all there was, or all there was room for: who has waited longest is asked for first. */
  served: number;
  /** Its partition was not there for a while: what is there now may be another one. */
  doubted: boolean;
}

export type Asked<T extends string = string> = Reading<T> & { position: number };

/** After so many the partition is asked for alone. */
export const STUCK_LIMIT = 3;

/** A partition that is read from `position` on. */
export const newReading = <T extends string>(place: Place & { readonly lane: number; readonly topic: T }, position: number | null): Reading<T> =>
  ({ ...place, position, paused: false, held: null, stuck: 0, served: 0, doubted: false });

/** A request as it was answered. */
export interface Request {
  /** Requests are counted from 1. */
  readonly number: number;
  /** How many partitions it asked for. */
  readonly asked: number;
}

/** Moves the position by what came; null: nothing did. @param rank the partition's place in the request: the first is sure to have room */
export const advance = <T extends string>(reading: Reading<T>, from: number, raw: RawPartition, rank: number, request: Request): FetchedRange<T> | null => {
  const stretch = stretchOf(raw, from);
  // Alone in its request and still nothing: there is no record at this offset, so it can be passed.
  const passed = stretch.stuck && request.asked === 1 && reading.stuck >= STUCK_LIMIT;
  if (passed || !stretch.stuck) {
    reading.stuck = 0;
    reading.served = request.number;
  } else if (rank === 0) {
    reading.stuck += 1;
  }
  const next = passed ? from + 1 : stretch.next;
  if (next === from) return null;
  reading.position = next;
  return { topic: reading.topic, from, next, end: stretch.end, records: stretch.records.map((record) => sourceRecord(reading.topic, reading.partition, record)) };
};

/** Leaders by node id as text. */
export const leaderOf = (cluster: Cluster, { name, partition }: Place): string =>
  String(cluster.findTopicPartitionMetadata(name).find(({ partitionId }) => partitionId === partition)?.leader ?? NO_LEADER);

export const NO_LEADER = '-1';

/** What to ask one leader for, in this order. */
export const requestOf = (asked: readonly Asked[], { maxWaitMs, maxBytes, maxBytesPerPartition }: FetchSizes): FetchRequest => {
  // A topic may stand there more than once: brokers fill an answer in the order in which partitions are asked for.
  const topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number; rank: number }[] }[] = [];
  for (const [rank, { name, partition, position }] of asked.entries()) {
    // The client does not keep the order by itself: fetch-request.ts.
    const entry = { partition, fetchOffset: String(position), maxBytes: maxBytesPerPartition, rank };
    const last = topics.at(-1);
    if (last?.topic === name) last.partitions.push(entry);
    else topics.push({ topic: name, partitions: [entry] });
  }
  return {
    isolationLevel: READ_COMMITTED,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes,
    topics,
  };
};

const EARLIEST = -2;

/** Finds where the oldest record is, for those that begin there. */
export async function findStarts(cluster: Cluster, readings: readonly Reading[]): Promise<void> {
  const open = readings.filter(({ position }) => position === null);
  if (open.length === 0) return;
  const asked = new Map<string, { partition: number }[]>();
  for (const { name, partition } of open) asked.set(name, [...(asked.get(name) ?? []), { partition }]);
  const found = await cluster.fetchTopicsOffset([...asked].map(([topic, partitions]) => ({ topic, partitions, fromTimestamp: EARLIEST })));
  for (const { topic, partitions } of found) {
    for (const { partition, offset } of partitions) {
      const reading = open.find((each) => each.name === topic && each.partition === partition);
      if (reading !== undefined) reading.position = Number(offset);
    }
  }
}
