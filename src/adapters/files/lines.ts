import { isAscii } from 'node:buffer';
import { openChunks } from './chunks.js';

/** A line as it stands in its file, without its line end. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  /** What is no UTF-8 is replaced. */
  readonly text: string;
  /** Null: the text is ASCII and says it all. */
  readonly bytes: Buffer | null;
}

export interface LineSource {
  readonly file: string;
  /** The next lines, at least one; null at the end of the file. */
  next(): Promise<Line[] | null>;
  /** Bytes of the file read so far, for progress; packed ones where it is packed. */
  readonly bytesRead: () => number;
  close(): void;
}

const CHUNK = 1 << 20;
/** Text made at once: no more than V8 takes for a small object, since large ones make it collect the whole heap too often. */
const PIECE = 1 << 16;
/** No line is kept longer: what no limit would accept need not fill the memory. Its beginning tells enough. */
const LONGEST_LINE = 16 << 20;

/** Some programs begin files of UTF-8 with it, and it says nothing. */
const BYTE_ORDER_MARK = '\uFEFF';
const MARK_BYTES = 3;

/** Reads a file's lines in batches; `.gz` files are unpacked on the way. Throws when it cannot be read. */
export async function openLines(file: string): Promise<LineSource> {
  const chunks = await openChunks(file, CHUNK);
  let rest: Buffer[] = [];
  let restLength = 0;
  let number = 0;
  let ended = false;
  const keep = (bytes: Buffer): void => {
    if (restLength < LONGEST_LINE) rest.push(bytes);
    restLength += bytes.length;
  };
  const add = (lines: Line[], text: string, bytes: Buffer | null): void => {
    const from = number === 0 && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    const to = text.endsWith('\r') ? -1 : undefined;
    const isBare = from === 0 && to === undefined;
    lines.push({ file, number: ++number, text: isBare ? text : text.slice(from, to), bytes: isBare ? bytes : (bytes?.subarray(from * MARK_BYTES, to) ?? null) });
  };
  const addRest = (lines: Line[]): void => {
    const bytes = Buffer.concat(rest);
    add(lines, bytes.toString(), bytes);
    rest = [];
    restLength = 0;
  };
  /** Whole lines of ASCII are made text at once, several times as fast as one by one. */
  const splitText = (lines: Line[], text: string): void => {
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      add(lines, text.slice(from, to), null);
      from = to + 1;
    }
  };
  const splitBytes = (lines: Line[], whole: Buffer): void => {
    let from = 0;
    for (let to = whole.indexOf(10); to >= 0; to = whole.indexOf(10, from)) {
      const bytes = whole.subarray(from, to);
      add(lines, bytes.toString(), bytes);
      from = to + 1;
    }
  };
  const split = (chunk: Buffer): Line[] => {
    const lines: Line[] = [];
    const first = chunk.indexOf(10);
    if (first < 0) {
      keep(chunk);
      return lines;
    }
    keep(chunk.subarray(0, first));
    addRest(lines);
    const end = chunk.lastIndexOf(10) + 1;
    for (let from = first + 1; from < end;) {
      const to = endOfPiece(chunk, from, end);
      const piece = chunk.subarray(from, to);
      if (isAscii(piece)) splitText(lines, piece.toString('latin1'));
      else splitBytes(lines, piece);
      from = to;
    }
    if (end < chunk.length) keep(chunk.subarray(end));
    return lines;
  };
  return {
    file,
    async next() {
      while (!ended) {
        const chunk = await chunks.next();
        if (chunk === null) {
          ended = true;
          if (restLength === 0) return null;
          const last: Line[] = [];
          addRest(last);
          return last;
        }
        const lines = split(chunk);
        if (lines.length > 0) return lines;
      }
      return null;
    },
    bytesRead: chunks.bytesRead,
    close: chunks.close,
  };
}

/** Where a piece of whole lines ends that begins at `from`: within reach if any line does, else with the first line. */
function endOfPiece(chunk: Buffer, from: number, end: number): number {
  if (end - from <= PIECE) return end;
  const last = chunk.lastIndexOf(10, from + PIECE - 1) + 1;
  return last > from ? last : chunk.indexOf(10, from) + 1;
}
