import { afterAll, beforeAll } from '@jest/globals';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { realRedis } from './real-services.js';

/** A client of the shared Redis for all tests of the file that calls this; it is there once they run. */
export function clientForTests(): () => RedisClient {
  let client: RedisClient | undefined;
  let stop = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    const server = await realRedis();
    ({ stop } = server);
    client = createRedis({ url: server.url });
  });
  afterAll(async () => {
    await client?.quit();
    await stop();
  });
  return () => {
    if (client === undefined) throw new Error('the client is there only while tests run');
    return client;
  };
}
