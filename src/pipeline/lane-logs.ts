import type { OutputTopic, SourceTopic } from '../contracts/names.js';
import type { LogBounds, ReadBackRecord, SourceRecord } from './ports.js';

/** A record as it stands in an output topic. */
export interface PublishedRecord extends ReadBackRecord {
  /** Kafka timestamp, ms. */
  readonly timestamp: number;
}

export interface LaneBounds {
  readonly sources: ReadonlyMap<SourceTopic, LogBounds>;
  readonly outputs: ReadonlyMap<OutputTopic, LogBounds>;
}

/** Reads whole partitions, sources and outputs alike, outside of any group: joins nothing and writes nothing. */
export interface LaneLogs {
  /** The source topics that the service reads. */
  readonly topics: readonly SourceTopic[];
  /** Number of lanes: every topic has this many partitions. */
  readonly lanes: number;
  /** Bounds of the lane's partitions, asked for now. */
  bounds(lane: number): Promise<LaneBounds>;
  /** Calls back with the records of [from, to) that are there, in order; reads on once the answer resolved. */
  readSource(lane: number, topic: SourceTopic, from: number, to: number, take: (records: readonly SourceRecord[]) => Promise<void>): Promise<void>;
  readOutput(lane: number, topic: OutputTopic, from: number, to: number, take: (records: readonly PublishedRecord[]) => Promise<void>): Promise<void>;
}
