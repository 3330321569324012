import kafkajs, { type ProducerConfig } from 'kafkajs';
import { bodyParts } from '../../pipeline/record-body.js';
import type { KafkaClient } from './connection.js';
import { type MessagesOf, sendCovered, type PartitionBatch } from './covered-send.js';
import { carrierOf } from './produce-request.js';
import { isFault } from './faults.js';
import type { BatchRecord } from './record-batch.js';

export interface KafkaProducer {
  /** Stores one batch per partition on all in-sync replicas; the offset of each one's first record by `topic|partition`. */
  send(batches: readonly PartitionBatch[]): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Records in a batch. KafkaJS copies per message what it has of a partition so far, so that where each record is one, long batches cost their square. */
export const BATCH_RECORDS = 500;
/** All records of a partition in a request make one record batch, which brokers refuse above `max.message.bytes`. */
export const BATCH_BYTES = 524_288;

/**
 * Connects a producer for outputs. It isn't idempotent: repeats after a fault are recognised downstream by id and `cx_seq`;
 * KafkaJS's idempotence prevents no loss, allows one request in flight per broker, and is at an end after one broken sequence.
 */
export const openProducer = (client: KafkaClient): Promise<KafkaProducer> => connected(client, {}, carrierOf);

/**
 * Connects a producer that stores nothing twice when KafkaJS repeats a whole request because of one partition in it.
 * For a writer with one request in flight that may simply end on a broken sequence.
 */
export const openIdempotentProducer = (client: KafkaClient): Promise<KafkaProducer> =>
  connected(client, { idempotent: true, maxInFlightRequests: 1, retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 } });

const connected = async ({ kafka }: KafkaClient, settings: ProducerConfig, messagesOf?: MessagesOf): Promise<KafkaProducer> => {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    metadataMaxAge: 60_000,
    ...settings,
  });
  await producer.connect();
  return {
    send: (batches) => sendCovered((topicMessages) => producer.sendBatch({ topicMessages, acks: -1, timeout: 20_000 }), batches, undefined, messagesOf)
      .catch((error: unknown) => { throw isFault(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE') ? tooLarge(batches, error) : error; }),
    close: () => producer.disconnect(),
  };
};

/** The broker's answer doesn't say which of the topics it is. */
const tooLarge = (batches: readonly PartitionBatch[], cause: unknown): Error => {
  const written = batches.map(({ topic, messages }) => `${messages.reduce((sum, message) => sum + messageBytes(message), 0)} bytes for ${topic}`).join(', ');
  return Object.assign(new Error(`Kafka refuses it as larger than max.message.bytes of the topic (${written}): \`touchpoint topics\` says which topic takes too little, and what to set there`, { cause }), { name: 'BatchTooLarge' });
};

/** What a record takes in a batch at the most; bytes. */
export const messageBytes = (record: BatchRecord): number => MOST_BEFORE_BODY + (record.body?.length ?? bodyParts(record).size);
/** Length, attributes, and distances of timestamp and offset to the batch's. */
const MOST_BEFORE_BODY = 21;
