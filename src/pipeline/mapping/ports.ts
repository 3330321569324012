import { SOURCE_TOPICS, type DeadLetterReason, type SourceTopic } from '../../contracts/names.js';
import type { MapAccount } from '../maps/records.js';
import type { OutboxRecord } from '../outbox-codec.js';
import type { CommitAnswer, Halt, OutboxEntry, TopicProgress } from '../ports.js';
import type { Telemetry } from '../telemetry.js';
import type { Decision } from '../upkeep.js';

/**
 * What the intake asks of the world: the lane that turns a company's own records into source events. It is one lane, whatever the
 * topics, as links lead from any record to any other. An *input* is a partition of a topic that it reads, by its name `TOPIC/PARTITION`.
 */

export const INTAKE_LANE = 0;

/** Where it writes. The outbox knows topics by their place here, so the list grows at its end only. */
export const INTAKE_OUTPUTS = [...SOURCE_TOPICS, 'cx.dead-letters'] as const;
export type IntakeOutput = SourceTopic | 'cx.dead-letters';
export type IntakeRecord = OutboxRecord<IntakeOutput>;

export interface RecordWriter {
  /** Appends each record to its partition, those of a partition in order; resolves once all in-sync replicas hold every one. Rejects if any is in doubt. */
  write(records: readonly IntakeRecord[]): Promise<void>;
}

export interface ClaimedIntake {
  readonly token: string;
  /** Number of commits so far; 0: a new one. */
  readonly version: number;
  /** By input. */
  readonly topics: ReadonlyMap<string, TopicProgress>;
  readonly seq: number;
  /** The number given last to an event that waits for its link. */
  readonly lastWait: number;
  readonly outbox: readonly OutboxEntry[];
  readonly halt: Halt | null;
  /** What a person decided and nobody has carried out yet. */
  readonly decision: Decision | null;
}

/** Something kept by its name: a row's last version, the orders of a link's key. */
export interface KeptValue {
  readonly id: string;
  readonly value: Buffer;
}

/** An event that waits for its link, by its number. */
export interface KeptWait {
  readonly number: number;
  readonly value: Buffer;
}

/** Everything that one step changes: all of it or nothing. */
export interface IntakeCommit {
  readonly token: string;
  /** The version this step was computed on. */
  readonly base: number;
  readonly topics: ReadonlyMap<string, TopicProgress>;
  readonly seq: number;
  readonly lastWait: number;
  readonly outbox: OutboxEntry | null;
  readonly values: readonly KeptValue[];
  readonly waits: readonly KeptWait[];
  /** Those that wait no more. */
  readonly released: readonly number[];
  /** This commit carries out what a person decided. */
  readonly carriesOut?: boolean;
}

/** Everything that the intake keeps. Each call is atomic; calls that write need the owner's token and change nothing under another. */
export interface IntakeStore {
  /** Makes the caller the owner: any earlier token is worthless from then on. */
  claim(): Promise<ClaimedIntake>;
  held(): Promise<CommitAnswer>;
  /** By id; null: nothing is kept under it, or nothing any more. */
  load(ids: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Calls back for all events that wait, in no order. */
  waits(take: (wait: KeptWait) => void): Promise<void>;
  commit(commit: IntakeCommit): Promise<CommitAnswer>;
  /** Drops outbox entries up to and including `seq`. False: the token is foreign, or the store has not given out `seq`. */
  trim(token: string, seq: number): Promise<boolean>;
  halt(token: string, halt: Halt): Promise<boolean>;
}

/** What an operator should know. */
export interface IntakeTelemetry extends Pick<Telemetry, 'laneClaimed' | 'laneDropped' | 'laneHalted' | 'stateWentBack' | 'lossAccepted' | 'retrying' | 'schemaWaiting' | 'schemaMissing' | 'outboxPending'> {
  /** Records of an input that wait to be read. */
  lag(input: string, records: number): void;
  committed(ms: number): void;
  deadLetter(record: { readonly topic: string; readonly partition: number; readonly offset: number }, reason: DeadLetterReason, message: string): void;
  /** What became of each map's records since the process started, and how many events wait for links now. */
  mapped(accounts: readonly MapAccount[], waiting: number): void;
}

/** A topic and partition as an input's name has them. */
export function placeOf(input: string): { readonly topic: string; readonly partition: number } {
  const at = input.lastIndexOf('/');
  return { topic: input.slice(0, at), partition: Number(input.slice(at + 1)) };
}
export const inputName = (topic: string, partition: number): string => `${topic}/${partition}`;
