import type { OutputTopic } from '../contracts/names.js';
import type { RecordHeaders } from './source-log.js';

/** Where what is said goes to. */

export interface OutputRecord {
  /** The lane's number of this record, rising; null on `cx.journeys`, which carries states, not changes. */
  readonly seq: number | null;
  readonly topic: OutputTopic;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: RecordHeaders;
  /** Kafka timestamp to write; absent: the time of writing. */
  readonly timestamp?: number;
  /** Key, value and headers as record-body.ts packs them, where they lie so already. */
  readonly body?: Buffer;
}

export interface ReadBackRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

export interface OutputLog {
  /**
   * Appends to partition `lane` of each record's topic, in order, and resolves once all in-sync replicas hold every one
   * of them; the answer gives the offset of the first record written to each topic. Rejects if any is in doubt.
   */
  publish(lane: number, records: readonly OutputRecord[]): Promise<ReadonlyMap<OutputTopic, number>>;
  /** The oldest offset of this partition that is still there. */
  start(lane: number, topic: OutputTopic): Promise<number>;
  /** The offset that the next record of this partition will get. */
  end(lane: number, topic: OutputTopic): Promise<number>;
  /** Calls back for the records of [from, to), in order. */
  readBack(lane: number, topic: OutputTopic, from: number, to: number, take: (record: ReadBackRecord) => void): Promise<void>;
}
