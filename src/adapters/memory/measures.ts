import { getOrInsert } from '../../core/get-or-insert.js';
import { customerPart, type MeasureStore } from '../../pipeline/measure-store.js';
import type { CustomerWrite } from '../../pipeline/ports.js';
import type { LaneState } from './lane-state.js';

/** What a lane keeps of its measures. */
export interface LaneMeasures {
  journal: Buffer[];
  folded: number;
  /** Packed amounts by place key ('' for the whole) and field. */
  readonly cells: Map<string, Map<string, string>>;
  /** What orders tell of their customers, by part and order. */
  readonly customers: Map<number, Map<string, string>>;
}

export const createLaneMeasures = (): LaneMeasures => ({ journal: [], folded: 0, cells: new Map(), customers: new Map() });

/** What an order tells of this customer from now on. */
export function writeCustomer({ customers }: LaneMeasures, orderId: string, { customerId, told }: CustomerWrite): void {
  const orders = getOrInsert(customers, customerPart(customerId), () => new Map<string, string>());
  if (told === null) orders.delete(orderId);
  else orders.set(orderId, told);
}

/** The measures of the given lanes, as the Redis one keeps them. */
export function createMemoryMeasureStore(lanes: ReadonlyMap<number, LaneState>): MeasureStore {
  const admitted = new Map<string, Set<string>>();
  const cellsUnder = (lane: number, key: string | null): ReadonlyMap<string, string> => lanes.get(lane)?.measures.cells.get(key ?? '') ?? new Map<string, string>();
  return {
    async journal(lane, limit) {
      const measures = lanes.get(lane)?.measures;
      return { folded: measures?.folded ?? 0, entries: measures?.journal.slice(0, limit) ?? [] };
    },
    cells: async (lane, names) => names.map(({ key, field }) => cellsUnder(lane, key).get(field) ?? null),
    fields: async (lane, key) => [...cellsUnder(lane, key).keys()],
    async fold(number, token, { from, entries, writes }) {
      const lane = lanes.get(number);
      if (lane === undefined || lane.token !== token || lane.measures.folded !== from || lane.measures.journal.length < entries) return false;
      lane.measures.journal = lane.measures.journal.slice(entries);
      lane.measures.folded += entries;
      for (const { key, field, sums } of writes) write(lane.measures, key ?? '', field, sums);
      return true;
    },
    view: async (lane, key) => ({ journal: [...(lanes.get(lane)?.measures.journal ?? [])], cells: new Map(cellsUnder(lane, key)) }),
    async *customers(lane, part) {
      yield [...(lanes.get(lane)?.measures.customers.get(part)?.values() ?? [])];
    },
    async admit(kind, names, most) {
      const known = admitted.get(kind) ?? new Set<string>();
      admitted.set(kind, known);
      return names.map((name) => {
        if (known.size < most) known.add(name);
        return known.has(name);
      });
    },
  };
}

function write({ cells }: LaneMeasures, key: string, field: string, sums: string | null): void {
  const under = getOrInsert(cells, key, () => new Map<string, string>());
  if (sums === null) under.delete(field);
  else under.set(field, sums);
}
