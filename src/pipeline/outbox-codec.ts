import { OUTPUT_TOPICS, type OutputTopic } from '../contracts/names.js';
import { eachHeader } from './header-entries.js';
import type { HeaderValue, OutputRecord } from './ports.js';
import { Final } from './retry.js';

/** `O`: the topics that the stage writes. */
export type OutboxRecord<O extends string> = Omit<OutputRecord, 'topic'> & { readonly topic: O };

/**
 * The records of one commit as bytes: a format byte, then per record its fields, each with a length in front (uint32,
 * big-endian; 0xffffffff: null). Values stay bytes, so that dead letters keep theirs exactly.
 */
const FORMAT = 1;
const NONE = 0xffffffff;

export const packOutbox = (records: readonly OutputRecord[]): Buffer => packRecords(OUTPUT_TOPICS, records);

/** As `packOutbox`, of records whose topics are among these. The list may grow at its end only: topics are written by their place in it. */
export function packRecords<O extends string>(topics: readonly O[], records: readonly OutboxRecord<O>[]): Buffer {
  const fields = records.map(({ key, value, headers }) => {
    const list = [key, value];
    eachHeader(headers, (name, content) => { list.push(name, content); });
    return list;
  });
  const bytes = Buffer.allocUnsafe(fields.reduce((sum, list) => list.reduce<number>((all, field) => all + 4 + sizeOf(field), sum + HEAD), 1));
  let at = bytes.writeUInt8(FORMAT, 0);
  records.forEach((record, i) => {
    const list = fields[i] ?? [];
    at = bytes.writeUInt8(topics.indexOf(record.topic), at);
    at = bytes.writeDoubleBE(record.seq ?? -1, at);
    at = bytes.writeDoubleBE(record.timestamp ?? -1, at);
    at = bytes.writeUInt16BE((list.length - 2) / 2, at);
    for (const field of list) {
      const from = at + 4;
      const size = field === null ? 0 : typeof field === 'string' ? bytes.write(field, from) : field.copy(bytes, from);
      bytes.writeUInt32BE(field === null ? NONE : size, at);
      at = from + size;
    }
  });
  return bytes;
}

/** Of a record before its fields: topic, number, timestamp, headers. */
const HEAD = 19;

const sizeOf = (field: HeaderValue): number => (field === null ? 0 : typeof field === 'string' ? Buffer.byteLength(field) : field.length);

/** @throws Final on bytes that another version wrote */
export const unpackOutbox = (bytes: Buffer): OutputRecord[] => unpackRecords<OutputTopic>(OUTPUT_TOPICS, bytes);

/** @throws as `unpackOutbox` */
export function unpackRecords<O extends string>(topics: readonly O[], bytes: Buffer): OutboxRecord<O>[] {
  if (bytes[0] !== FORMAT) throw new Final(`an outbox entry has format ${String(bytes[0])}, this version reads ${FORMAT}: run the newer version that wrote it`);
  const records: OutboxRecord<O>[] = [];
  let at = 1;
  const take = (): Buffer | null => {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length === NONE) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const topic = topics[bytes.readUInt8(at)];
    if (topic === undefined) throw new Final('an outbox entry names an output topic that this version does not know: run the newer version that wrote it');
    const seq = bytes.readDoubleBE(at + 1);
    const timestamp = bytes.readDoubleBE(at + 9);
    const count = bytes.readUInt16BE(at + 17);
    at += HEAD;
    const key = take();
    const value = take();
    // Senders name headers as they like, also as objects name what all of them have.
    const headers = new Map<string, HeaderValue | HeaderValue[]>();
    for (let i = 0; i < count; i++) {
      const name = take();
      const content = take();
      if (name !== null) addHeader(headers, name.toString(), content);
    }
    records.push({ seq: seq < 0 ? null : seq, topic, key, value, headers: Object.fromEntries(headers), ...(timestamp < 0 ? {} : { timestamp }) });
  }
  return records;
}

/** Kafka allows a header name more than once. */
function addHeader(headers: Map<string, HeaderValue | HeaderValue[]>, name: string, content: HeaderValue): void {
  const before = headers.get(name);
  if (before === undefined) headers.set(name, content);
  else if (Array.isArray(before)) before.push(content);
  else headers.set(name, [before, content]);
}
