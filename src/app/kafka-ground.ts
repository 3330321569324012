import type { Logger } from 'pino';
import { createKafkaClient, type KafkaClient } from '../adapters/kafka/connection.js';
import { openKafkaAlerts } from '../adapters/kafka/alert-log.js';
import { createKafkaEventFeed } from '../adapters/kafka/event-feed.js';
import { openKafkaOutput } from '../adapters/kafka/output-log.js';
import { openKafkaSource } from '../adapters/kafka/source-log.js';
import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { createBrokerProbe } from '../adapters/kafka/broker-probe.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import type { TopicNames } from '../adapters/kafka/topics.js';
import { createRedisAlertHandling } from '../adapters/redis/alert-handling.js';
import { createRedisBudgetStore } from '../adapters/redis/budget-store.js';
import { checkRedis, servesData } from '../adapters/redis/check-redis.js';
import { createKeptSchemas } from '../adapters/redis/kept-schemas.js';
import { createRedisLaneStore } from '../adapters/redis/lane-store.js';
import { createRedisMeasureStore } from '../adapters/redis/measure-store.js';
import { createRedisOrderReader } from '../adapters/redis/order-reader.js';
import type { RedisClient } from '../adapters/redis/script.js';
import { redisWallClock, type SharedWallClock } from '../adapters/redis/wall-clock.js';
import type { OutputTopic, SourceTopic } from '../contracts/names.js';
import type { Config, KafkaEndpoint } from './config.js';
import { connectRedis } from './connect-redis.js';
import { type Ground, GroundUnfit } from './ground.js';
import { askBrokers, type OutageWatches, outageWatches } from './outage-watch.js';
import { openRegistry } from './registry.js';
import { counted } from './report/layout.js';

/** Workers whose clocks differ by more would judge deadlines at different times; ms. */
const MOST_SKEW_MS = 2_000;

/** In a session; a few of them may get lost before it ends. */
export const HEARTBEATS = 10;

export const kafkaClient = (endpoint: KafkaEndpoint, logger: Logger): KafkaClient =>
  createKafkaClient(endpoint, (level, message, fields) => { logger[level]({ event: 'kafka', ...fields }, message); });

const sourceNames = (config: Config): ReadonlyMap<SourceTopic, string> =>
  new Map(config.topics.subscribed.map((topic) => [topic, config.topics.sources[topic]]));
const outputNames = (config: Config): ReadonlyMap<OutputTopic, string> =>
  new Map(Object.entries(config.topics.outputs) as [OutputTopic, string][]);

export const topicNames = (config: Config): TopicNames => ({ sources: sourceNames(config), outputs: outputNames(config) });

/** What keeps a process from working on Redis at present, in sentences. */
export async function redisTroubles(redis: RedisClient, prefix: string, wallClock: SharedWallClock): Promise<readonly string[]> {
  const found: string[] = [];
  const answers = await Promise.race([servesData(redis, prefix), new Promise<boolean>((r) => { setTimeout(() => { r(false); }, 2_000).unref(); })]);
  if (!answers) found.push('Redis does not answer.');
  if (Math.abs(wallClock.skewMs()) > MOST_SKEW_MS) found.push(`This machine's clock differs from the one of Redis by ${Math.round(wallClock.skewMs())} ms: set it by NTP.`);
  return found;
}

const arrangingTeller = (logger: Logger) => (lane: number, orders: number | null): void => {
  const told = orders === null ? 'all is moved' : `${counted(orders, 'order')} ${orders === 1 ? 'is' : 'are'} moved from where an older version kept them; the lane works when that is done`;
  logger.info({ event: 'lane.arranged', lane, orders }, `lane ${lane}: ${told}`);
};

/**
 * Connects to Kafka and Redis and looks whether they can be relied on. Throws GroundUnfit with all that is wrong.
 * @param watches told when Kafka or Redis goes away, and is back: in one thread of a process, as what is found at the start; null: another tells both
 */
export async function kafkaGround(config: Config, endpoint: KafkaEndpoint, redisUrl: string, logger: Logger, watches: OutageWatches | null = outageWatches(logger, endpoint, redisUrl)): Promise<Ground> {
  const redis = connectRedis(config, redisUrl, watches?.redis);
  const client = kafkaClient(endpoint, logger);
  const atStart = watches === null ? logger.child({}, { level: 'silent' }) : logger;
  try {
    const unfit: string[] = [];
    for (const { level, message } of await checkRedis(redis)) {
      if (level === 'error') unfit.push(message);
      else atStart.warn({ event: 'redis.check' }, message);
    }
    unfit.push(...(await askAdmin(client, (admin) => checkTopics(admin, topicNames(config)))));
    if (unfit.length > 0) throw new GroundUnfit(unfit);
    const registry = await openRegistry({ config, shelf: createKeptSchemas(redis, { prefix: config.redisPrefix }), outputs: outputNames(config), logger, atStart });
    const wallClock = await redisWallClock(redis, { prefix: config.redisPrefix });
    const { sources, outputs } = topicNames(config);
    const times = { sessionTimeoutMs: config.sessionTimeoutMs, heartbeatMs: config.sessionTimeoutMs / HEARTBEATS };
    const source = await openKafkaSource({
      client, groupId: endpoint.groupId, sources, owned: new Map([['cx.events', config.topics.outputs['cx.events']]]), times,
    });
    const output = await openKafkaOutput({ client, outputs });
    const asking = watches && askBrokers(createBrokerProbe(client, config.topics.outputs['cx.alerts']), watches.kafka);
    return {
      source, output, events: createKafkaEventFeed({ client, topic: config.topics.outputs['cx.events'] }), wallClock,
      openAlerts: (sink) => openKafkaAlerts({ client, groupId: `${endpoint.groupId}-sink-${sink}`, topic: config.topics.outputs['cx.alerts'], times }),
      store: createRedisLaneStore(redis, { prefix: config.redisPrefix, onArranging: arrangingTeller(logger) }),
      measures: createRedisMeasureStore(redis, { prefix: config.redisPrefix }),
      handling: createRedisAlertHandling(redis, { prefix: config.redisPrefix }),
      budgets: createRedisBudgetStore(redis, { prefix: config.redisPrefix }),
      reader: createRedisOrderReader(redis, { prefix: config.redisPrefix, lanes: source.lanes }),
      ...registry,
      troubles: () => redisTroubles(redis, config.redisPrefix, wallClock),
      async close() {
        wallClock.stop();
        await Promise.all([output.close(), asking?.stop()]);
        redis.disconnect();
      },
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
