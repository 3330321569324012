import kafkajs, { type Admin } from 'kafkajs';
import { asError } from '../../core/as-error.js';
import { BATCH_BYTES } from './producer.js';
import { OUTPUT_ROOM_BYTES, type TopicNames } from './topics.js';

const CREATE = '`touchpoint topics --create`';

/**
 * What keeps the service from working with these topics, one message each, with what to do; empty: all is well.
 * @param admin connected
 */
export const checkTopics = async (admin: Admin, names: TopicNames): Promise<readonly string[]> => {
  const present = new Set(await admin.listTopics());
  const all = [...names.sources.values(), ...names.outputs.values()];
  const missing = all.filter((topic) => !present.has(topic));
  if (missing.length > 0) {
    return [`${missing.length === 1 ? 'Topic' : 'Topics'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: create ${missing.length === 1 ? 'it' : 'them'} with ${CREATE}, or set the names that your topics have. A user without rights sees none either: deploy/kafka/acls.sh gives those that are needed`];
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: all });
  const partitions = new Map(topics.map(({ name, partitions: found }) => [name, found.length]));
  return [...partitionProblems(names, partitions), ...(await settingProblems(admin, names))];
};

const partitionProblems = ({ sources, outputs }: TopicNames, partitions: ReadonlyMap<string, number>): readonly string[] => {
  const count = (topics: Iterable<string>): ReadonlyMap<number, string[]> => {
    const by = new Map<number, string[]>();
    for (const topic of topics) by.set(partitions.get(topic) ?? 0, [...(by.get(partitions.get(topic) ?? 0) ?? []), topic]);
    return by;
  };
  const list = (by: ReadonlyMap<number, string[]>): string => [...by].map(([n, topics]) => `${topics.join(', ')}: ${n}`).join('; ');
  const bySource = count(sources.values());
  if (bySource.size > 1) {
    return [`The source topics differ in their number of partitions (${list(bySource)}), so the events of an order lie in different ones. Give all of them the same number, from the producers on: recreate the smaller ones with ${CREATE} and write their events again (adding partitions moves keys)`];
  }
  const [lanes] = [...bySource.keys()];
  const odd = [...outputs.values()].filter((topic) => partitions.get(topic) !== lanes);
  if (odd.length === 0) return [];
  return [`The output topics need as many partitions as the sources, ${lanes}, but: ${list(count(odd))}. Delete them and run ${CREATE}, or recreate them with ${lanes}`];
};

/**
 * What keeps the intake from reading these topics, as `checkTopics`. The topics that it writes are checked there.
 * @param inputs names on the broker
 */
export const checkInputs = async (admin: Admin, inputs: readonly string[], { sources, outputs }: TopicNames): Promise<readonly string[]> => {
  const own = new Set([...sources.values(), ...outputs.values()]);
  const loops = inputs.filter((topic) => own.has(topic));
  if (loops.length > 0) return [`${loops.join(', ')}: maps must not read a topic that Touchpoint writes, or its events would come back as records`];
  const present = new Set(await admin.listTopics());
  const missing = inputs.filter((topic) => !present.has(topic));
  if (missing.length > 0) return [`No such topic on the brokers: ${missing.join(', ')}. Create ${missing.length === 1 ? 'it' : 'them'}, or write into the maps (input.topics) what your topics are called`];
  const letters = outputs.get('cx.dead-letters') ?? '';
  const settings = await describe(admin, [...inputs, letters]);
  const room = settings === null ? null : bytesOf(settings, letters);
  const large = room === null || room === 0 ? [] : inputs.filter((topic) => settings !== null && bytesOf(settings, topic) + OUTPUT_ROOM_BYTES > room);
  return large.length === 0 ? [] : [`${large.map((topic) => `${topic} takes records of ${settings === null ? 0 : bytesOf(settings, topic)} bytes`).join(', ')}, but ${letters} only ${room ?? 0}: set its max.message.bytes to ${OUTPUT_ROOM_BYTES} more than the largest of them, else a large record can't be put aside`];
};

/** A full batch, and what frames it. */
const LEAST_OUTPUT_BYTES = BATCH_BYTES + OUTPUT_ROOM_BYTES;

/** Beside the value of an event: its key, and what frames a record and its batch. */
const BESIDE_VALUE_BYTES = 2_048;

/** Bytes that an event's value may have for every one of these topics to take it; Infinity: nobody tells. */
export const largestEvent = async (admin: Admin, topics: readonly string[]): Promise<number> => {
  const settings = await describe(admin, topics);
  const rooms = settings === null ? [] : topics.map((topic) => bytesOf(settings, topic)).filter((bytes) => bytes > 0);
  return Math.min(...rooms) - BESIDE_VALUE_BYTES;
};

type Settings = ReadonlyMap<string, string>;

const bytesOf = (settings: ReadonlyMap<string, Settings>, topic: string): number => Number(settings.get(topic)?.get('max.message.bytes') ?? 0);

const settingProblems = async (admin: Admin, { sources, outputs }: TopicNames): Promise<readonly string[]> => {
  const settings = await describe(admin, [...sources.values(), ...outputs.values()]);
  // Without the right to read settings they can't be judged; that alone keeps nothing from working.
  if (settings === null) return [];
  const problems: string[] = [];
  for (const topic of sources.values()) {
    if (settings.get(topic)?.get('cleanup.policy')?.includes('compact') === true) {
      problems.push(`Topic ${topic} has cleanup.policy=compact: all events of an order share its key, so Kafka would remove all but the last. Set cleanup.policy=delete`);
    }
  }
  const journeys = outputs.get('cx.journeys');
  if (journeys !== undefined && settings.get(journeys)?.get('cleanup.policy') === 'delete') {
    problems.push(`Topic ${journeys} has cleanup.policy=delete: present journeys would be removed with time. Set cleanup.policy=compact`);
  }
  const bytes = (topic: string): number => bytesOf(settings, topic);
  const largest = Math.max(0, ...[...sources.values()].map(bytes));
  const outgoing = outputs.get('cx.dead-letters');
  const tight = [...outputs.values()].filter((topic) => bytes(topic) > 0 && bytes(topic) < largest + (topic === outgoing ? OUTPUT_ROOM_BYTES : 0));
  const narrow = [...outputs.values()].filter((topic) => bytes(topic) > 0 && bytes(topic) < LEAST_OUTPUT_BYTES && !tight.includes(topic));
  if (narrow.length > 0) {
    problems.push(`Touchpoint writes up to ${LEAST_OUTPUT_BYTES} bytes at once, but ${narrow.map((topic) => `${topic} takes ${bytes(topic)}`).join(', ')}: set max.message.bytes to at least that there, else a full batch is refused for ever`);
  }
  if (tight.length > 0) {
    problems.push(`Records of up to ${largest} bytes are allowed on the sources, but ${tight.map((topic) => `${topic} takes ${bytes(topic)}`).join(', ')}: set max.message.bytes to at least ${largest + OUTPUT_ROOM_BYTES} there, else a large record can't be put aside`);
  }
  return problems;
};

const describe = async (admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, Settings> | null> => {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const configNames = ['cleanup.policy', 'max.message.bytes'];
  const answer = await admin.describeConfigs({ includeSynonyms: false, resources: topics.map((name) => ({ type, name, configNames })) }).catch(asError);
  if (answer instanceof Error) return null;
  return new Map(answer.resources.map(({ resourceName, configEntries }) => [
    resourceName, new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
  ]));
};
