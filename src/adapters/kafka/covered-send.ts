import type { Message, RecordMetadata, TopicMessages } from 'kafkajs';
import type { BatchRecord } from './record-batch.js';

/** The records of one partition in one request. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly BatchRecord[];
}

export type Send = (batch: TopicMessages[]) => Promise<RecordMetadata[]>;

/**
 * Sends and holds the answer against what was sent: KafkaJS resolves although it forgot partitions whose leader changed
 * meanwhile (upstream issue 1303). What the answer doesn't name is sent again.
 * @param messagesOf by default each record is a message of its own
 * @returns the offset of the first record per `topic|partition`
 * @throws NotAcknowledged when partitions stay unnamed; whatever `send` throws: then all of it is in doubt
 */
export const sendCovered = async (send: Send, batches: readonly PartitionBatch[], attempts = 5, messagesOf: MessagesOf = oneByOne): Promise<ReadonlyMap<string, number>> => {
  const acknowledged = new Map<string, number>();
  let missing = batches.filter(({ messages }) => messages.length > 0);
  for (let attempt = 1; missing.length > 0; attempt += 1) {
    if (attempt > attempts) throw new NotAcknowledged(missing, attempts);
    for (const { topicName, partition, errorCode, baseOffset } of await send(topicMessages(missing, messagesOf))) {
      const offset = Number(baseOffset ?? -1);
      if (errorCode === 0 && offset >= 0) acknowledged.set(`${topicName}|${partition}`, offset);
    }
    missing = missing.filter(({ topic, partition }) => !acknowledged.has(`${topic}|${partition}`));
  }
  return acknowledged;
};

/** What the client is handed for a batch. */
export type MessagesOf = (batch: PartitionBatch) => readonly Message[];

// The client's types leave out headers without a value, which produce-request.ts writes.
const oneByOne: MessagesOf = ({ partition, messages }) => messages.map((message) => ({ ...(message as Message), partition }));

const topicMessages = (batches: readonly PartitionBatch[], messagesOf: MessagesOf): TopicMessages[] => {
  const topics = new Map<string, Message[]>();
  for (const batch of batches) {
    const all = topics.get(batch.topic) ?? [];
    for (const message of messagesOf(batch)) all.push(message);
    topics.set(batch.topic, all);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
};

export class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';

  constructor(missing: readonly PartitionBatch[], attempts: number) {
    const where = missing.map(({ topic, partition, messages }) => `${topic} partition ${partition} (${messages.length} records)`).join(', ');
    super(`Kafka acknowledged other partitions but, ${attempts} times in a row, not ${where}: whether these records are stored is not known`);
  }
}
