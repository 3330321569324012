import type { SourceTopic } from '../contracts/names.js';

/** Where the events come from. */

/** Kafka tells a header without a value from an empty one. */
export type HeaderValue = Buffer | string | null;
/** A name may have several values; `undefined`: it has none, and isn't there. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

/** `T`: what the lane calls the topics that it reads; the source topics, unless another stage reads others. */
export interface SourceRecord<T extends string = SourceTopic> {
  readonly topic: T;
  readonly partition: number;
  readonly offset: number;
  /** The record's Kafka timestamp. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** A stretch of one source partition that was read: everything from `from` up to, not including, `next`. */
export interface FetchedRange<T extends string = SourceTopic> {
  readonly topic: T;
  readonly from: number;
  /** Where reading goes on; also moves over offsets that hold no record for us (control records, aborted transactions). */
  readonly next: number;
  readonly records: readonly SourceRecord<T>[];
  /** Where the partition ended when this was read; absent: that is not known. */
  readonly end?: number;
}

export interface LogBounds {
  /** The oldest offset still there. */
  readonly start: number;
  /** The offset that the next record will get. */
  readonly end: number;
}

export interface SourceListener<T extends string = SourceTopic> {
  /**
   * The lanes this worker owns from now on, all of them; called synchronously at every rebalance, while everything is
   * paused. Nothing of a lane is delivered before `SourceLog.read` was called for it under this assignment.
   */
  assigned(lanes: readonly number[]): void;
  fetched(lane: number, range: FetchedRange<T>): void;
  /**
   * The offset that reading had come to lies outside of the partition (retention overtook it, or the topic was made
   * anew), or the partition was away for a while and may be another one. Nothing more of this lane is delivered until its bounds were checked and `read` is called again.
   * Without this method `failed` is called instead.
   */
  unreadable?(lane: number, topic: T, offset: number): void;
  /** Reading ended for good; a supervisor should restart the process. */
  failed(error: Error): void;
}

export interface SourceLog<T extends string = SourceTopic> {
  /** The source topics read, in a fixed order. */
  readonly topics: readonly T[];
  /** Number of lanes: every source topic has this many partitions. */
  readonly lanes: number;
  /** Joins and calls the listener from then on. */
  start(listener: SourceListener<T>): Promise<void>;
  /** (Re)starts delivery of a lane from these offsets; a topic without an entry is read from its oldest offset. */
  read(lane: number, offsets: ReadonlyMap<T, number>): void;
  /** Back-pressure for one topic of a lane. */
  pause(lane: number, topic: T): void;
  resume(lane: number, topic: T): void;
  /** What has kept records from being read for a while, in sentences; absent: nothing can. */
  troubles?(): readonly string[];
  /** Bounds of every source partition of the given lanes, asked for now: [lane][topic]. */
  bounds(lanes: readonly number[]): Promise<ReadonlyMap<number, ReadonlyMap<T, LogBounds>>>;
  /** The record at this offset; null when none is there (never was, or is gone). For the check at claim. */
  recordAt(lane: number, topic: T, offset: number): Promise<SourceRecord<T> | null>;
  /** Heartbeats: true while this worker belongs to the group's present generation. */
  confirmMembership(): Promise<boolean>;
  /** Next offsets to read, as advice for lag tools; the authority is the lane store. False: it was not taken. */
  commitAdvice(lane: number, offsets: ReadonlyMap<T, number>): Promise<boolean>;
  /** What the group committed earlier (null: nothing): with an empty lane store it tells that state was lost. */
  advisedOffsets(lane: number): Promise<ReadonlyMap<T, number> | null>;
  /** Leaves the group; no delivery after it resolves. */
  stop(): Promise<void>;
}
