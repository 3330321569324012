import type { Logger } from 'pino';
import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import { openKafkaLaneLogs } from '../adapters/kafka/lane-logs.js';
import { createKeptSchemas } from '../adapters/redis/kept-schemas.js';
import { whenFound } from '../adapters/redis/check-redis.js';
import { createRedisLaneViewer } from '../adapters/redis/lane-viewer.js';
import { redisWallClock } from '../adapters/redis/wall-clock.js';
import type { Config, KafkaEndpoint } from './config.js';
import { connectRedis } from './connect-redis.js';
import { GroundUnfit } from './ground.js';
import { kafkaClient, topicNames } from './kafka-ground.js';
import { openSchemas } from './registry.js';
import type { VerifyGround } from './verify.js';

/** Connects to Kafka and Redis for reading. Throws GroundUnfit when the topics are not those of a service. */
export async function openVerifyGround(config: Config, endpoint: KafkaEndpoint, redisUrl: string, logger: Logger): Promise<VerifyGround & { close(): Promise<void> }> {
  let trouble = '';
  const redis = connectRedis(config, redisUrl, { name: 'touchpoint-verify', onTrouble: ({ message }) => { trouble = message; } });
  const client = kafkaClient(endpoint, logger);
  try {
    await whenFound(redis).then(() => redis.ping()).catch((error: unknown) => { throw new Error(`Redis does not answer: ${trouble || String(error)}. Check REDIS_URL`, { cause: error }); });
    const names = topicNames(config);
    const { findings, members } = await askAdmin(client, async (admin) => ({
      findings: await checkTopics(admin, names),
      // Without the right to describe groups: as if someone worked.
      members: await admin.describeGroups([endpoint.groupId]).then(({ groups }) => groups[0]?.members.length ?? 0, () => 1),
    }));
    if (findings.length > 0) throw new GroundUnfit(findings);
    const wallClock = await redisWallClock(redis, { prefix: config.redisPrefix });
    const schemas = openSchemas(config, await createKeptSchemas(redis, { prefix: config.redisPrefix }).load());
    const logs = await openKafkaLaneLogs(client, names);
    return {
      logs, viewer: createRedisLaneViewer(redis, { prefix: config.redisPrefix }), now: () => wallClock.now(), isLive: members > 0, schemas,
      async close() {
        wallClock.stop();
        await logs.close();
        redis.disconnect();
      },
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
