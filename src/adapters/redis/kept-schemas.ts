import { keyNames } from './keys.js';
import type { RedisClient } from './script.js';

/** Schemas, and ids of our own, that were learned from a registry: one hash, so that a start reads them in one call. */
export function createKeptSchemas(redis: RedisClient, { prefix }: { readonly prefix: string }) {
  const key = keyNames(prefix).schemas;
  return {
    load: async (): Promise<ReadonlyMap<string, string>> => new Map(Object.entries(await redis.hgetall(key))),
    keep: async (name: string, text: string): Promise<void> => void (await redis.hset(key, name, text)),
    /** Forgets all: they are of another registry. */
    forget: async (): Promise<void> => void (await redis.del(key)),
  };
}
