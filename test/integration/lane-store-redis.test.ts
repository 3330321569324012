import { createRedis } from '../../src/adapters/redis/create-redis.js';
import { createRedisLaneHalts } from '../../src/adapters/redis/lane-halts.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import { createRedisLaneViewer } from '../../src/adapters/redis/lane-viewer.js';
import { createRedisMeasureStore } from '../../src/adapters/redis/measure-store.js';
import { createRedisOrderReader } from '../../src/adapters/redis/order-reader.js';
import { laneStoreContract } from '../contract/lane-store.contract.js';
import { LANES } from '../support/store-under-test.js';
import { type KeptStore, laneUpkeepContract } from '../contract/lane-upkeep.contract.js';
import { measureStoreContract, type MeasuredStore } from '../contract/measure-store.contract.js';
import { laneViewerContract, type ViewedStore } from '../contract/lane-viewer.contract.js';
import { freshPrefix, realRedis } from '../support/real-services.js';

const make = async (): Promise<ViewedStore & KeptStore & MeasuredStore> => {
  const { url, stop } = await realRedis();
  const client = createRedis({ url });
  const prefix = freshPrefix('cx');
  const store = createRedisLaneStore(client, { prefix });
  return {
    store,
    reader: createRedisOrderReader(client, { prefix, lanes: LANES }),
    viewer: createRedisLaneViewer(client, { prefix }),
    halts: createRedisLaneHalts(client, prefix),
    measures: createRedisMeasureStore(client, { prefix }),
    async end() {
      await store.close();
      await stop();
    },
  };
};

laneStoreContract('the lane store on Redis', make);
measureStoreContract('measures on Redis', make);
laneViewerContract('a look at the lane store on Redis', make);
laneUpkeepContract('the upkeep of the lane store on Redis', make);
