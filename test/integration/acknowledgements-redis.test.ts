import { afterAll, beforeAll } from '@jest/globals';
import { createRedisAcknowledgements } from '../../src/adapters/redis/acknowledgements.js';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { acknowledgementStoreContract } from '../contract/acknowledgement-store.contract.js';
import { freshPrefix, realRedis } from '../support/real-services.js';

let redis: RedisClient;
let end: () => Promise<void>;
beforeAll(async () => {
  const { url, stop } = await realRedis();
  redis = createRedis({ url });
  end = stop;
});
afterAll(async () => {
  redis.disconnect();
  await end();
});

acknowledgementStoreContract('Redis', () => createRedisAcknowledgements(redis, { prefix: freshPrefix('cx') }));
