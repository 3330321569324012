import type { OutputTopic, SourceTopic } from '../contracts/names.js';
import type { OrderRemoval, OrderWrite } from './order-write.js';
import type { TopicProgress } from './topic-progress.js';
import type { Decision, Upkeep } from './upkeep.js';

/**
 * What the pipeline asks of the world. A *lane* is one partition index of all source topics together: it has one
 * owner at a time, works serially, and everything it keeps can be changed in one atomic commit.
 * Instants are ms since the epoch, offsets are numbers (exact up to 2^53).
 */

/** The wall clock, as an argument; in production every worker reads the same one. */
export interface WallClock {
  now(): number;
}

// ------------------------------------------------------------------ reading

export type { FetchedRange, HeaderValue, LogBounds, RecordHeaders, SourceListener, SourceLog, SourceRecord } from './source-log.js';

// ------------------------------------------------------------------ writing

export type { OutputLog, OutputRecord, ReadBackRecord } from './output-log.js';

// ------------------------------------------------------------------ the lane's state

export type { Position, TopicCount, TopicProgress } from './topic-progress.js';

/** Why a lane stands still until a person says how to go on. */
export interface Halt {
  readonly name: string;
  /** What happened, what was at risk, what to do. */
  readonly message: string;
  readonly since: number;
}

/** What a claim hands to the new owner. */
export interface ClaimedLane {
  /** Random; every write names it, so that only the present owner's count. */
  readonly token: string;
  /** Number of commits so far; 0: a new lane. */
  readonly version: number;
  /** Partition count at the lane's first claim. */
  readonly lanes: number;
  readonly topics: ReadonlyMap<SourceTopic, TopicProgress>;
  /** The last `cx_seq` given out. */
  readonly seq: number;
  /** Next offset of each output partition as of the last trim; absent: never written. */
  readonly outputEnds: ReadonlyMap<OutputTopic, number>;
  /** Outbox entries not yet trimmed, in order. */
  readonly outbox: readonly OutboxEntry[];
  /** The lane's calendar (retention.ts), ms; null before the first event. */
  readonly calendar: number | null;
  /** How many orders the lane has forgotten so far. */
  readonly forgotten: number;
  readonly halt: Halt | null;
  readonly upkeep: Upkeep;
  /** What a person decided and nobody has carried out yet. */
  readonly decision: Decision | null;
}

/** All outputs of one commit, packed (pipeline/outbox-codec.ts), with the seqs that they span. */
export interface OutboxEntry {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly records: Buffer;
}

/** An order as the store keeps it: opaque bytes (core/facts-codec.ts, core/order-state.ts). */
export interface StoredOrder {
  readonly facts: Buffer;
  readonly state: Buffer;
}

export type { CustomerWrite, OrderRemoval, OrderWrite } from './order-write.js';

/** Everything that one step changes: all of it or nothing. */
export interface LaneCommit {
  readonly token: string;
  /** The version this step was computed on. */
  readonly base: number;
  readonly orders: readonly OrderWrite[];
  /** None of them is among `orders`. */
  readonly forget: readonly OrderRemoval[];
  /** As in ClaimedLane. */
  readonly calendar: number | null;
  /** Present progress of the topics that moved (not increments). */
  readonly topics: ReadonlyMap<SourceTopic, TopicProgress>;
  readonly seq: number;
  /** null: this step says nothing. */
  readonly outbox: OutboxEntry | null;
  /** Absent: as it was. */
  readonly upkeep?: Upkeep;
  /** This commit carries out what a person decided. */
  readonly carriesOut?: boolean;
  /** What the step adds to the measures, for their journal (measure-store.ts); null or absent: nothing. */
  readonly measures?: Buffer | null;
}

/** The store's token and version after the call; the caller tells by them what happened (see commitOutcome). */
export interface CommitAnswer {
  readonly token: string | null;
  readonly version: number;
}

export interface DueOrder {
  readonly orderId: string;
  readonly at: number;
}

export interface DirtyOrder {
  readonly orderId: string;
  /** Clears only the mark that it was given with. A mark is the version of the commit that made it. */
  readonly mark: number;
}

/** An order as the sweep passes it. */
export interface PassedOrder {
  readonly orderId: string;
  readonly state: Buffer;
  /** Its published journey is out of date. */
  readonly dirty: boolean;
}

/** Everything a lane keeps. Each call is atomic; calls that write need the owner's token and change nothing under another. */
export interface LaneStore {
  /** Makes the caller the owner: any earlier token is worthless from then on. */
  claim(lane: number, lanes: number): Promise<ClaimedLane>;
  /** The present token and version: does the lane still stand as its owner left it? */
  held(lane: number): Promise<CommitAnswer>;
  load(lane: number, orderIds: readonly string[]): Promise<readonly (StoredOrder | null)[]>;
  /** Ids under an index entry (null: every order) that come after `after` (null: from the first), in byte order, at most `limit`. */
  orderIds(lane: number, index: string | null, after: string | null, limit: number): Promise<readonly string[]>;
  /** Of each order that is not there: did the lane forget it? */
  forgotten(lane: number, orderIds: readonly string[]): Promise<readonly boolean[]>;
  /** The next orders after this one (null: the first), in the order of their ids, at most `limit`. */
  pass(lane: number, after: string | null, limit: number): Promise<readonly PassedOrder[]>;
  /** Orders with a deadline < `before`, earliest first (ties by order id), at most `limit`. */
  due(lane: number, before: number, limit: number): Promise<readonly DueOrder[]>;
  /** The earliest deadline of the lane; null when there is none. */
  nextDue(lane: number): Promise<number | null>;
  commit(lane: number, commit: LaneCommit): Promise<CommitAnswer>;
  /**
   * Drops outbox entries up to and including `seq` and keeps the output ends. False, and nothing is changed: the token is
   * foreign, or the lane has not given out `seq`, since the store went back.
   */
  trim(lane: number, token: string, seq: number, ends: ReadonlyMap<OutputTopic, number>): Promise<boolean>;
  /** Orders whose published journey is out of date, oldest mark first. */
  dirty(lane: number, limit: number): Promise<readonly DirtyOrder[]>;
  /** Clears those marks that still stand, and keeps the output ends; false: the token is foreign. */
  clean(lane: number, token: string, orders: readonly DirtyOrder[], ends: ReadonlyMap<OutputTopic, number>): Promise<boolean>;
  halt(lane: number, token: string, halt: Halt): Promise<boolean>;
  /** Forgets everything about the lane's orders, and nothing else of it; not at once, so that it may have to be called again. False: the token is foreign. */
  clear(lane: number, token: string): Promise<boolean>;
  /**
   * Of each key: is it seen for the first time? A key stays the first's by its coordinates, so that asking again for
   * the same record answers as before. For events without order; keys are `topic|id`.
   */
  firstSeen(keys: readonly { readonly key: string; readonly coordinates: string }[]): Promise<readonly boolean[]>;
  close(): Promise<void>;
}

// ------------------------------------------------------------------ asking

export type { LaneStanding, OrderPage, OrderReader } from './order-reader.js';

// ------------------------------------------------------------------ telling

export type { Telemetry } from './telemetry.js';
