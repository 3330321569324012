/** The last record applied of a topic: at claim it must still be where it was, else the topic was replaced. */
export interface Position {
  readonly offset: number;
  readonly timestamp: number;
  /** Digest of key and value. */
  readonly digest: string;
}

/** read = applied + duplicate + deadLetter, per topic, since the lane's first record (I7). */
export interface TopicCount {
  readonly read: number;
  readonly applied: number;
  readonly duplicate: number;
  readonly deadLetter: number;
}

export interface TopicProgress {
  /** The next offset to read. */
  readonly next: number;
  /** The greatest `occurredAt` read; null while there is none. */
  readonly clock: number | null;
  readonly position: Position | null;
  readonly count: TopicCount;
}
