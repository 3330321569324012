import { createRedis } from '../adapters/redis/create-redis.js';
import { redisWallClock } from '../adapters/redis/wall-clock.js';
import type { Config } from './config.js';

/**
 * The clock by which the service judges: that of Redis, asked once and carried on by this machine's ticking; this
 * machine's own where no Redis is named.
 * @throws when Redis does not answer
 */
export async function openSharedClock({ redisUrl, redisPrefix }: Config): Promise<() => number> {
  if (redisUrl === null) return () => Date.now();
  let trouble = '';
  const redis = createRedis({ url: redisUrl, onTrouble: ({ message }) => { trouble = message; } });
  try {
    const clock = await redisWallClock(redis, { prefix: redisPrefix });
    clock.stop();
    return () => clock.now();
  } catch (error) {
    throw new Error(`Redis, whose clock the service goes by, does not answer: ${trouble || String(error)}. Check REDIS_URL`, { cause: error });
  } finally {
    redis.disconnect();
  }
}
