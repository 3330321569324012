import { setTimeout as pause } from 'node:timers/promises';
import type { RedisClient } from '../../src/adapters/redis/script.js';

/** What Redis says of itself. */
export interface RedisInfo {
  readonly version: string;
  readonly usedBytes: number;
  /** So far, of those that write its files among it. */
  readonly cpuSeconds: number;
  readonly isRewriting: boolean;
}

/** How Redis is set up. */
export interface RedisSettings {
  /** Empty: it does not tell. */
  readonly appendfsync: string;
  /** From which size on it writes its file anew, bytes; 0: it does not tell. */
  readonly rewriteFrom: number;
}

const ASK_AGAIN_MS = 100;
const REWRITE_AT = 'auto-aof-rewrite-percentage';

export async function redisInfo(redis: RedisClient): Promise<RedisInfo> {
  const text = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  return {
    version: field('redis_version'), usedBytes: Number(field('used_memory')), isRewriting: field('aof_rewrite_in_progress') === '1',
    cpuSeconds: ['used_cpu_user', 'used_cpu_sys', 'used_cpu_user_children', 'used_cpu_sys_children'].reduce((sum, name) => sum + Number(field(name)), 0),
  };
}

export async function redisSettings(redis: RedisClient): Promise<RedisSettings> {
  const setting = async (name: string): Promise<string> => ((await redis.config('GET', name).catch(() => [])) as string[])[1] ?? '';
  return { appendfsync: await setting('appendfsync'), rewriteFrom: Number(await setting('auto-aof-rewrite-min-size')) };
}

/**
 * While the work runs, Redis does not write its append-only file anew, which takes a core, for the longer the more it holds. One that has begun
 * is waited for. Where Redis does not let itself be configured, it rewrites when it will.
 */
export async function withoutRewriting<T>(redis: RedisClient, work: () => Promise<T>): Promise<T> {
  const [, before] = (await redis.config('GET', REWRITE_AT).catch(() => [])) as string[];
  if (before === undefined || await redis.config('SET', REWRITE_AT, '0').then(() => false, () => true)) return work();
  try {
    while ((await redisInfo(redis)).isRewriting) await pause(ASK_AGAIN_MS);
    return await work();
  } finally {
    await redis.config('SET', REWRITE_AT, before);
  }
}
