import type { LogBounds, ReadBackRecord } from '../ports.js';

/**
 * `cx.events` as the stream reads it: all partitions, whoever owns their lanes, outside of any group. Nothing is
 * connected, and nothing read, while nobody listens.
 */
export interface EventFeed {
  /** @throws saying why the log cannot be read at present */
  open(): Promise<OpenFeed>;
}

/** Everything below `next` was looked at; `records` are those that are there, in order. */
export interface FeedStretch {
  readonly records: readonly ReadBackRecord[];
  readonly next: number;
}

export interface OpenFeed {
  /** Tells this log from others: offsets mean nothing in another one. */
  readonly name: string;
  readonly partitions: number;
  /** Of every partition, asked for now. */
  bounds(): Promise<readonly LogBounds[]>;
  /** Some of what lies at this offset and behind; `next` is `from` at the end of the log. Null: the offset lies outside of the log. */
  read(partition: number, from: number): Promise<FeedStretch | null>;
  /** Reads on from these offsets, one a partition, for as long as it is not stopped. To be called once. */
  follow(from: readonly number[], listener: FeedListener): FeedTail;
  close(): Promise<void>;
}

export interface FeedListener {
  /** Each stretch begins where the last one of its partition ended. */
  fetched(partition: number, stretch: FeedStretch): void;
  /** The log ended where it was read, has other partitions by now, or cannot be read any more. */
  failed(error: Error): void;
}

export interface FeedTail {
  /** Nothing more of this partition until `resume`. */
  pause(partition: number): void;
  resume(partition: number): void;
}
