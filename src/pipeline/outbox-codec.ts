import { OUTPUT_TOPICS, type OutputTopic } from '../contracts/names.js';
import { headerEntries } from './header-entries.js';
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
  const parts: Buffer[] = [Buffer.from([FORMAT])];
  const put = (field: Buffer | string | null): void => {
    const length = Buffer.allocUnsafe(4);
    const bytes = typeof field === 'string' ? Buffer.from(field) : field;
    length.writeUInt32BE(bytes === null ? NONE : bytes.length);
    parts.push(length);
    if (bytes !== null) parts.push(bytes);
  };
  for (const record of records) {
    const headers = headerEntries(record.headers);
    const head = Buffer.allocUnsafe(19);
    head.writeUInt8(topics.indexOf(record.topic), 0);
    head.writeDoubleBE(record.seq ?? -1, 1);
    head.writeDoubleBE(record.timestamp ?? -1, 9);
    head.writeUInt16BE(headers.length, 17);
    parts.push(head);
    put(record.key);
    put(record.value);
    for (const [name, value] of headers) {
      put(name);
      put(value);
    }
  }
  return Buffer.concat(parts);
}

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
    at += 19;
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
