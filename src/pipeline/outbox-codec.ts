import { OUTPUT_TOPICS, type OutputTopic } from '../contracts/names.js';
import { byteWriter } from './byte-writer.js';
import type { OutputRecord, RecordHeaders } from './ports.js';
import { bodyParts, createHeaders, unpackBody, writeBody } from './record-body.js';
import { Final } from './retry.js';

/** `O`: the topics that the stage writes. */
export type OutboxRecord<O extends string> = Omit<OutputRecord, 'topic'> & { readonly topic: O };

/**
 * The records of one commit as bytes: a format byte, then per record its topic, number, timestamp (-1: none) and the length of its body,
 * and the body (record-body.ts). Values stay bytes, so that dead letters keep theirs exactly.
 */
const FORMAT = 2;
/** Before it: fields with four bytes of length each. */
const FORMAT_OF_FIELDS = 1;

/** Of a record before its body: topic, number, timestamp, length of the body. */
const HEAD = 21;

export const packOutbox = (records: readonly OutputRecord[]): Buffer => packRecords(OUTPUT_TOPICS, records);

/** As `packOutbox`, of records whose topics are among these. The list may grow at its end only: topics are written by their place in it. */
export function packRecords<O extends string>(topics: readonly O[], records: readonly OutboxRecord<O>[]): Buffer {
  const parts = records.map((record) => ({ record, body: bodyParts(record) }));
  const bytes = byteWriter(parts.reduce((sum, { body }) => sum + HEAD + body.size, 1));
  bytes.uint8(FORMAT);
  for (const { record: { topic, seq, timestamp = -1 }, body } of parts) {
    bytes.uint8(topics.indexOf(topic));
    bytes.double(seq ?? -1);
    bytes.double(timestamp);
    bytes.int32(body.size);
    writeBody(bytes, body);
  }
  return bytes.buffer;
}

/** @throws Final on bytes that another version wrote */
export const unpackOutbox = (bytes: Buffer): OutputRecord[] => unpackRecords<OutputTopic>(OUTPUT_TOPICS, bytes);

/** @throws as `unpackOutbox` */
export function unpackRecords<O extends string>(topics: readonly O[], bytes: Buffer): OutboxRecord<O>[] {
  const [format] = bytes;
  if (format !== FORMAT && format !== FORMAT_OF_FIELDS) throw new Final(`an outbox entry has format ${String(format)}, this version reads ${FORMAT}: run the newer version that wrote it`);
  const records: OutboxRecord<O>[] = [];
  for (let at = 1; at < bytes.length;) {
    const topic = topics[bytes.readUInt8(at)];
    if (topic === undefined) throw new Final('an outbox entry names an output topic that this version does not know: run the newer version that wrote it');
    const seq = bytes.readDoubleBE(at + 1);
    const head = { seq: seq < 0 ? null : seq, topic, ...timestampOf(bytes.readDoubleBE(at + 9)) };
    if (format === FORMAT_OF_FIELDS) {
      const fields = takeFields(bytes, at + 17);
      records.push({ ...head, ...fields.content });
      at = fields.end;
    } else {
      const from = at + HEAD;
      at = from + bytes.readUInt32BE(from - 4);
      records.push(new PackedRecord(head, bytes.subarray(from, at)));
    }
  }
  return records;
}

const timestampOf = (at: number): { readonly timestamp?: number } => (at < 0 ? {} : { timestamp: at });

/** A record that is unpacked when somebody asks what is in it: most are only passed on to a log, as they lie. */
class PackedRecord<O extends string> implements OutboxRecord<O> {
  readonly seq: number | null;
  readonly topic: O;
  declare readonly timestamp?: number;
  #content: ReturnType<typeof unpackBody> | null = null;

  constructor({ seq, topic, timestamp }: Pick<OutboxRecord<O>, 'seq' | 'topic' | 'timestamp'>, readonly body: Buffer) {
    this.seq = seq;
    this.topic = topic;
    if (timestamp !== undefined) this.timestamp = timestamp;
  }

  get key(): Buffer | null { return this.#unpacked().key; }
  get value(): Buffer | null { return this.#unpacked().value; }
  get headers(): RecordHeaders { return this.#unpacked().headers; }

  #unpacked(): ReturnType<typeof unpackBody> {
    return (this.#content ??= unpackBody(this.body));
  }
}

/** What a version before wrote in place of a body: the number of headers, then key, value, and names and values of headers, null as NONE bytes. */
function takeFields(bytes: Buffer, from: number): { readonly content: ReturnType<typeof unpackBody>; readonly end: number } {
  let at = from + 2;
  const take = (): Buffer | null => {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length === NONE) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const [key, value, headers] = [take(), take(), createHeaders()];
  for (let left = bytes.readUInt16BE(from); left > 0; left -= 1) headers.add(take(), take());
  return { content: { key, value, headers: headers.all() }, end: at };
}
const NONE = 0xffffffff;
