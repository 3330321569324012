import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import { asError } from '../../core/as-error.js';
import { isFault } from './faults.js';

export interface TopicNames {
  /** Contract name to broker name. */
  readonly sources: ReadonlyMap<SourceTopic, string>;
  readonly outputs: ReadonlyMap<OutputTopic, string>;
}

export interface TopicPlan extends TopicNames {
  readonly partitions: number;
  /** Copies of each partition; -1: as the brokers are set. */
  readonly replication: number;
  /** How long sources are kept; ms. */
  readonly sourceRetentionMs: number;
  /** How long `cx.events` and `cx.alerts` are kept; ms. What was said is recovered from them when the state store is lost. */
  readonly outputRetentionMs: number;
}

const DAY_MS = 86_400_000;
/** A fortnight of sources to replay after a mistake; a quarter of derived events, which are few, to recover from. */
export const DEFAULT_RETENTION = { sourceRetentionMs: 14 * DAY_MS, outputRetentionMs: 90 * DAY_MS } as const;

/** The largest value that is taken for an event, with room for its key and headers. */
export const SOURCE_MESSAGE_BYTES = 1_048_576 + 65_536;
/** What an output needs beyond the largest source record: a dead letter carries the record and where it came from. */
export const OUTPUT_ROOM_BYTES = 65_536;
const OUTPUT_MESSAGE_BYTES = 2_097_152;
const DEAD_LETTER_BYTES_PER_PARTITION = 1_073_741_824;
const LEADERS_MS = 20_000;

export interface CreatedTopics {
  readonly created: readonly string[];
  /** Were there before and are left as they are; `checkTopics` judges them. */
  readonly existing: readonly string[];
}

/**
 * Creates what is missing, and waits until it can be written to.
 * @param admin connected
 * @throws what the brokers refuse (rights, replication), or when no leader is found in time
 */
export const createTopics = async (admin: Admin, plan: TopicPlan): Promise<CreatedTopics> => {
  const present = new Set(await admin.listTopics());
  const wanted = wantedTopics(plan).map(topicConfig);
  const missing = wanted.filter(({ topic }) => !present.has(topic));
  if (missing.length > 0) {
    // waitForLeaders fails now and then though the topic is being made: leaders are looked for below instead.
    await admin.createTopics({ topics: missing, waitForLeaders: false }).catch((error: unknown) => {
      if (!isFault(error, 'TOPIC_ALREADY_EXISTS')) throw refusal(error);
    });
    await leaders(admin, missing.map(({ topic }) => topic));
  }
  return { created: missing.map(({ topic }) => topic), existing: wanted.map(({ topic }) => topic).filter((topic) => present.has(topic)) };
};

const refusal = (error: unknown): Error => {
  const inner = kafkajs.KafkaJSAggregateError;
  const causes = error instanceof inner ? error.errors.map((one) => asError(one).message) : [asError(error).message];
  return new Error(`Kafka refused to create topics: ${[...new Set(causes)].join('; ')}`, { cause: error });
};

/** A topic as the service wants it; settings are those of Kafka, all others stay as the brokers have them. */
export interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Every topic of a plan. */
export const wantedTopics = (plan: TopicPlan): readonly WantedTopic[] => [
  ...[...plan.sources.values()].map((topic) => wantedTopic(plan, topic, {
    'cleanup.policy': 'delete', 'retention.ms': plan.sourceRetentionMs, 'max.message.bytes': SOURCE_MESSAGE_BYTES,
  })),
  ...[...plan.outputs].map(([name, topic]) => wantedTopic(plan, topic, { ...OUTPUT_SETTINGS[name](plan), 'max.message.bytes': OUTPUT_MESSAGE_BYTES })),
];

const OUTPUT_SETTINGS: Readonly<Record<OutputTopic, (plan: TopicPlan) => Readonly<Record<string, string | number>>>> = {
  'cx.events': ({ outputRetentionMs }) => ({ 'cleanup.policy': 'delete', 'retention.ms': outputRetentionMs }),
  'cx.alerts': ({ outputRetentionMs }) => ({ 'cleanup.policy': 'delete', 'retention.ms': outputRetentionMs }),
  'cx.journeys': () => ({ 'cleanup.policy': 'compact' }),
  // Dead letters keep the time of the record that they hold: retention by time would remove old ones as they arrive.
  'cx.dead-letters': () => ({ 'cleanup.policy': 'delete', 'retention.ms': -1, 'retention.bytes': DEAD_LETTER_BYTES_PER_PARTITION }),
};

const wantedTopic = ({ partitions, replication }: TopicPlan, topic: string, settings: WantedTopic['settings']): WantedTopic => ({
  topic, partitions, replication,
  // One copy may be missing without writes being refused or acknowledged by one broker alone.
  settings: { ...settings, ...(replication >= 3 ? { 'min.insync.replicas': 2 } : {}) },
});

const topicConfig = ({ topic, partitions, replication, settings }: WantedTopic): ITopicConfig => ({
  topic, numPartitions: partitions, replicationFactor: replication,
  configEntries: Object.entries(settings).map(([name, value]) => ({ name, value: String(value) })),
});

const leaders = async (admin: Admin, topics: string[]): Promise<void> => {
  const deadline = Date.now() + LEADERS_MS;
  for (;;) {
    const found = await admin.fetchTopicMetadata({ topics }).catch((error: unknown) => {
      if (!isFault(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE')) throw error;
      return { topics: [] };
    });
    const ready = new Set(found.topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0)).map(({ name }) => name));
    const waiting = topics.filter((topic) => !ready.has(topic));
    if (waiting.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Topics were created but have no leader after ${LEADERS_MS / 1_000} s: ${waiting.join(', ')}`);
    await sleep(100);
  }
};
