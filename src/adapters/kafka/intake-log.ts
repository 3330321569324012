import { inputName, placeOf, type IntakeRecord, type RecordWriter } from '../../pipeline/mapping/ports.js';
import type { PartitionFunction } from '../../pipeline/partitioner.js';
import type { SourceLog } from '../../pipeline/ports.js';
import type { KafkaClient } from './connection.js';
import type { GroupTimes } from './group-member.js';
import { clientMessage } from './output-log.js';
import { createOpenRequest } from './open-request.js';
import { openProducer } from './producer.js';
import { openSource } from './source-log.js';

export interface KafkaInputsOptions {
  readonly client: KafkaClient;
  readonly groupId: string;
  /** Names on the broker. */
  readonly topics: readonly string[];
  readonly times: Partial<GroupTimes>;
}

/**
 * Connects to read all partitions of these topics as one lane, which one member of the group has at a time.
 * @throws when no broker answers, or a topic is missing
 */
export const openKafkaInputs = ({ client, groupId, topics, times }: KafkaInputsOptions): Promise<SourceLog<string>> => openSource<string>({
  client, groupId, times, names: topics,
  layout: (partitions) => ({
    topics: [...partitions].flatMap(([name, count]) => Array.from({ length: count }, (_, partition) => inputName(name, partition))),
    lanes: 1, partitions,
    placeOf: (_, input) => {
      const { topic, partition } = placeOf(input);
      return { name: topic, partition };
    },
    changed: (name, before, now) => new Error(`Topic ${name} has ${now} partitions now, it had ${before}: the process ends, and reads all of them once it is started again`),
  }),
});

export interface RecordWriterOptions {
  readonly client: KafkaClient;
  /** Names on the broker. */
  readonly topics: ReadonlyMap<IntakeRecord['topic'], string>;
  /** How many partitions each of them has. */
  readonly partitions: number;
  readonly partitioner: PartitionFunction;
  /** What each of them takes at once. */
  readonly batchBytes: number;
}

/** Connects a writer of source events and dead letters. @throws when no broker answers */
export const openRecordWriter = async ({ client, topics, partitions, partitioner, batchBytes }: RecordWriterOptions): Promise<RecordWriter & { close(): Promise<void> }> => {
  const producer = await openProducer(client);
  return {
    async write(records) {
      let request = createOpenRequest(batchBytes);
      for (const record of records) {
        const name = topics.get(record.topic);
        if (name === undefined) throw new Error(`Topic ${record.topic} is not among those that are configured`);
        const message = clientMessage(record);
        // Without a key any partition will do; by content, so that a repeat lies in the same place.
        const partition = partitioner(Buffer.from(record.key ?? record.value ?? ''), partitions);
        if (request.add(name, partition, message)) continue;
        await producer.send(request.batches());
        request = createOpenRequest(batchBytes);
        request.add(name, partition, message);
      }
      await producer.send(request.batches());
    },
    close: () => producer.close(),
  };
};
