import { formatCursor, parseCursor, START } from '../../pipeline/page-cursor.js';
import type { OrderPage, OrderReader } from '../../pipeline/ports.js';
import { renewalOf } from '../../pipeline/upkeep.js';
import { EVERY_ORDER, readOrder, type LaneState } from './lane-state.js';

/** Records in the outbox: seqs have no gaps in it. */
const pending = (lane: LaneState): number => {
  const oldest = lane.outbox[0];
  return oldest === undefined ? 0 : lane.seq - oldest.firstSeq + 1;
};

const listFrom = (lanes: ReadonlyMap<number, LaneState>, name: string, cursor: string | null, limit: number): OrderPage => {
  const start = cursor === null ? START : parseCursor(cursor);
  const found: { readonly lane: number; readonly orderId: string }[] = [];
  for (const number of [...lanes.keys()].sort((a, b) => a - b)) {
    if (number < start.lane || found.length > limit) continue;
    const after = number === start.lane ? start.after : null;
    const ids = lanes.get(number)?.index.list(name, after, limit + 1 - found.length) ?? [];
    for (const orderId of ids) found.push({ lane: number, orderId });
  }
  const last = found[limit - 1];
  const more = found.length > limit && last !== undefined;
  return {
    orderIds: found.slice(0, limit).map((entry) => entry.orderId),
    cursor: more ? formatCursor(last.lane, last.orderId) : null,
  };
};

/** Reads the orders of the given lanes, as they are at each call. */
export const createMemoryOrderReader = (lanes: ReadonlyMap<number, LaneState>): OrderReader => ({
  async order(number, orderId) {
    const lane = lanes.get(number);
    return lane === undefined ? null : readOrder(lane, orderId);
  },
  async list(index, cursor, limit) {
    return listFrom(lanes, index ?? EVERY_ORDER, cursor, limit);
  },
  async lanes() {
    return [...lanes].map(([lane, state]) => ({ lane, halt: state.halt, outbox: pending(state), renewal: renewalOf(state.version, state.upkeep) }));
  },
  async deadlines(number) {
    return lanes.get(number)?.deadlines.size ?? 0;
  },
});
