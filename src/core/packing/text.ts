import { codeUnitAt } from '../../contracts/code-unit.js';
import { demand, putByte, putVarint, reserve, takeByte, takeVarint } from './bytes.js';
import type { Sink, Source } from './bytes.js';

/**
 * Texts as bytes. Most ids are UUIDs, other hex texts, or differ from the one before in their last letters only: a
 * canonical UUID in small letters takes 17 bytes instead of 37, hex about half, and a beginning in common two bytes.
 */

const UUID_LENGTH = 36;
/** The first number of a text: one of these, or (a plain one) its length in bytes above them. */
const UUID = 0;
const LIKE = 1;
const HEXADECIMAL = 2;
const PLAIN = 3;
/** Fewer letters in common aren't worth the bytes that say so. */
const LEAST_COMMON = 4;
const MOST_COMMON = 255;
/** Shorter texts of hex digits are numbers more often than not, and gain little. */
const LEAST_HEX = 8;

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Value of a hex digit by its character code; 255 for what is none, capitals included: they'd not come back. */
const NIBBLE = new Uint8Array(128).fill(255);
HEX.forEach((code, value) => { NIBBLE[code] = value; });
/** Where in a UUID's text each of its bytes stands. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DASH = 45;

/** Writes the sixteen bytes and moves on; false, with nothing written, when the text is no canonical UUID. */
const putUuid = (sink: Sink, text: string): boolean => {
  if (codeUnitAt(text, 8) !== DASH || codeUnitAt(text, 13) !== DASH || codeUnitAt(text, 18) !== DASH || codeUnitAt(text, 23) !== DASH) return false;
  const { bytes } = sink;
  let to = sink.at + 1;
  for (const place of PLACES) {
    const high = NIBBLE[codeUnitAt(text, place)] ?? 255;
    const low = NIBBLE[codeUnitAt(text, place + 1)] ?? 255;
    if (high > 15 || low > 15) return false;
    bytes[to] = (high << 4) | low;
    to += 1;
  }
  bytes[sink.at] = UUID;
  sink.at = to;
  return true;
};

/** Up to here plain loops beat the platform's coders, which are made for long texts. */
const SHORT = 64;
/**
 * Room for the letters of a short text, by its length. A text made of all its letters at once is one piece of memory; one
 * that grows letter by letter is a tree of as many pieces, which its owner keeps.
 */
const ROOMS = Array.from({ length: SHORT + 1 }, (_, length) => new Array<number>(length).fill(DASH));
const roomFor = (length: number): number[] => ROOMS[length] ?? new Array<number>(length).fill(DASH);

const UUID_ROOM = roomFor(UUID_LENGTH).slice();
const takeUuid = (source: Source): string => {
  demand(source, 16);
  for (const place of PLACES) {
    const byte = source.bytes[source.at] as number;
    UUID_ROOM[place] = HEX[byte >> 4] as number;
    UUID_ROOM[place + 1] = HEX[byte & 15] as number;
    source.at += 1;
  }
  return String.fromCharCode.apply(null, UUID_ROOM);
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const putHex = (sink: Sink, text: string): boolean => {
  const { bytes } = sink;
  const { length } = text;
  const size = length >> 1;
  let to = sink.at + 2;
  for (let i = 0; i < length; i += 2) {
    const high = NIBBLE[codeUnitAt(text, i)] ?? 255;
    const low = NIBBLE[codeUnitAt(text, i + 1)] ?? 255;
    if (high > 15 || low > 15) return false;
    bytes[to] = (high << 4) | low;
    to += 1;
  }
  bytes[sink.at] = HEXADECIMAL;
  bytes[sink.at + 1] = size;
  sink.at = to;
  return true;
};

const takeHex = (source: Source): string => {
  const size = takeVarint(source);
  demand(source, size);
  const room = roomFor(2 * size);
  for (let i = 0; i < size; i += 1) {
    const byte = source.bytes[source.at] as number;
    room[2 * i] = HEX[byte >> 4] as number;
    room[2 * i + 1] = HEX[byte & 15] as number;
    source.at += 1;
  }
  return String.fromCharCode.apply(null, room);
};

const putPlain = (sink: Sink, text: string): boolean => {
  const { bytes } = sink;
  const { length } = text;
  const from = sink.at + 1;
  for (let i = 0; i < length; i += 1) {
    const unit = codeUnitAt(text, i);
    if (unit > 127) return false;
    bytes[from + i] = unit;
  }
  bytes[sink.at] = length + PLAIN;
  sink.at = from + length;
  return true;
};

/** Letters that both begin with; never half of a surrogate pair, which could not be written alone. */
const common = (text: string, like: string): number => {
  const most = Math.min(text.length, like.length, MOST_COMMON);
  let length = 0;
  while (length < most && codeUnitAt(text, length) === codeUnitAt(like, length)) length += 1;
  if (length === 0) return 0;
  const last = codeUnitAt(text, length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
};

const putEncoded = (sink: Sink, text: string): void => {
  reserve(sink, SHORT + 1);
  if (text.length <= SHORT && putPlain(sink, text)) return;
  const encoded = encoder.encode(text);
  putVarint(sink, encoded.length + PLAIN);
  reserve(sink, encoded.length);
  sink.bytes.set(encoded, sink.at);
  sink.at += encoded.length;
};

/**
 * Writes a text; `like` is one that it may resemble, and must be given again for reading. Lone surrogates have no UTF-8
 * and come back as U+FFFD; everything else comes back as it was.
 */
export const putText = (sink: Sink, text: string, like = ''): void => {
  reserve(sink, SHORT + 1);
  if (text.length === UUID_LENGTH && putUuid(sink, text)) return;
  const shared = like === '' ? 0 : common(text, like);
  if (shared >= LEAST_COMMON) {
    putByte(sink, LIKE);
    putByte(sink, shared);
    putEncoded(sink, text.slice(shared));
    return;
  }
  if (text.length >= LEAST_HEX && text.length <= SHORT && text.length % 2 === 0 && putHex(sink, text)) return;
  putEncoded(sink, text);
};

/** Plain letters only; null when there are others. */
const plainText = (bytes: Uint8Array, from: number, to: number): string | null => {
  const room = roomFor(to - from);
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i] as number;
    if (byte > 127) return null;
    room[i - from] = byte;
  }
  return String.fromCharCode.apply(null, room);
};

/** Throws where bytes are missing or no UTF-8. */
export const takeText = (source: Source, like = ''): string => {
  const code = takeVarint(source);
  if (code === UUID) return takeUuid(source);
  if (code === HEXADECIMAL) return takeHex(source);
  if (code === LIKE) {
    const shared = takeByte(source);
    return like.slice(0, shared) + takeText(source);
  }
  const length = code - PLAIN;
  demand(source, length);
  const from = source.at;
  source.at += length;
  const plain = length <= SHORT ? plainText(source.bytes, from, source.at) : null;
  return plain ?? decoder.decode(source.bytes.subarray(from, source.at));
};
