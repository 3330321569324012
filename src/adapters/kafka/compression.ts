import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { unpackLz4 } from './codecs/lz4.js';
import { unpackSnappy } from './codecs/snappy.js';
import { BatchDamaged, MOST_BYTES } from './codecs/unpacking.js';
import { asError } from '../../core/as-error.js';
import { isFault } from './faults.js';

/** What KafkaJS asks of a codec. `encoder.buffer` holds a record batch's records. */
interface CompressionCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/** Codes of the wire protocol. */
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

const zstd = promisify(zstdDecompress);

const unpackZstd = async (input: Buffer): Promise<Buffer> => {
  try {
    return await zstd(input, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new BatchDamaged(`zstd: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

/** Outputs are written as they are: their topics may compress on the broker. */
const reading = (decompress: CompressionCodec['decompress']): CompressionCodec => ({
  decompress,
  compress: () => Promise.reject(new Error('compressing is not offered')),
});

/** Makes record batches readable whatever their producers compress with, for the whole process. KafkaJS itself knows gzip. */
export const registerCodecs = (): void => {
  const codecs: Record<number, () => CompressionCodec> = kafkajs.CompressionCodecs;
  const known = { [SNAPPY]: reading(async (input) => unpackSnappy(input)), [LZ4]: reading(async (input) => unpackLz4(input)), [ZSTD]: reading(unpackZstd) };
  for (const [code, codec] of Object.entries(known)) codecs[Number(code)] = () => codec;
};

/**
 * An error that says what a damaged batch asks of a person; any other as it is.
 * @param asked the partitions, `topic/partition`, of which one holds it: the client does not say which
 */
export const explainDamage = (error: unknown, asked: readonly string[]): Error =>
  (!isFault(error, 'BatchDamaged') ? asError(error) : Object.assign(
    new Error(
      `Kafka holds a record batch that can't be unpacked (${asError(error).message}), in one of ${asked.join(', ')}. `
      + 'Find it with kafka-dump-log.sh --deep-iteration, and its producer. Reading goes on once the topic no longer has it.',
      { cause: error },
    ),
    { name: 'BatchDamaged' },
  ));
