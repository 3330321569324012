import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { createRandom } from '../../src/adapters/simulator/random.js';
import { COMPANY_MAPS, COMPANY_TOPICS, type CompanyRecord, mapText, shuffled } from './company.js';
import { type Stage, until, type WorkerProcess } from './touchpoint.js';

/** What tests of the intake need beside the stage of the service. */

const kafkaOf = ({ brokers }: Stage): kafkajs.Kafka => new kafkajs.Kafka({ brokers: [...brokers], clientId: 'company', logLevel: kafkajs.logLevel.NOTHING });

/** The company's own topics. */
export async function createInputs(stage: Stage, partitions: number, inputs: readonly string[] = COMPANY_TOPICS): Promise<void> {
  const admin = kafkaOf(stage).admin();
  await admin.connect();
  await admin.createTopics({ topics: inputs.map((topic) => ({ topic: stage.topicName(topic), numPartitions: partitions, replicationFactor: 1 })), waitForLeaders: false });
  // Waiting for leaders fails now and then though the topics are being made.
  await until('the topics have leaders', 20_000, async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: inputs.map(stage.topicName) }).catch(() => ({ topics: [] }));
    return topics.length === inputs.length && topics.every((topic) => topic.partitions.length === partitions && topic.partitions.every(({ leader }) => leader >= 0));
  });
  await admin.disconnect();
}

/** Writes records in an order that the seed decides, those of one key as they come. */
export async function produceRecords(stage: Stage, records: readonly CompanyRecord[], seed: string): Promise<void> {
  const random = createRandom(seed);
  const producer = kafkaOf(stage).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const all = shuffled(records, () => random.next());
  for (let from = 0; from < all.length; from += 2_000) {
    const byTopic = new Map<string, { key: string; value: string }[]>();
    for (const { topic, key, value } of all.slice(from, from + 2_000)) byTopic.set(topic, [...(byTopic.get(topic) ?? []), { key, value }]);
    await producer.sendBatch({ topicMessages: [...byTopic].map(([topic, messages]) => ({ topic: stage.topicName(topic), messages })) });
  }
  await producer.disconnect();
}

/** An intake by the company's maps. @param directory where the maps are put, with the stage's topics */
export async function startIntakeOn(stage: Stage, directory: string): Promise<WorkerProcess> {
  const files = COMPANY_MAPS.map((map) => {
    const file = join(directory, map.replace('/', '-'));
    writeFileSync(file, mapText(map, stage.topicName));
    return file;
  });
  return stage.process(['intake', '--map', ...files]);
}

export interface WrittenEvent {
  readonly topic: SourceTopic;
  readonly key: string | null;
  readonly event: Readonly<Record<string, unknown>>;
}

/** The events on the source topics, repeats dropped. Throws where an id has two contents, or an event stands twice on different partitions. */
export async function eventsWritten(stage: Stage): Promise<readonly WrittenEvent[]> {
  const found = new Map<string, { readonly text: string; readonly written: WrittenEvent }>();
  for (const topic of SOURCE_TOPICS) {
    for (const { key, value, partition } of await stage.read(topic)) {
      const event = JSON.parse(value?.toString() ?? 'null') as Record<string, unknown>;
      const name = `${topic}|${key?.toString() ?? ''}|${String(event['id'])}`;
      const text = `${partition} ${value?.toString() ?? ''}`;
      const before = found.get(name);
      if (before !== undefined && before.text !== text) throw new Error(`${name} has two contents:\n${before.text}\n${text}`);
      found.set(name, { text, written: { topic, key: key?.toString() ?? null, event } });
    }
  }
  return [...found.values()].map(({ written }) => written);
}
