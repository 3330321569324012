import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** A line as it stands in its file, without its line end. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
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
/** No line is kept longer: what no limit would accept need not fill the memory. Its beginning tells enough. */
const LONGEST_LINE = 16 << 20;

/** Reads a file's lines in batches; `.gz` files are unpacked on the way. Throws when it cannot be read. */
export async function openLines(file: string): Promise<LineSource> {
  await stat(file);
  const raw = createReadStream(file, { highWaterMark: CHUNK });
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip({ chunkSize: CHUNK })) : raw;
  if (stream !== raw) raw.on('error', (error) => stream.destroy(error));
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let rest: Buffer[] = [];
  let restLength = 0;
  let number = 0;
  let ended = false;
  const keep = (bytes: Buffer): void => {
    if (restLength < LONGEST_LINE) rest.push(bytes);
    restLength += bytes.length;
  };
  const line = (bytes: Buffer): Line => ({ file, number: ++number, bytes: bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes });
  const split = (chunk: Buffer): Line[] => {
    const lines: Line[] = [];
    let from = 0;
    for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, to));
      lines.push(line(rest.length === 1 && rest[0] !== undefined ? rest[0] : Buffer.concat(rest)));
      rest = [];
      restLength = 0;
      from = to + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
    return lines;
  };
  return {
    file,
    async next() {
      while (!ended) {
        const chunk = await chunks.next();
        if (chunk.done === true) {
          ended = true;
          return restLength > 0 ? [line(Buffer.concat(rest))] : null;
        }
        const lines = split(chunk.value);
        if (lines.length > 0) return lines;
      }
      return null;
    },
    bytesRead: () => raw.bytesRead,
    close: () => { raw.destroy(); },
  };
}
