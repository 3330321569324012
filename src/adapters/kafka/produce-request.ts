import Encoder from 'kafkajs/src/protocol/encoder.js';
import produce, { type ProduceParts } from 'kafkajs/src/protocol/requests/produce/index.js';
import { byteWriter } from './byte-writer.js';
import { type BatchRecord, recordBatch } from './record-batch.js';

/** The versions of which the body is the same. */
const [FROM, TO] = [3, 7];

const { protocol } = produce;

/**
 * Makes the client write its produce requests in one go, for the whole process. KafkaJS 2.2.4 takes zeroed memory of half a kilobyte for
 * each field of each record, which was a sixth of the processor time of a worker and much of its garbage; and it can't write headers
 * without a value.
 */
export const writeProduceRequests = (): void => {
  produce.protocol = ({ version }) => {
    const original = protocol({ version });
    return Number(version) < FROM || Number(version) > TO ? original : (parts) => {
      const { request, response } = original(parts);
      // Nothing here asks for compression or transactions; who does gets what the client makes of it.
      return (parts.compression ?? 0) !== 0 || parts.transactionalId != null ? { request, response } : { request: { ...request, encode: () => Promise.resolve(encoded(bodyOf(parts))) }, response };
    };
  };
};

interface EncodedPartition {
  readonly partition: number;
  readonly batch: Buffer;
}

/** Produce request, versions 3 to 7: no transactional id, acks, timeout, then per topic its partitions, each with one batch. */
function bodyOf({ acks, timeout, topicData, producerId, producerEpoch }: ProduceParts): Buffer {
  const now = Date.now();
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    length: Buffer.byteLength(topic),
    partitions: partitions.map(({ partition, messages, firstSequence }): EncodedPartition => ({
      partition,
      batch: recordBatch(messages as readonly BatchRecord[], { id: BigInt(String(producerId ?? -1)), epoch: producerEpoch ?? 0, firstSequence: firstSequence ?? 0 }, now),
    })),
  }));
  let size = 2 + 2 + 4 + 4;
  for (const { length, partitions } of topics) size += 2 + length + 4 + partitions.reduce((sum, { batch }) => sum + 8 + batch.length, 0);
  const bytes = byteWriter(size);
  bytes.int16(-1);
  bytes.int16(acks);
  bytes.int32(timeout);
  bytes.int32(topics.length);
  for (const { topic, length, partitions } of topics) {
    bytes.int16(length);
    bytes.content(topic, length);
    bytes.int32(partitions.length);
    for (const { partition, batch } of partitions) {
      bytes.int32(partition);
      bytes.int32(batch.length);
      bytes.content(batch, batch.length);
    }
  }
  return bytes.buffer;
}

/** As the client wants it, without another copy. */
function encoded(body: Buffer): Encoder {
  const encoder = new Encoder(1);
  encoder.buf = body;
  encoder.offset = body.length;
  return encoder;
}
