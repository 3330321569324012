import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** A file's bytes, piece by piece. */
export interface Chunks {
  /** Null at the end. Rejects when the file can't be read. */
  next(): Promise<Buffer | null>;
  /** Bytes of the file read so far; packed ones where it is packed. */
  readonly bytesRead: () => number;
  readonly close: () => void;
}

/**
 * Opens a file; `.gz` files are unpacked on the way. Rejects when it can't be read.
 * @param size of a piece at the most, bytes
 */
export async function openChunks(file: string, size: number): Promise<Chunks> {
  await stat(file).catch((error: unknown) => { throw naming(file, error); });
  const raw = createReadStream(file, { highWaterMark: size });
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip({ chunkSize: size })) : raw;
  if (stream !== raw) raw.on('error', (error) => stream.destroy(error));
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  return {
    next: async () => (await chunks.next().catch((error: unknown) => { throw naming(file, error); })).value ?? null,
    bytesRead: () => raw.bytesRead,
    close: () => { raw.destroy(); },
  };
}

/** What the commonest faults of a file mean, by the code of Node's error. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder: name the files in it',
  EACCES: 'this user may not read it',
  Z_DATA_ERROR: 'is damaged, or was not packed by gzip though its name ends in .gz',
  Z_BUF_ERROR: 'ends early: a part of the packed file is missing',
};

/** What reading and unpacking say names no file, and there may be several. */
function naming(file: string, error: unknown): Error {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(`${file}: ${MEANINGS[code] ?? message}`, { cause: error }), code === '' ? {} : { code });
}
