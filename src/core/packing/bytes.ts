/** Bytes written one after another, and read back the same way. Numbers are exact, texts are UTF-8. */

export interface Sink {
  bytes: Uint8Array;
  /** Where the next byte goes. */
  at: number;
}
export interface Source {
  readonly bytes: Uint8Array;
  /** Where the next byte comes from. */
  at: number;
}

export const createSink = (size: number): Sink => ({ bytes: new Uint8Array(size), at: 0 });

/** Makes sure that `count` more bytes fit. */
export const reserve = (sink: Sink, count: number): void => {
  if (sink.at + count <= sink.bytes.length) return;
  const larger = new Uint8Array(Math.max(2 * sink.bytes.length, sink.at + count));
  larger.set(sink.bytes);
  sink.bytes = larger;
};

/** Throws a RangeError where fewer than `count` bytes are left. */
export const demand = (source: Source, count: number): void => {
  if (source.at + count > source.bytes.length) throw new RangeError(`packed facts end early, at byte ${String(source.bytes.length)}`);
};

export const putByte = (sink: Sink, value: number): void => {
  if (sink.at === sink.bytes.length) reserve(sink, 1);
  sink.bytes[sink.at] = value;
  sink.at += 1;
};

export const takeByte = (source: Source): number => {
  const byte = source.bytes[source.at];
  if (byte === undefined) throw new RangeError(`packed facts end early, at byte ${String(source.at)}`);
  source.at += 1;
  return byte;
};

/** A safe integer >= 0, seven bits a byte, the lowest first. */
export const putVarint = (sink: Sink, value: number): void => {
  let rest = value;
  while (rest >= 0x8000_0000) {
    putByte(sink, (rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    putByte(sink, (rest & 127) | 128);
    rest >>>= 7;
  }
  putByte(sink, rest);
};

export const takeVarint = (source: Source): number => {
  let byte = takeByte(source);
  let value = byte & 127;
  for (let shift = 7; byte >= 128 && shift < 28; shift += 7) {
    byte = takeByte(source);
    value |= (byte & 127) << shift;
  }
  return byte < 128 ? value : takeBeyond28Bits(source, value);
};

/** By itself, as V8 compiled a loop that counts in 32 bits and beyond anew again and again. */
function takeBeyond28Bits(source: Source, low: number): number {
  let value = low;
  for (let scale = 2 ** 28; ; scale *= 128) {
    const byte = takeByte(source);
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}

/** An integer of either sign within ±2^52, small ones short. */
export const putSigned = (sink: Sink, value: number): void => {
  putVarint(sink, value < 0 ? -2 * value - 1 : 2 * value);
};
export const takeSigned = (source: Source): number => {
  const value = takeVarint(source);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
};

const LARGEST_SHORT = 2 ** 45;
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** Any number, to the bit: whole ones that aren't huge are short, others (also -0) take nine bytes. */
export const putNumber = (sink: Sink, value: number): void => {
  if (Number.isInteger(value) && value < LARGEST_SHORT && value > -LARGEST_SHORT && !Object.is(value, -0)) {
    putVarint(sink, (value < 0 ? -2 * value - 1 : 2 * value) + 1);
    return;
  }
  putByte(sink, 0);
  float[0] = value;
  for (const byte of floatBytes) putByte(sink, byte);
};
export const takeNumber = (source: Source): number => {
  const code = takeVarint(source);
  if (code > 0) return code % 2 === 1 ? (code - 1) / 2 : -code / 2;
  demand(source, 8);
  for (let i = 0; i < 8; i += 1) floatBytes[i] = source.bytes[source.at + i] as number;
  source.at += 8;
  return float[0] as number;
};
