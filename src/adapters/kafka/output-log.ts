import type { OutputTopic } from '../../contracts/names.js';
import type { OutputLog, OutputRecord } from '../../pipeline/ports.js';
import type { KafkaClient } from './connection.js';
import type { PartitionBatch } from './covered-send.js';
import { withRetries } from './faults.js';
import { createPartitionAccess } from './partition-access.js';
import { BATCH_BYTES, BATCH_RECORDS, messageBytes, openProducer } from './producer.js';
import type { BatchRecord } from './record-batch.js';

export interface KafkaOutputOptions {
  readonly client: KafkaClient;
  /** Contract name to broker name. */
  readonly outputs: ReadonlyMap<OutputTopic, string>;
}

export interface KafkaOutputLog extends OutputLog {
  close(): Promise<void>;
}

const CONNECT_MS = 30_000;

/** Connects. @throws when no broker answers or an output topic is missing */
export const openKafkaOutput = async ({ client, outputs }: KafkaOutputOptions): Promise<KafkaOutputLog> => {
  const cluster = client.cluster('touchpoint-outputs');
  await withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log: client.log }, async () => {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([...outputs.values()]);
  });
  const producer = await openProducer(client);
  const access = createPartitionAccess(cluster, client.log);
  /** The last publication to each partition: the next one waits for it, so nothing overtakes; journeys hold up nothing that goes elsewhere. */
  const last = new Map<string, Promise<unknown>>();

  const publish = async (lane: number, records: readonly OutputRecord[]): Promise<ReadonlyMap<OutputTopic, number>> => {
    const first = new Map<OutputTopic, number>();
    for (const batches of requests(lane, records, outputs)) {
      const offsets = await producer.send(batches);
      for (const [topic, name] of outputs) {
        const offset = offsets.get(`${name}|${lane}`);
        if (offset !== undefined && !first.has(topic)) first.set(topic, offset);
      }
    }
    return first;
  };

  return {
    publish(lane, records) {
      const partitions = new Set(records.map(({ topic }) => `${topic}|${String(lane)}`));
      const after = Promise.all([...partitions].flatMap((partition) => last.get(partition) ?? [])).then(() => publish(lane, records));
      const settled = after.catch(() => undefined);
      for (const partition of partitions) last.set(partition, settled);
      return after;
    },
    async start(lane, topic) {
      const name = brokerName(outputs, topic);
      return (await access.bounds([name], [lane])).get(lane)?.get(name)?.start ?? 0;
    },
    end: (lane, topic) => access.end(brokerName(outputs, topic), lane),
    readBack: (lane, topic, from, to, take) => access.scan(brokerName(outputs, topic), lane, from, to, ({ offset, key, value, headers = {} }) =>
      take({ offset: Number(offset), key, value, headers })),
    async close() {
      await Promise.all(last.values());
      await Promise.all([producer.close(), cluster.disconnect()]);
    },
  };
};

const brokerName = (outputs: ReadonlyMap<OutputTopic, string>, topic: OutputTopic): string => {
  const name = outputs.get(topic);
  if (name === undefined) throw new Error(`Output topic ${topic} has no name in the configuration`);
  return name;
};

/** Cuts records into requests that hold at most one batch of bounded size per topic; order is kept within each topic. */
export const requests = (lane: number, records: readonly OutputRecord[], outputs: ReadonlyMap<OutputTopic, string>): readonly (readonly PartitionBatch[])[] => {
  const cut: PartitionBatch[][] = [];
  let open = new Map<string, { messages: BatchRecord[]; bytes: number }>();
  const close = (): void => {
    if (open.size > 0) cut.push([...open].map(([topic, { messages }]) => ({ topic, partition: lane, messages })));
    open = new Map();
  };
  for (const record of records) {
    const topic = brokerName(outputs, record.topic);
    const message = clientMessage(record);
    const bytes = messageBytes(message);
    const full = open.get(topic);
    if (full !== undefined && (full.messages.length >= BATCH_RECORDS || full.bytes + bytes > BATCH_BYTES)) close();
    const batch = open.get(topic) ?? { messages: [], bytes: 0 };
    batch.messages.push(message);
    batch.bytes += bytes;
    open.set(topic, batch);
  }
  close();
  return cut;
};

/** A record as the client takes it. */
export function clientMessage(record: Pick<OutputRecord, 'key' | 'value' | 'headers' | 'timestamp' | 'body'>): BatchRecord {
  const { timestamp, body } = record;
  const at = timestamp === undefined ? {} : { timestamp: String(timestamp) };
  // What is packed isn't asked for what is in it.
  return body === undefined ? { key: record.key, value: record.value, headers: record.headers, ...at } : { body, ...at };
}
