import { createHash } from 'node:crypto';
import { createSink, putByte, putVarint, type Source, takeByte, takeVarint } from '../../core/packing/bytes.js';

/**
 * Where a client of the stream stands, as opaque text: of each partition the offset behind the last event that it was
 * given, or behind which it began. The event before that offset has the highest `cx_seq` of all that the client knows, so
 * whoever reads on from that very event needs no numbers in the text to tell repeats.
 *
 * A byte of format, four that tell the log, the number of partitions, the smallest offset, and by how much each is
 * greater; base64url. Partitions hold about as many events as each other, so that is two or three bytes each: 8 take some
 * 40 characters, 512 some 2,000, and never more than 5,500.
 */
export interface PositionCodec {
  encode(next: ArrayLike<number>): string;
  decode(text: string): DecodedPosition;
}

export type DecodedPosition =
  | { readonly kind: 'position'; readonly next: readonly number[] }
  /** Not made by `encode`. */
  | { readonly kind: 'malformed' }
  /** Of another log. */
  | { readonly kind: 'foreign' };

const FORMAT = 1;
const MARK_BYTES = 4;
/** Of the header fields that a server takes; no position of ours is as long. */
const LONGEST = 16_384;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** @param log what the log is called */
export function createPositionCodec(log: string): PositionCodec {
  const mark = createHash('sha256').update(log).digest().subarray(0, MARK_BYTES);
  const encode = (next: ArrayLike<number>): string => {
    const sink = createSink(16 + 4 * next.length);
    putByte(sink, FORMAT);
    for (const byte of mark) putByte(sink, byte);
    putVarint(sink, next.length);
    let least = Number.MAX_SAFE_INTEGER;
    for (let p = 0; p < next.length; p += 1) least = Math.min(least, next[p] ?? 0);
    putVarint(sink, least);
    for (let p = 0; p < next.length; p += 1) putVarint(sink, (next[p] ?? 0) - least);
    return Buffer.from(sink.bytes.buffer, 0, sink.at).toString('base64url');
  };
  return {
    encode,
    decode(text) {
      if (text.length > LONGEST || !BASE64URL.test(text)) return { kind: 'malformed' };
      try {
        const read = unpack(Buffer.from(text, 'base64url'));
        if (read === null) return { kind: 'malformed' };
        if (!mark.equals(read.mark)) return { kind: 'foreign' };
        // Any other spelling of the same numbers was not ours.
        return encode(read.next) === text ? { kind: 'position', next: read.next } : { kind: 'malformed' };
      } catch (error) {
        if (error instanceof RangeError) return { kind: 'malformed' };
        throw error;
      }
    },
  };
}

function unpack(bytes: Buffer): { readonly mark: Buffer; readonly next: readonly number[] } | null {
  const source: Source = { bytes, at: 0 };
  if (takeByte(source) !== FORMAT) return null;
  const mark = bytes.subarray(1, 1 + MARK_BYTES);
  for (let i = 0; i < MARK_BYTES; i += 1) takeByte(source);
  const count = takeVarint(source);
  if (count < 1 || count > bytes.length) return null;
  const least = takeVarint(source);
  const next = Array.from({ length: count }, () => least + takeVarint(source));
  if (source.at !== bytes.length || !next.every((offset) => Number.isSafeInteger(offset))) return null;
  return { mark, next };
}
