import type { Message } from 'kafkajs';
import produce, { type ProduceParts } from 'kafkajs/src/protocol/requests/produce/index.js';
import { byteWriter } from '../../pipeline/byte-writer.js';
import type { PartitionBatch } from './covered-send.js';
import { encoded } from './encoded.js';
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
    return (parts) => {
      const { request, response } = original(parts);
      // Nothing here asks for compression or transactions; who does gets what the client makes of it.
      if (Number(version) >= FROM && Number(version) <= TO && (parts.compression ?? 0) === 0 && parts.transactionalId == null) {
        return { request: { ...request, encode: () => Promise.resolve(encoded(bodyOf(parts))) }, response };
      }
      if (parts.topicData.some(({ partitions }) => partitions.some(({ messages }) => messages.some(isCarrier)))) {
        throw new Error(`produce requests of version ${String(version)}, or with compression or a transaction, can't be written: versions ${FROM} to ${TO} are known here`);
      }
      return { request, response };
    };
  };
};

interface EncodedPartition {
  readonly partition: number;
  readonly batch: Buffer;
}

/**
 * A whole batch as one message of the client's, which copies what it has of a partition for each further one. The client then counts it as
 * one record, so a producer that numbers its records must not use it.
 */
interface Carrier extends Message {
  readonly records: readonly BatchRecord[];
}

export const carrierOf = ({ partition, messages }: PartitionBatch): readonly Message[] => {
  const carrier: Carrier = { value: null, partition, records: messages };
  return [carrier];
};

const isCarrier = (message: unknown): message is Carrier => typeof message === 'object' && message !== null && 'records' in message;

const recordsOf = (messages: readonly unknown[]): readonly BatchRecord[] => messages.flatMap((message) => (isCarrier(message) ? message.records : [message as BatchRecord]));

/** Produce request, versions 3 to 7: no transactional id, acks, timeout, then per topic its partitions, each with one batch. */
function bodyOf({ acks, timeout, topicData, producerId, producerEpoch }: ProduceParts): Buffer {
  const now = Date.now();
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    length: Buffer.byteLength(topic),
    partitions: partitions.map(({ partition, messages, firstSequence }): EncodedPartition => ({
      partition,
      batch: recordBatch(recordsOf(messages), { id: BigInt(String(producerId ?? -1)), epoch: producerEpoch ?? 0, firstSequence: firstSequence ?? 0 }, now),
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
