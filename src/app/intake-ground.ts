import type { Logger } from 'pino';
import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { createBrokerProbe } from '../adapters/kafka/broker-probe.js';
import { checkInputs, checkTopics, largestEvent } from '../adapters/kafka/check-topics.js';
import { openKafkaInputs, openRecordWriter } from '../adapters/kafka/intake-log.js';
import { checkRedis } from '../adapters/redis/check-redis.js';
import { createRedisIntakeStore } from '../adapters/redis/intake-store.js';
import { createKeptSchemas } from '../adapters/redis/kept-schemas.js';
import { redisWallClock } from '../adapters/redis/wall-clock.js';
import type { IntakeRecord, IntakeStore, RecordWriter } from '../pipeline/mapping/ports.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import type { SourceLog, WallClock } from '../pipeline/ports.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import type { Config, KafkaEndpoint } from './config.js';
import { connectRedis } from './connect-redis.js';
import { GroundUnfit } from './ground.js';
import { askBrokers, outageWatches } from './outage-watch.js';
import { HEARTBEATS, kafkaClient, redisTroubles, topicNames } from './kafka-ground.js';
import { openSchemas } from './registry.js';

/** What the intake stands on. */
export interface IntakeGround {
  readonly source: SourceLog<string>;
  readonly writer: RecordWriter;
  /** Bytes that the source topics take of an event. */
  readonly largestEvent: number;
  readonly store: IntakeStore;
  readonly wallClock: WallClock;
  readonly schemas: SchemaReader | null;
  /** What keeps it from working at present, in sentences. */
  troubles(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The group of the intake, beside that of the lanes. */
export const intakeGroup = (groupId: string): string => `${groupId}-intake`;

/** Connects to Kafka and Redis and looks whether they can be relied on. @throws GroundUnfit with all that is wrong */
export async function intakeGround(config: Config, endpoint: KafkaEndpoint, redisUrl: string, inputs: readonly string[], logger: Logger): Promise<IntakeGround> {
  const watches = outageWatches(logger, endpoint, redisUrl);
  const redis = connectRedis(config, redisUrl, watches.redis);
  const client = kafkaClient(endpoint, logger);
  const names = topicNames(config);
  try {
    const unfit: string[] = [];
    for (const { level, message } of await checkRedis(redis)) {
      if (level === 'error') unfit.push(message);
      else logger.warn({ event: 'redis.check' }, message);
    }
    const sources = await askAdmin(client, async (admin) => {
      unfit.push(...(await checkTopics(admin, names)), ...(await checkInputs(admin, inputs, names)));
      if (unfit.length > 0) return { partitions: 0, largest: 0 };
      const topics = [...names.sources.values()];
      const [first] = (await admin.fetchTopicMetadata({ topics })).topics;
      return { partitions: first?.partitions.length ?? 0, largest: await largestEvent(admin, topics) };
    });
    if (unfit.length > 0) throw new GroundUnfit(unfit);
    const schemas = openSchemas(config, await createKeptSchemas(redis, { prefix: config.redisPrefix }).load());
    const wallClock = await redisWallClock(redis, { prefix: config.redisPrefix });
    const topics = new Map<IntakeRecord['topic'], string>([...names.sources, ['cx.dead-letters', config.topics.outputs['cx.dead-letters']]]);
    const writer = await openRecordWriter({ client, topics, partitions: sources.partitions, batchBytes: sources.largest, partitioner: PARTITIONERS[config.partitioner] });
    const source = await openKafkaInputs({
      client, groupId: intakeGroup(endpoint.groupId), topics: inputs, times: { sessionTimeoutMs: config.sessionTimeoutMs, heartbeatMs: config.sessionTimeoutMs / HEARTBEATS },
    });
    const asking = askBrokers(createBrokerProbe(client, config.topics.outputs['cx.dead-letters']), watches.kafka);
    return {
      source, writer, wallClock, schemas, largestEvent: sources.largest,
      store: createRedisIntakeStore(redis, { prefix: config.redisPrefix, rememberSeconds: config.intake.rememberSeconds }),
      troubles: () => redisTroubles(redis, config.redisPrefix, wallClock),
      async close() {
        wallClock.stop();
        await Promise.all([writer.close(), asking.stop()]);
        redis.disconnect();
      },
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
