import type { AskedOrder, LaneSet, LaneViewer, SeenOrder } from '../../pipeline/lane-viewer.js';
import { EVERY_ORDER, readOrder, type LaneState } from './lane-state.js';

const see = (lane: LaneState, { orderId, indexes }: AskedOrder): SeenOrder => {
  const order = lane.orders.get(orderId);
  return {
    orderId,
    stored: readOrder(lane, orderId),
    listed: lane.index.has(EVERY_ORDER, orderId),
    due: order === undefined || order.slot < 0 ? null : order.due,
    mark: lane.dirty.get(orderId) ?? null,
    forgotten: lane.forgotten.has(orderId),
    indexes: indexes.filter((name) => lane.index.has(name, orderId)),
  };
};

const idsOf = (lane: LaneState, set: LaneSet): readonly string[] => {
  if (set === 'due') return lane.deadlines.before(Infinity, Infinity).map(({ orderId }) => orderId);
  if (set === 'dirty') return [...lane.dirty.keys()];
  return lane.index.list(set === 'orders' ? EVERY_ORDER : set.slice('index:'.length), null, Infinity);
};

/** Looks at the given lanes, as they are at each call. */
export const createMemoryLaneViewer = (lanes: ReadonlyMap<number, LaneState>): LaneViewer => ({
  async look(number, orders) {
    const lane = lanes.get(number);
    if (lane === undefined) return null;
    const { version, seq, halt, upkeep, decision } = lane;
    return {
      version, lanes: lane.lanes, topics: new Map(lane.topics), seq, outputEnds: new Map(lane.ends), outbox: [...lane.outbox], halt, upkeep, decision,
      calendar: lane.calendar, forgotten: lane.givenUp,
      orders: orders.map((asked) => see(lane, asked)),
    };
  },
  async members(number, set, take) {
    const lane = lanes.get(number);
    const ids = lane === undefined ? [] : idsOf(lane, set);
    if (ids.length > 0) take(ids);
  },
});
