import Encoder from 'kafkajs/src/protocol/encoder.js';

/** A body that was written by other means, as the client wants it, without another copy. */
export function encoded(body: Buffer): Encoder {
  const encoder = new Encoder(1);
  encoder.buf = body;
  encoder.offset = body.length;
  return encoder;
}
