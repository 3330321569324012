import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { Halt, OrderRemoval, OrderWrite, OutboxEntry, PassedOrder, StoredOrder, TopicProgress } from '../../pipeline/ports.js';
import { type Decision, NO_UPKEEP, type Upkeep } from '../../pipeline/upkeep.js';
import { createDeadlineHeap, type DeadlineHeap, type Waiting } from './deadline-heap.js';
import { createLaneMeasures, type LaneMeasures, writeCustomer } from './measures.js';
import { createOrderIndex, type OrderIndex } from './order-index.js';

/** An order in memory. Bytes are kept as one-byte strings: a third of what a small Buffer costs. */
interface MemoryOrder extends Waiting {
  facts: string;
  state: string;
}

/** Everything that one lane keeps. */
export interface LaneState {
  token: string;
  version: number;
  readonly lanes: number;
  readonly topics: Map<SourceTopic, TopicProgress>;
  seq: number;
  calendar: number | null;
  readonly ends: Map<OutputTopic, number>;
  outbox: OutboxEntry[];
  halt: Halt | null;
  upkeep: Upkeep;
  decision: Decision | null;
  readonly orders: Map<string, MemoryOrder>;
  readonly forgotten: Set<string>;
  /** How many were given up, as it was told: an order that is given up twice counts twice. */
  givenUp: number;
  deadlines: DeadlineHeap<MemoryOrder>;
  index: OrderIndex;
  /** Order to mark; a renewed mark moves to the end, so that iteration is oldest first. */
  readonly dirty: Map<string, number>;
  readonly measures: LaneMeasures;
}

/** Name in the index under which every order stands; no entry of core/index-keys.ts is empty. */
export const EVERY_ORDER = '';

export const createLaneState = (lanes: number): LaneState => ({
  token: '',
  version: 0,
  lanes,
  topics: new Map(),
  seq: 0,
  calendar: null,
  ends: new Map(),
  outbox: [],
  halt: null,
  upkeep: NO_UPKEEP,
  decision: null,
  orders: new Map(),
  forgotten: new Set(),
  givenUp: 0,
  deadlines: createDeadlineHeap(),
  index: createOrderIndex(),
  dirty: new Map(),
  measures: createLaneMeasures(),
});

/** Forgets every order, also that it was ever given up, and what was measured of them, and nothing else. */
export const forgetOrders = (lane: LaneState): void => {
  lane.orders.clear();
  lane.forgotten.clear();
  lane.givenUp = 0;
  lane.dirty.clear();
  lane.deadlines = createDeadlineHeap();
  lane.index = createOrderIndex();
  lane.measures.journal = [];
  lane.measures.cells.clear();
  lane.measures.customers.clear();
};

export const readOrder = (lane: LaneState, orderId: string): StoredOrder | null => {
  const order = lane.orders.get(orderId);
  if (order === undefined) return null;
  return { facts: Buffer.from(order.facts, 'latin1'), state: Buffer.from(order.state, 'latin1') };
};

/** Applies one order of a commit; `mark` is what it is marked with where its journey is out of date. */
export const writeOrder = (lane: LaneState, write: OrderWrite, mark: number): void => {
  const order = lane.orders.get(write.orderId) ?? addOrder(lane, write.orderId);
  if (write.facts !== null) order.facts = append(order.facts, write.facts);
  order.state = write.state.toString('latin1');
  if (write.due !== undefined) lane.deadlines.set(order, write.due);
  for (const name of write.indexRemove) lane.index.remove(name, write.orderId);
  for (const name of write.indexAdd) lane.index.add(name, write.orderId);
  // As of entries, what goes goes first: two customers may share a part, in which an order has one place.
  for (const customer of write.customers) if (customer.told === null) writeCustomer(lane.measures, write.orderId, customer);
  for (const customer of write.customers) if (customer.told !== null) writeCustomer(lane.measures, write.orderId, customer);
  if (!write.dirty) return;
  lane.dirty.delete(write.orderId);
  lane.dirty.set(write.orderId, mark);
};

/** Gives an order up. */
export const removeOrder = (lane: LaneState, { orderId, indexes, customerId }: OrderRemoval): void => {
  const order = lane.orders.get(orderId);
  if (order !== undefined) lane.deadlines.set(order, null);
  lane.orders.delete(orderId);
  lane.dirty.delete(orderId);
  lane.index.remove(EVERY_ORDER, orderId);
  for (const name of indexes) lane.index.remove(name, orderId);
  if (customerId !== null) writeCustomer(lane.measures, orderId, { customerId, told: null });
  lane.forgotten.add(orderId);
  lane.givenUp += 1;
};

/** The next orders after this one (null: the first), in the order of their ids. */
export const passOrders = (lane: LaneState, after: string | null, limit: number): PassedOrder[] =>
  lane.index.list(EVERY_ORDER, after, limit).map((orderId) => ({
    orderId, state: Buffer.from(lane.orders.get(orderId)?.state ?? '', 'latin1'), dirty: lane.dirty.has(orderId),
  }));

const addOrder = (lane: LaneState, orderId: string): MemoryOrder => {
  const order: MemoryOrder = { orderId, facts: '', state: '', due: 0, slot: -1 };
  lane.orders.set(orderId, order);
  lane.index.add(EVERY_ORDER, orderId);
  return order;
};

/** Up to here facts are joined by copying: a chain of short strings would take twice the memory of its text. */
const COPY_LIMIT = 4_096;
const joint = Buffer.allocUnsafe(COPY_LIMIT);

const append = (facts: string, more: Buffer): string => {
  const length = facts.length + more.length;
  if (facts === '' || length > COPY_LIMIT) return facts + more.toString('latin1');
  joint.write(facts, 'latin1');
  more.copy(joint, facts.length);
  return joint.toString('latin1', 0, length);
};
