import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LaneHalts } from '../../pipeline/lane-halts.js';
import { NO_UPKEEP } from '../../pipeline/upkeep.js';
import type { LaneState } from './lane-state.js';
import { createMemoryOrderReader } from './order-reader.js';

/** Looks at the given lanes from outside, as they are at each call. */
export const createMemoryLaneHalts = (lanes: ReadonlyMap<number, LaneState>): LaneHalts => ({
  async lanes() {
    const summaries = await createMemoryOrderReader(lanes).lanes();
    return summaries.map((each) => {
      const lane = lanes.get(each.lane);
      return { ...each, due: lane?.deadlines.size ?? 0, version: lane?.version ?? 0, upkeep: lane?.upkeep ?? NO_UPKEEP };
    });
  },
  async lift(number, halt) {
    const lane = lanes.get(number);
    if (lane?.halt == null || !isDeepStrictEqual(lane.halt, halt)) return false;
    lane.halt = null;
    return true;
  },
  async decide(number, halt, decision) {
    const lane = lanes.get(number);
    if (lane === undefined || !isDeepStrictEqual(lane.halt, halt)) return false;
    lane.halt = null;
    lane.decision = decision;
    lane.token = randomUUID();
    return true;
  },
});
