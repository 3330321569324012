import { createRedis } from '../../src/adapters/redis/create-redis.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import { createRedisOrderReader } from '../../src/adapters/redis/order-reader.js';
import { laneStoreContract, LANES } from '../contract/lane-store.contract.js';
import { freshPrefix, realRedis } from '../support/real-services.js';

laneStoreContract('the lane store on Redis', async () => {
  const { url, stop } = await realRedis();
  const client = createRedis({ url });
  const prefix = freshPrefix('cx');
  const store = createRedisLaneStore(client, { prefix });
  return {
    store,
    reader: createRedisOrderReader(client, { prefix, lanes: LANES }),
    async end() {
      await store.close();
      await stop();
    },
  };
});
