import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

export interface NdjsonWriter {
  /** Adds one line; `text` holds no line end. */
  write(text: string): void;
  /** Waits while too much is in flight; call it now and then. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 1 << 18;

/** Writes lines in large pieces. A fault (a full disk) rejects `drain` or `close`. */
export function createNdjsonWriter(file: string): NdjsonWriter {
  const stream = createWriteStream(file);
  const failure: { error: Error | null } = { error: null };
  stream.on('error', (error) => { failure.error = error; });
  let batch = '';
  const flush = (): void => {
    if (batch !== '') stream.write(batch);
    batch = '';
  };
  const check = (): void => {
    if (failure.error !== null) throw failure.error;
  };
  return {
    write(text) {
      batch += `${text}\n`;
      if (batch.length > BATCH) flush();
    },
    async drain() {
      check();
      if (stream.writableNeedDrain) await once(stream, 'drain');
      check();
    },
    async close() {
      flush();
      check();
      stream.end();
      await finished(stream);
    },
  };
}
