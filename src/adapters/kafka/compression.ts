import kafkajs from 'kafkajs';
import { asError, isFault } from './faults.js';

/** What KafkaJS asks of a codec. `encoder.buffer` holds a record batch's records. */
export interface CompressionCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

export type CompressionName = 'snappy' | 'lz4' | 'zstd';

const TYPES = { snappy: 2, lz4: 3, zstd: 4 } as const satisfies Record<CompressionName, number>;

/** Makes compressed source topics readable, for the whole process. Gzip needs no codec. */
export const registerCodec = (name: CompressionName, codec: CompressionCodec): void => {
  const codecs: Record<number, () => CompressionCodec> = kafkajs.CompressionCodecs;
  codecs[TYPES[name]] = () => codec;
};

/** An error that says which codec is missing, where that was the reason; else the error as it is. */
export const explainCodec = (error: unknown): Error => {
  const name = /^(Snappy|LZ4|ZSTD) compression not implemented/.exec(asError(error).message)?.[1];
  if (!isFault(error, 'KafkaJSNotImplemented') || name === undefined) return asError(error);
  return Object.assign(
    new Error(
      `A source topic holds records compressed with ${name}, which this version can't read (gzip and none it can). `
      + 'Set compression.type=gzip on the source topics and let their producers write anew, or have the codec registered.',
      { cause: error },
    ),
    { name: 'CompressionUnknown' },
  );
};
