/** Bytes that are read as Avro's binary encoding, from front to back. */
export interface AvroBytes {
  readonly buffer: Buffer;
  at: number;
}

export class AvroFault extends Error {
  override readonly name = 'AvroFault';
}

const TRUNCATED = 'the bytes end too early';

/** Moves on by `length` bytes and gives where they begin. @throws AvroFault when there are fewer */
export const advance = (bytes: AvroBytes, length: number): number => {
  const { at } = bytes;
  if (!(length >= 0 && length <= bytes.buffer.length - at)) throw new AvroFault(TRUNCATED);
  bytes.at = at + length;
  return at;
};

/** A zigzag-encoded integer. @throws AvroFault where it's longer than 64 bits, or beyond what a number holds exactly */
export const readLong = (bytes: AvroBytes): number => {
  const { buffer } = bytes;
  const begin = bytes.at;
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = buffer[bytes.at];
    if (byte === undefined) throw new AvroFault(TRUNCATED);
    bytes.at += 1;
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
  }
  bytes.at = begin;
  return readLongLong(bytes);
};

/** Rare and slow: more than four bytes. Floating point would round the encoded form of integers that are themselves exact. */
const readLongLong = (bytes: AvroBytes): number => {
  const { buffer } = bytes;
  let encoded = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = buffer[bytes.at];
    if (byte === undefined) throw new AvroFault(TRUNCATED);
    bytes.at += 1;
    encoded |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return exactly(BigInt.asIntN(64, (encoded >> 1n) ^ -(encoded & 1n)));
  }
  throw new AvroFault('an integer has more than 64 bits');
};

/** The number that is this integer. @throws AvroFault where there is none */
export const exactly = (integer: bigint): number => {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new AvroFault('an integer is beyond 2^53 and would be rounded');
  return number;
};

/**
 * The length of an array's or a map's next block; 0 at the end.
 * @throws AvroFault where it holds more entries than bytes are left: nothing may take memory that was not sent
 */
export const readBlock = (bytes: AvroBytes): number => {
  const count = readLong(bytes);
  if (count < 0) readLong(bytes);
  const entries = Math.abs(count);
  if (entries > bytes.buffer.length - bytes.at) throw new AvroFault(TRUNCATED);
  return entries;
};
