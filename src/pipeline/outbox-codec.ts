import { OUTPUT_TOPICS } from '../contracts/names.js';
import type { OutputRecord } from './ports.js';

/**
 * The records of one commit as bytes: a format byte, then per record its fields, each with a length in front (uint32,
 * big-endian; 0xffffffff: null). Values stay bytes, so that dead letters keep theirs exactly.
 */
const FORMAT = 1;
const NONE = 0xffffffff;

export function packOutbox(records: readonly OutputRecord[]): Buffer {
  const parts: Buffer[] = [Buffer.from([FORMAT])];
  const put = (field: Buffer | string | null): void => {
    const length = Buffer.allocUnsafe(4);
    const bytes = typeof field === 'string' ? Buffer.from(field) : field;
    length.writeUInt32BE(bytes === null ? NONE : bytes.length);
    parts.push(length);
    if (bytes !== null) parts.push(bytes);
  };
  for (const record of records) {
    const headers = headerList(record.headers);
    const head = Buffer.allocUnsafe(19);
    head.writeUInt8(OUTPUT_TOPICS.indexOf(record.topic), 0);
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

/** Throws on bytes that packOutbox did not write. */
export function unpackOutbox(bytes: Buffer): OutputRecord[] {
  if (bytes[0] !== FORMAT) throw new Error(`an outbox entry has format ${String(bytes[0])}, this version reads ${FORMAT}`);
  const records: OutputRecord[] = [];
  let at = 1;
  const take = (): Buffer | null => {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (length === NONE) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const topic = OUTPUT_TOPICS[bytes.readUInt8(at)];
    if (topic === undefined) throw new Error('an outbox entry names an unknown output topic');
    const seq = bytes.readDoubleBE(at + 1);
    const timestamp = bytes.readDoubleBE(at + 9);
    const count = bytes.readUInt16BE(at + 17);
    at += 19;
    const key = take();
    const value = take();
    const headers: Record<string, Buffer | Buffer[]> = {};
    for (let i = 0; i < count; i++) {
      const name = take();
      const content = take();
      if (name !== null && content !== null) addHeader(headers, name.toString(), content);
    }
    records.push({ seq: seq < 0 ? null : seq, topic, key, value, headers, ...(timestamp < 0 ? {} : { timestamp }) });
  }
  return records;
}

function headerList(headers: OutputRecord['headers']): [string, Buffer | string][] {
  const list: [string, Buffer | string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' || Buffer.isBuffer(value)) list.push([name, value]);
    else for (const one of value ?? []) list.push([name, one]);
  }
  return list;
}

/** Kafka allows a header name more than once. */
function addHeader(headers: Record<string, Buffer | Buffer[]>, name: string, content: Buffer): void {
  const before = headers[name];
  if (before === undefined) headers[name] = content;
  else if (Array.isArray(before)) before.push(content);
  else headers[name] = [before, content];
}
