import { randomUUID } from 'node:crypto';
import { LANE_FORMAT, NewerLaneFormatError } from '../../pipeline/lane-format.js';
import type { LaneHalts } from '../../pipeline/lane-halts.js';
import { keyNames } from './keys.js';
import { readUpkeep, writeHalt } from './lane-fields.js';
import { createRedisOrderReader } from './order-reader.js';
import { run, type RedisClient } from './script.js';
import { DECIDE } from './scripts/decide.js';
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
      const reader = createRedisOrderReader(client, { prefix, lanes: count });
      return Promise.all((await reader.lanes()).map(async (lane) => {
        const [version, upkeep, format] = await client.hmget(names.lane(lane.lane).lane, 'version', 'upkeep', 'format');
        if (Number(format) > LANE_FORMAT) throw new NewerLaneFormatError(lane.lane, Number(format));
        return { ...lane, due: await reader.deadlines(lane.lane), version: Number(version ?? 0), upkeep: readUpkeep(upkeep == null ? undefined : Buffer.from(upkeep)) };
      }));
    },
    async decide(lane, halt, decision) {
      const args = [halt === null ? '' : writeHalt(halt), JSON.stringify(decision), randomUUID()];
      return (await run(client, DECIDE, [names.lane(lane).lane], args)) === 1;
    },
    lift: async (lane, halt) => (await run(client, LIFT, [names.lane(lane).lane], [writeHalt(halt)])) === 1,
  };
};
