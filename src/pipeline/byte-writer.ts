/** Writes numbers as Kafka's protocol has them, texts and bytes, one after another, into a piece of memory of known size. */
export interface ByteWriter {
  readonly buffer: Buffer;
  int8(value: number): void;
  uint8(value: number): void;
  int16(value: number): void;
  int32(value: number): void;
  int64(value: bigint): void;
  double(value: number): void;
  /** A whole number of up to 52 bits and either sign, zig-zagged, in groups of seven bits. */
  varint(value: number): void;
  /** Bytes, or a text of so many bytes as UTF-8. */
  content(content: Buffer | string, length: number): void;
}

/** Up to here a plain loop beats the platform's copy. */
const SHORT = 32;

export function byteWriter(size: number): ByteWriter {
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  return {
    buffer,
    int8(value) { at = buffer.writeInt8(value, at); },
    uint8(value) { at = buffer.writeUInt8(value, at); },
    int16(value) { at = buffer.writeInt16BE(value, at); },
    int32(value) { at = buffer.writeInt32BE(value, at); },
    int64(value) { at = buffer.writeBigInt64BE(value, at); },
    double(value) { at = buffer.writeDoubleBE(value, at); },
    varint(value) {
      let left = zigZag(value);
      for (; left >= 128; left = Math.floor(left / 128)) buffer[at++] = (left % 128) + 128;
      buffer[at++] = left;
    },
    content(content, length) {
      if (typeof content === 'string') buffer.write(content, at, length);
      else if (length > SHORT) content.copy(buffer, at);
      else for (let i = 0; i < length; i += 1) buffer[at + i] = content[i] as number;
      at += length;
    },
  };
}

/** Bytes that a varint takes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = zigZag(value); left >= 128; left = Math.floor(left / 128)) size += 1;
  return size;
}

/** Small numbers of either sign become small ones without. */
const zigZag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
