import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import type { KafkaClient } from '../../src/adapters/kafka/connection.js';
import { createTopics, DEFAULT_RETENTION } from '../../src/adapters/kafka/topics.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { formatProblems, loadConfig, type Config, type KafkaEndpoint } from '../../src/app/config.js';
import { connectRedis } from '../../src/app/connect-redis.js';
import { kafkaClient, topicNames } from '../../src/app/kafka-ground.js';
import { OUTPUT_TOPICS, SOURCE_TOPICS } from '../../src/contracts/names.js';
import { atEnd } from './ending.js';
import type { Servers } from './servers.js';

/** One installation of the product: topics, keys and a group that nothing else uses. Goes with the benchmark. */
export interface Installation {
  /** Of whoever takes part: the configuration file among it. */
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
  readonly client: KafkaClient;
  readonly redis: RedisClient;
  /** Begins the names of its source topics. */
  readonly sources: string;
  /** Of every topic. */
  readonly partitions: number;
  /** A folder for its files. */
  readonly folder: string;
  /** Takes its keys out of Redis, so that they aren't counted with those of the next one. */
  removeState(): Promise<void>;
}

const PARTITIONS = 8;
/** Keys taken out at once. */
const CHUNK = 2_000;

const began = Date.now().toString(36);
let count = 0;

/** Several may read the same `sources`. */
export async function install(servers: Servers, { sources = freshName(), partitions = PARTITIONS }: { readonly sources?: string; readonly partitions?: number } = {}): Promise<Installation> {
  const name = freshName();
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-bench-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'touchpoint.yaml');
  writeFileSync(file, settings(name, sources));
  const env = { ...servers.env, KAFKA_GROUP_ID: name, TOUCHPOINT_CONFIG: file, LOG_LEVEL: 'error' };
  const { config, client } = connect(env);
  const redis = connectRedis(config, String(config.redisUrl));
  atEnd(() => redis.disconnect());
  const removeState = (): Promise<void> => removeKeys(redis, `*${name}*`);
  atEnd(removeState);
  await makeTopics(config, client, partitions);
  // Nobody may have joined it.
  atEnd(() => askAdmin(client, (admin) => admin.deleteGroups([name])).catch(() => undefined));
  return { env, config, client, redis, sources, partitions, folder, removeState };
}

/** A name that no topic, key or group has; also begins others. */
export function freshName(): string {
  count += 1;
  return `bench-${began}-${count}`;
}

/** The configuration that an environment leads to, and a client of its Kafka. */
export function connect(env: NodeJS.ProcessEnv): { readonly config: Config; readonly client: KafkaClient; readonly endpoint: KafkaEndpoint } {
  const loaded = loadConfig(env, (path) => readFileSync(path, 'utf8'));
  if (loaded.kind === 'problems') throw new Error(formatProblems(loaded.problems));
  const { config } = loaded;
  if (config.kafka === null) throw new Error('no Kafka is named');
  const logger = createLogger({ level: 'error', pretty: false, destination: process.stderr });
  return { config, client: kafkaClient(config.kafka, logger), endpoint: config.kafka };
}

/** JSON is YAML as well. */
function settings(name: string, sources: string): string {
  const named = (prefix: string, topics: readonly string[]): Record<string, string> => Object.fromEntries(topics.map((topic) => [topic, `${prefix}-${topic}`]));
  return JSON.stringify({ topics: { sources: named(sources, SOURCE_TOPICS), outputs: named(name, OUTPUT_TOPICS) }, redis: { prefix: name } });
}

async function makeTopics(config: Config, client: KafkaClient, partitions: number): Promise<void> {
  const { created } = await askAdmin(client, (admin) => createTopics(admin, { ...topicNames(config), ...DEFAULT_RETENTION, partitions, replication: -1 }));
  atEnd(() => askAdmin(client, (admin) => admin.deleteTopics({ topics: [...created] })));
}

/** In steps, as one call for all would keep Redis from answering. */
async function removeKeys(redis: RedisClient, pattern: string): Promise<void> {
  const nodes = 'nodes' in redis ? redis.nodes('master') : [redis];
  for (const node of nodes) {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', CHUNK);
      for (const key of keys) node.unlink(key).catch(() => undefined);
      cursor = next;
    }
  }
}
