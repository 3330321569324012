import { BatchDamaged, byteAt, createOutput, MOST_BYTES, type Output, putCopy, putLiteral, written } from './unpacking.js';

/**
 * LZ4 in its frame format. Checksums are passed over: Kafka has its own of the whole batch, and its oldest clients made that of the
 * frame's header wrongly.
 * @throws BatchDamaged
 */
export function unpackLz4(input: Buffer): Buffer {
  if (input.length < 7 || input.readUInt32LE(0) !== MAGIC) throw new BatchDamaged(`${FORMAT}: the data does not begin with a frame`);
  const flags = byteAt(input, 4, FORMAT);
  if (flags >> 6 !== VERSION) throw new BatchDamaged(`${FORMAT}: the frame has version ${flags >> 6}, known is ${VERSION}`);
  const output = createOutput(FORMAT, Math.min(MOST_BYTES, 4 * input.length));
  const sum = (flags & BLOCK_SUMS) === 0 ? 0 : 4;
  for (let at = 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & DICTIONARY) === 0 ? 0 : 4); ;) {
    if (at + 4 > input.length) throw new BatchDamaged(`${FORMAT}: the frame has no end`);
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === 0) return written(output);
    const length = size & 0x7fff_ffff;
    if (at + length > input.length) throw new BatchDamaged(`${FORMAT}: a block of ${length} bytes goes beyond the end`);
    // The highest bit: the block would not have become shorter and stands as it is.
    if (size > 0x7fff_ffff) putLiteral(output, input, at, length);
    else unpackBlock(input.subarray(at, at + length), output);
    at += length + sum;
  }
}

const FORMAT = 'lz4';
const MAGIC = 0x184d_2204;
const VERSION = 1;
const BLOCK_SUMS = 16;
const CONTENT_SIZE = 8;
const DICTIONARY = 1;

/** Sequences of a literal and a copy; the last one is a literal alone. Copies may reach back into earlier blocks. */
function unpackBlock(block: Buffer, output: Output): void {
  for (let at = 0; at < block.length;) {
    const token = byteAt(block, at, FORMAT);
    at += 1;
    let literals = token >> 4;
    if (literals === LONG) {
      literals += lengthAfter(block, at);
      at += widthAfter(literals - LONG);
    }
    putLiteral(output, block, at, literals);
    at += literals;
    if (at >= block.length) return;
    const distance = byteAt(block, at, FORMAT) | (byteAt(block, at + 1, FORMAT) << 8);
    at += 2;
    let length = token & LONG;
    if (length === LONG) {
      length += lengthAfter(block, at);
      at += widthAfter(length - LONG);
    }
    putCopy(output, distance, length + LEAST_COPY);
  }
}

const LEAST_COPY = 4;
/** A length of so many goes on in the next bytes, up to the first that is not 255. */
const LONG = 15;

function lengthAfter(block: Buffer, from: number): number {
  let length = 0;
  for (let at = from, byte = 255; byte === 255; at += 1) {
    byte = byteAt(block, at, FORMAT);
    length += byte;
  }
  return length;
}

const widthAfter = (length: number): number => Math.floor(length / 255) + 1;
