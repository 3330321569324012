import type { RedisClient } from '../../src/adapters/redis/script.js';

/** What Redis says of itself. */
export interface RedisInfo {
  readonly version: string;
  readonly usedBytes: number;
  /** So far, of those that write its files among it. */
  readonly cpuSeconds: number;
  readonly appendfsync: string;
}

export async function redisInfo(redis: RedisClient): Promise<RedisInfo> {
  const text = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  const [, appendfsync = ''] = (await redis.config('GET', 'appendfsync').catch(() => [])) as string[];
  return {
    version: field('redis_version'), usedBytes: Number(field('used_memory')), appendfsync,
    cpuSeconds: ['used_cpu_user', 'used_cpu_sys', 'used_cpu_user_children', 'used_cpu_sys_children'].reduce((sum, name) => sum + Number(field(name)), 0),
  };
}
