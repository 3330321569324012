import { whenFound } from '../adapters/redis/check-redis.js';
import { redisWallClock } from '../adapters/redis/wall-clock.js';
import type { Config } from './config.js';
import { connectRedis } from './connect-redis.js';

/**
 * The clock by which the service judges: that of Redis, asked once and carried on by this machine's ticking; this
 * machine's own where no Redis is named.
 * @throws when Redis does not answer
 */
export async function openSharedClock(config: Config): Promise<() => number> {
  const { redisUrl, redisPrefix } = config;
  if (redisUrl === null) return () => Date.now();
  let trouble = '';
  const redis = connectRedis(config, redisUrl, { onTrouble: ({ message }) => { trouble = message; } });
  try {
    await whenFound(redis);
    const clock = await redisWallClock(redis, { prefix: redisPrefix });
    clock.stop();
    return () => clock.now();
  } catch (error) {
    throw new Error(`Redis, whose clock the service goes by, does not answer: ${trouble || String(error)}. Check REDIS_URL`, { cause: error });
  } finally {
    redis.disconnect();
  }
}
