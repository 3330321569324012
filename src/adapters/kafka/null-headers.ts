import type { IHeaders } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { RecordHeaders } from '../../pipeline/ports.js';

/**
 * KafkaJS 2.2.4 reads headers without a value but can't write them: it asks for the length of `null`. This stands for one; where it is
 * written, `writeNullHeaders` puts a length of -1 in place of its 0, which takes one byte as well.
 */
const NO_VALUE = Buffer.alloc(0);

/** Headers as KafkaJS takes them. */
export const clientHeaders = (headers: RecordHeaders): IHeaders => {
  const taken = new Map<string, Buffer | string | (Buffer | string)[]>();
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined) continue;
    taken.set(name, given === null || typeof given === 'string' || Buffer.isBuffer(given) ? (given ?? NO_VALUE) : given.map((one) => one ?? NO_VALUE));
  }
  return Object.fromEntries(taken);
};

type Write = (this: typeof Encoder.prototype, value: Buffer | string | null) => typeof Encoder.prototype;

const { writeVarIntBytes }: { writeVarIntBytes: Write } = Encoder.prototype;

/** Makes the client write what `clientHeaders` puts in place of `null`, for the whole process. */
export const writeNullHeaders = (): void => {
  Encoder.prototype.writeVarIntBytes = function writeOrNone(value) {
    return writeVarIntBytes.call(this, value === NO_VALUE ? null : value);
  };
};
