import { byteWriter, sizeOfVarint, type ByteWriter } from '../../pipeline/byte-writer.js';
import { type BodyParts, bodyParts, type RecordContent, writeBody } from '../../pipeline/record-body.js';
import { crc32c } from './crc32c.js';

/** A record as the client hands it to its request. */
export interface BatchRecord extends RecordContent {
  /** All that is in it, packed; the rest is absent then. */
  readonly body?: Buffer;
  /** Ms, as decimal text; absent: the time of writing. */
  readonly timestamp?: string;
}

/** Whose records these are, for a broker that drops repeats; -1 and 0 where it doesn't. */
export interface BatchProducer {
  readonly id: bigint;
  readonly epoch: number;
  readonly firstSequence: number;
}

/** Of a batch without its records: from the base offset to their count. */
const OVERHEAD = 61;
/** Where the part begins that the checksum is over. */
const CHECKED_FROM = 21;
const MAGIC = 2;

/**
 * Records as one batch of format 2, uncompressed, in one piece of memory.
 * Source: Kafka's documentation, "Implementation", "Message format".
 * @param now ms, for records without a timestamp
 */
export function recordBatch(records: readonly BatchRecord[], producer: BatchProducer, now: number): Buffer {
  const times = records.map(({ timestamp }) => (timestamp === undefined ? now : Number(timestamp)));
  const first = times[0] ?? now;
  const parts = records.map((record, i) => recordParts(record, (times[i] ?? now) - first, i));
  const size = parts.reduce((sum, { size: body }) => sum + sizeOfVarint(body) + body, OVERHEAD);
  const bytes = byteWriter(size);
  bytes.int64(0n);
  bytes.int32(size - 12);
  bytes.int32(0);
  bytes.int8(MAGIC);
  bytes.int32(0);
  bytes.int16(0);
  bytes.int32(records.length - 1);
  bytes.int64(BigInt(first));
  bytes.int64(BigInt(times.reduce((latest, time) => Math.max(latest, time), first)));
  bytes.int64(producer.id);
  bytes.int16(producer.epoch);
  bytes.int32(producer.firstSequence);
  bytes.int32(records.length);
  for (const part of parts) writeRecord(bytes, part);
  const { buffer } = bytes;
  buffer.writeUInt32BE(crc32c(buffer.subarray(CHECKED_FROM)), CHECKED_FROM - 4);
  return buffer;
}

/** What a record is written from; sizes in bytes. */
interface RecordParts {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly body: Buffer | BodyParts;
  /** Of all that follows the record's own length. */
  readonly size: number;
}

function recordParts(record: BatchRecord, timestampDelta: number, offsetDelta: number): RecordParts {
  const body = record.body ?? bodyParts(record);
  const size = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta) + (Buffer.isBuffer(body) ? body.length : body.size);
  return { timestampDelta, offsetDelta, body, size };
}

function writeRecord(bytes: ByteWriter, { timestampDelta, offsetDelta, body, size }: RecordParts): void {
  bytes.varint(size);
  bytes.int8(0);
  bytes.varint(timestampDelta);
  bytes.varint(offsetDelta);
  if (Buffer.isBuffer(body)) bytes.content(body, body.length);
  else writeBody(bytes, body);
}
