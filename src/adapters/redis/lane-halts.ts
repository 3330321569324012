import type { LaneHalts } from '../../pipeline/lane-halts.js';
import { keyNames } from './keys.js';
import { writeHalt } from './lane-fields.js';
import { createRedisOrderReader } from './order-reader.js';
import { run, type RedisClient } from './script.js';
import { LIFT } from './scripts/lift.js';

/**
 * Lanes under this prefix, looked at from outside. Each lane knows how many there are, so Kafka need not be asked. The client
 * stays the caller's.
 */
export const createRedisLaneHalts = (client: RedisClient, prefix: string): LaneHalts => {
  const names = keyNames(prefix);
  return {
    async lanes() {
      const count = Number((await client.hget(names.lane(0).lane, 'lanes')) ?? 0);
      const lanes = await createRedisOrderReader(client, { prefix, lanes: count }).lanes();
      const versions = await Promise.all(lanes.map(({ lane }) => client.hget(names.lane(lane).lane, 'version')));
      return lanes.map((lane, i) => ({ ...lane, version: Number(versions[i] ?? 0) }));
    },
    lift: async (lane, halt) => (await run(client, LIFT, [names.lane(lane).lane], [writeHalt(halt)])) === 1,
  };
};
