/** What snappy and LZ4 have in common: output that grows by literals and by copies of what is already there. */

/** Most bytes that one record batch may unpack to: a batch of a megabyte can be made to claim gigabytes. */
export const MOST_BYTES = 268_435_456;

/** A record batch whose compressed records are not in the format that it names. Reading it again doesn't help. */
export class BatchDamaged extends Error {
  override readonly name = 'BatchDamaged';
}

export interface Output {
  readonly format: string;
  bytes: Buffer;
  /** Where the next byte goes. */
  end: number;
}

/** @param expected about how long the output will be */
export function createOutput(format: string, expected: number): Output {
  if (expected > MOST_BYTES) throw tooLong(format);
  return { format, bytes: Buffer.allocUnsafe(Math.max(64, expected)), end: 0 };
}

export const written = ({ bytes, end }: Output): Buffer => bytes.subarray(0, end);

/** Up to here a plain loop beats the platform's copying. */
const SHORT = 32;

/** Appends these bytes of the input. */
export function putLiteral(output: Output, input: Buffer, from: number, length: number): void {
  if (from + length > input.length) throw endsEarly(output.format, input);
  reserve(output, length);
  const { bytes, end } = output;
  if (length > SHORT) input.copy(bytes, end, from, from + length);
  else for (let i = 0; i < length; i += 1) bytes[end + i] = input[from + i] as number;
  output.end = end + length;
}

/** Appends `length` bytes that stand `distance` before the end; they may overlap what they make. */
export function putCopy(output: Output, distance: number, length: number): void {
  if (distance <= 0 || distance > output.end) throw new BatchDamaged(`${output.format}: a copy points ${distance} bytes back, where ${output.end} were written`);
  reserve(output, length);
  const { bytes, end } = output;
  const from = end - distance;
  if (length > SHORT && distance >= length) bytes.copyWithin(end, from, from + length);
  else for (let i = 0; i < length; i += 1) bytes[end + i] = bytes[from + i] as number;
  output.end = end + length;
}

function reserve(output: Output, length: number): void {
  const needed = output.end + length;
  if (needed <= output.bytes.length) return;
  if (needed > MOST_BYTES) throw tooLong(output.format);
  const larger = Buffer.allocUnsafe(Math.min(MOST_BYTES, Math.max(needed, 2 * output.bytes.length)));
  output.bytes.copy(larger, 0, 0, output.end);
  output.bytes = larger;
}

/** The byte at this place. @throws BatchDamaged behind the end */
export function byteAt(input: Buffer, at: number, format: string): number {
  const byte = input[at];
  if (byte === undefined) throw endsEarly(format, input);
  return byte;
}

export const endsEarly = (format: string, input: Buffer): BatchDamaged => new BatchDamaged(`${format}: the data ends early, at byte ${input.length}`);

const tooLong = (format: string): BatchDamaged => new BatchDamaged(`${format}: the data would take more than ${MOST_BYTES} bytes unpacked`);
