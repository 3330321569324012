import { BatchDamaged, byteAt, createOutput, endsEarly, type Output, putCopy, putLiteral, written } from './unpacking.js';

/**
 * Snappy as Kafka's producers write it: pieces behind a header of the Java library (sixteen bytes, then each piece with its
 * length, big-endian), or, by other clients, one piece alone. A piece begins with its unpacked length, seven bits a byte.
 * @throws BatchDamaged
 */
export function unpackSnappy(input: Buffer): Buffer {
  if (!input.subarray(0, MAGIC.length).equals(MAGIC)) return unpackPiece(input);
  const pieces: Buffer[] = [];
  for (let at = HEADER_BYTES; at < input.length;) {
    if (at + 4 > input.length) throw endsEarly(FORMAT, input);
    const length = input.readUInt32BE(at);
    at += 4;
    if (at + length > input.length) throw new BatchDamaged(`${FORMAT}: a piece of ${length} bytes goes beyond the end`);
    pieces.push(unpackPiece(input.subarray(at, at + length)));
    at += length;
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

const FORMAT = 'snappy';
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
/** The magic and two versions. */
const HEADER_BYTES = 16;

function unpackPiece(input: Buffer): Buffer {
  const [expected, from] = unpackedLength(input);
  const output = createOutput(FORMAT, expected);
  for (let at = from; at < input.length;) at = element(input, at, output);
  if (output.end !== expected) throw new BatchDamaged(`${FORMAT}: ${output.end} bytes were unpacked where ${expected} were promised`);
  return written(output);
}

function unpackedLength(input: Buffer): readonly [length: number, next: number] {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = byteAt(input, at, FORMAT);
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) return [length, at + 1];
  }
  throw new BatchDamaged(`${FORMAT}: the unpacked length has more than five bytes`);
}

/** One literal or copy; returns where the next begins. The last two bits of its first byte say which, and how long its operand is. */
function element(input: Buffer, at: number, output: Output): number {
  const tag = byteAt(input, at, FORMAT);
  const kind = tag & 3;
  if (kind === 0) return literal(input, at, tag >> 2, output);
  if (kind === 1) {
    putCopy(output, ((tag >> 5) << 8) | byteAt(input, at + 1, FORMAT), 4 + ((tag >> 2) & 7));
    return at + 2;
  }
  const width = kind === 2 ? 2 : 4;
  putCopy(output, littleEndian(input, at + 1, width), 1 + (tag >> 2));
  return at + 1 + width;
}

function literal(input: Buffer, at: number, code: number, output: Output): number {
  // From 60 on the length stands in the next one to four bytes.
  const width = Math.max(0, code - 59);
  const length = 1 + (width === 0 ? code : littleEndian(input, at + 1, width));
  putLiteral(output, input, at + 1 + width, length);
  return at + 1 + width + length;
}

function littleEndian(input: Buffer, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i += 1) value += byteAt(input, at + i, FORMAT) * 2 ** (8 * i);
  return value;
}
