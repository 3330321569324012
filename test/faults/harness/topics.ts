import kafkajs, { type Admin, type Kafka, type KafkaMessage } from 'kafkajs';
import { freshPrefix } from '../../support/real-services.js';
import { until } from '../../support/touchpoint.js';

export type StoredRecord = KafkaMessage & { readonly topic: string; readonly partition: number };

export const plainKafka = (brokers: readonly string[]): Kafka =>
  new kafkajs.Kafka({ brokers: [...brokers], clientId: 'faults', logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 10, maxRetryTime: 2_000 } });

/** So many answers of every broker without a record: what is missing up to the ends are control records, which no consumer gets. */
const EMPTY_ANSWERS = 15;

/** Everything that stands in the topics, per partition in order, aborted transactions left out. */
export async function readTopics(brokers: readonly string[], topics: readonly string[]): Promise<StoredRecord[]> {
  const kafka = plainKafka(brokers);
  const missing = await endsOf(kafka, topics);
  const found: StoredRecord[] = [];
  if (missing.size === 0) return found;
  const consumer = kafka.consumer({ groupId: freshPrefix('read'), maxWaitTimeInMs: 200, maxBytesPerPartition: 4_194_304 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  // Answers count, not time: on a busy machine nothing may come for seconds, and be there all the same.
  const empty = new Map<number, number>();
  await new Promise<void>((done, failed) => {
    consumer.on(consumer.events.FETCH, ({ payload: { nodeId } }) => {
      empty.set(nodeId, (empty.get(nodeId) ?? 0) + 1);
      if ([...empty.values()].every((answers) => answers >= EMPTY_ANSWERS)) done();
    });
    consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        for (const node of empty.keys()) empty.set(node, 0);
        for (const message of messages) found.push({ ...message, topic, partition });
        const last = messages.at(-1);
        const place = `${topic}|${partition}`;
        if (last !== undefined && Number(last.offset) + 1 >= (missing.get(place) ?? 0)) missing.delete(place);
        if (missing.size === 0) done();
      },
    }).catch(failed);
  });
  await consumer.disconnect();
  return found;
}

/** The next offset of every partition that holds something, by `topic|partition`. */
export async function endsOf(kafka: Kafka, topics: readonly string[]): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const all = await Promise.all(topics.map(async (topic) => (await offsetsOf(admin, topic)).map((at) => ({ topic, ...at }))));
    return new Map(all.flat().filter((at) => Number(at.high) > Number(at.low)).map((at) => [`${at.topic}|${at.partition}`, Number(at.high)]));
  } finally {
    await admin.disconnect();
  }
}

const OFFSETS_WITHIN_MS = 60_000;

/** While a partition is between two leaders the client's answer lacks it, and the client stumbles over that. */
async function offsetsOf(admin: Admin, topic: string): Promise<Awaited<ReturnType<Admin['fetchTopicOffsets']>>> {
  let fault: unknown;
  return until(`the offsets of ${topic}`, OFFSETS_WITHIN_MS, () => admin.fetchTopicOffsets(topic).catch((error: unknown) => {
    fault = error;
    return null;
  })).catch((error: unknown) => { throw new Error(String(error), { cause: fault }); });
}
