import { createRedis, type RedisConnection } from '../adapters/redis/create-redis.js';
import type { RedisClient } from '../adapters/redis/script.js';
import type { Config } from './config.js';

/** The Redis of this configuration. @param redisUrl that of the configuration, which is set */
export const connectRedis = ({ redisCluster, redisTls }: Config, redisUrl: string, more: Pick<RedisConnection, 'name' | 'onTrouble' | 'onReady'> = {}): RedisClient =>
  createRedis({ url: redisUrl, cluster: redisCluster, tls: redisTls ?? {}, ...more });
