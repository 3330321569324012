import { REDRIVEN_HEADER } from '../contracts/dead-letter.js';
import type { DeadLetterReason, SourceTopic } from '../contracts/names.js';
import type { Decoded } from './decode.js';
import { orderIdIn, type Letter } from './letter.js';
import { headersBefore } from './letter-headers.js';
import type { PartitionFunction } from './partitioner.js';
import type { HeaderValue, SourceRecord } from './ports.js';

/** A record on its way back to its source. */
export interface RecordToSend {
  /** Name on the broker. */
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  /** Negative: it had none. */
  readonly timestamp: number;
  readonly headers: Readonly<Record<string, HeaderValue[]>>;
}

/** What becomes of a dead letter. */
export type WayBack =
  | { readonly kind: 'send'; readonly record: RecordToSend; readonly rekeyed: boolean }
  /** It would be refused again, for this reason; `foreign_topic`: its topic isn't read any more. */
  | { readonly kind: 'stays'; readonly reason: DeadLetterReason | 'foreign_topic'; readonly message: string };

export interface RedriveSettings {
  /** The one that the service uses, under the present configuration. */
  readonly decode: (record: SourceRecord) => Decoded | Promise<Decoded>;
  /** Broker name to contract name of the topics that are read. */
  readonly sources: ReadonlyMap<string, SourceTopic>;
  /** Number of partitions of every source topic. */
  readonly partitions: number;
  readonly partitioner: PartitionFunction;
  /** A record whose key isn't the orderId that its value names is keyed by that. */
  readonly rekey: boolean;
}

/**
 * Makes the function that says whether a dead letter would be taken now, and as which record. Its event was never
 * applied, so the order comes out as if it had arrived in the first place; if it arrives twice, the second is a duplicate.
 */
export function createWayBack({ decode, sources, partitions, partitioner, rekey }: RedriveSettings): (letter: Letter) => Promise<WayBack> {
  const asRecord = (letter: Letter, topic: SourceTopic, key: Buffer | null): SourceRecord => ({
    topic, key, value: letter.value, timestamp: letter.timestamp, headers: letter.headers, offset: letter.source.offset,
    // Without a key any partition will do, the former one too where there still is one.
    partition: key === null ? letter.source.partition % partitions : partitioner(key, partitions),
  });
  return async (letter) => {
    const topic = sources.get(letter.source.topic);
    if (topic === undefined) return { kind: 'stays', reason: 'foreign_topic', message: `the configuration reads no topic ${letter.source.topic}` };
    let record = asRecord(letter, topic, letter.key);
    let decoded = await decode(record);
    const orderId = rekey && decoded.kind === 'dead_letter' && decoded.reason === 'key_mismatch' ? orderIdIn(letter.value) : null;
    if (orderId !== null) {
      record = asRecord(letter, topic, Buffer.from(orderId));
      decoded = await decode(record);
    }
    if (decoded.kind === 'dead_letter') return { kind: 'stays', reason: decoded.reason, message: decoded.message };
    const { key, value, partition, timestamp } = record;
    if (value === null) return { kind: 'stays', reason: 'tombstone', message: 'the record has no value' };
    return { kind: 'send', rekeyed: orderId !== null, record: { topic: letter.source.topic, partition, key, value, timestamp, headers: headersOf(letter) } };
  };
}

/** The headers as the record had them, and the mark that it was sent back, once however often that is. */
function headersOf({ headers, redriven, place }: Letter): RecordToSend['headers'] {
  const own = headersBefore(headers);
  if (redriven === null) own.set(REDRIVEN_HEADER, [...(own.get(REDRIVEN_HEADER) ?? []), place]);
  return Object.fromEntries(own);
}

/** Reasons that hold or not by what the running service alone knows: sent back, the record may be refused once more. */
export const SERVICE_DECIDES: Readonly<Partial<Record<DeadLetterReason, string>>> = {
  journey_too_long: 'only the service knows how many events an order has: it takes them if limits.maxJourneyEvents was raised and the service restarted',
  order_expired: 'only the service knows which orders it still keeps; one that was given up takes no more events',
  too_large: 'judged here by limits.maxValueBytes of this configuration: the service must run with the same',
  clock_out_of_range: 'judged here by the clock and limits.maxAhead of this configuration: the service must run with the same',
};
