import type { Place } from '../contracts/names.js';
import type { Assessment } from '../core/assessment.js';
import type { Fact } from '../core/fact.js';
import { createFactsMemory, type FactsMemory, packFacts, unpackFacts } from '../core/facts-codec.js';
import { indexKeys } from '../core/index-keys.js';
import { createJourney, holds, type Journey, place, timelineOf } from '../core/journey.js';
import { newOrderState, type OrderState } from '../core/order-state.js';
import { packOrderState, unpackOrderState } from '../core/order-state-codec.js';
import { NOWHERE, placeOfValues, valuesOf } from '../core/place.js';
import { placeOf } from '../core/reading.js';
import { alertIdOf, alertIndex } from './alert-id.js';
import { customerWrites } from './customer-writes.js';
import type { RenderedJourney } from './journey-renderer.js';
import { FEW_BYTES } from './order-write.js';
import type { CustomerWrite, OrderWrite, StoredOrder } from './ports.js';
import { restingSince } from './retention.js';
import { Final } from './retry.js';

/** An order in the owner's memory, unpacked. */
export interface LiveOrder {
  readonly orderId: string;
  readonly journey: Journey;
  readonly state: OrderState;
  customerId: string | null;
  /** As it was judged last in this step; null: it wasn't. */
  assessment: Assessment | null;
  /** The place under which it has added to the measures. */
  countedPlace: Place;
  /** What it tells of its customer as it was measured last in this step; undefined: it wasn't. */
  told: CustomerWrite | null | undefined;
  /** Facts of this step, not yet packed. */
  readonly fresh: Fact[];
  /** What the packed facts make known to the next one. */
  readonly packed: FactsMemory;
  /** The packed facts, as the store has them; null: they are many. */
  readonly few: Buffer | null;
  /** As the store has them. */
  readonly storedKeys: readonly string[];
  /** An older version may have left out some of them: all are written. */
  allKeys: boolean;
  storedDue: number | null;
  touched: boolean;
  /** Its published journey is out of date. */
  stale: boolean;
  /** Its journey, where that was rendered as it was judged. */
  shown: RenderedJourney | null;
  /** The lane gave it up: its facts are gone, and it takes no more. */
  readonly forgotten: boolean;
}

const NO_FACTS = Buffer.alloc(0);

/** An order of which nothing is known yet, or no more. */
export const newOrder = (orderId: string, forgotten = false): LiveOrder => ({
  orderId, forgotten, journey: createJourney(orderId), customerId: null, assessment: null, countedPlace: NOWHERE, told: undefined, fresh: [], packed: createFactsMemory(), few: NO_FACTS, storedKeys: [], allKeys: false, storedDue: null, touched: false, stale: false, shown: null,
  state: newOrderState(),
});

/** @throws Final on bytes that this version can't read: reading them again doesn't help. */
export const openOrder = (orderId: string, stored: StoredOrder): LiveOrder => readable(orderId, () => readOrder(orderId, stored));

/** What is kept of an order beside its facts; null: nothing is. @throws as `openOrder` */
export const openState = (orderId: string, stored: Pick<StoredOrder, 'state'> | null): OrderState =>
  (stored === null ? newOrderState() : readable(orderId, () => unpackOrderState(stored.state)));

function readable<T>(orderId: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Final(`the state of order ${JSON.stringify(orderId)} can't be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function readOrder(orderId: string, stored: StoredOrder): LiveOrder {
  const journey = createJourney(orderId);
  const packed = createFactsMemory();
  for (const fact of unpackFacts(stored.facts, packed)) place(journey, fact);
  const state = unpackOrderState(stored.state);
  const customerId = customerOf(journey);
  return {
    orderId, journey, state, customerId, fresh: [], packed, few: stored.facts.length > FEW_BYTES ? null : stored.facts, touched: false, stale: false, shown: null, forgotten: false, assessment: null, told: undefined, countedPlace: countedPlaceOf(state, journey),
    storedKeys: keysOf(orderId, state, customerId), allKeys: false, storedDue: state.due,
  };
}

/** It follows from the facts that were measured; where others came since, the state names it. */
function countedPlaceOf({ counted }: OrderState, journey: Journey): Place {
  const [, named] = counted;
  return typeof named === 'string' ? placeOfValues(valuesOf(JSON.parse(named) as Place)) : placeOf(journey);
}

/** `full`: the order takes no more facts. */
export type TakenIn = 'applied' | 'duplicate' | 'full';

/** Puts an event's fact into its order. An order with `maxFacts` takes none that it doesn't know: `full`. */
export function takeIn(order: LiveOrder, fact: Fact, maxFacts: number): TakenIn {
  if (order.journey.facts.length >= maxFacts) return holds(order.journey, fact.id) ? 'duplicate' : 'full';
  if (place(order.journey, fact) === 'duplicate') return 'duplicate';
  order.fresh.push(fact);
  return 'applied';
}

export const fullMessage = (maxFacts: number): string => `the order has ${maxFacts} facts, the most that are kept`;

/** The bytes to append to an order's facts, and its present state. */
export function packLiveOrder(order: LiveOrder): StoredOrder {
  return { facts: order.fresh.length === 0 ? NO_FACTS : packFresh(order), state: bufferOf(packOrderState(order.state)) };
}

/** The entry under which orders stand on which a rule failed. */
export const UNASSESSED = 'unassessed';

export const keysOf = (orderId: string, state: OrderState, customerId: string | null): string[] => {
  const keys = indexKeys(state.said, customerId);
  if (state.unassessed) keys.push(UNASSESSED);
  const { alert } = state.said;
  if (alert?.state === 'open') keys.push(alertIndex(alertIdOf(orderId, alert.episode)));
  return keys;
};

/** What the store must write of an order, and its journey, where that was rendered as it was judged. */
export interface FinishedOrder extends OrderWrite {
  readonly journey: RenderedJourney | null;
}

/** Of an order that was touched. Nothing may come of it after that. */
export function writeOf(order: LiveOrder): FinishedOrder {
  const packed = packLiveOrder(order);
  const facts = packed.facts.length === 0 ? null : packed.facts;
  const keys = keysOf(order.orderId, order.state, order.customerId);
  const before = order.storedKeys;
  const { due } = order.state;
  return {
    orderId: order.orderId, facts, allFacts: facts === null ? null : fewOf(order.few, facts), state: packed.state,
    due: due === order.storedDue ? undefined : due, rests: restingSince(order.state),
    indexAdd: order.allKeys ? keys : keys.filter((k) => !before.includes(k)), indexRemove: before.filter((k) => !keys.includes(k)),
    dirty: order.stale, journey: order.shown, customers: customerWrites(order, before),
  };
}

/** What few facts and some more are together; null: many. */
function fewOf(few: Buffer | null, more: Buffer): Buffer | null {
  if (few === null || few.length + more.length > FEW_BYTES) return null;
  return few.length === 0 ? more : Buffer.concat([few, more]);
}

/** Writes an order's state alone; its customer, deadline and published journey stay as they are. */
export function writeState(orderId: string, before: OrderState, now: OrderState): OrderWrite {
  const [had, has] = [keysOf(orderId, before, null), keysOf(orderId, now, null)];
  return {
    orderId, facts: null, allFacts: null, state: bufferOf(packOrderState(now)), due: undefined, rests: restingSince(now),
    indexAdd: has.filter((k) => !had.includes(k)), indexRemove: had.filter((k) => !has.includes(k)), dirty: false, customers: [],
  };
}

function packFresh(order: LiveOrder): Buffer {
  const bytes = packFacts(order.fresh, order.packed);
  order.fresh.length = 0;
  return bufferOf(bytes);
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The first customer that the order's timeline names. */
export function customerOf(journey: Journey): string | null {
  for (const fact of timelineOf(journey.facts)) if (fact.customerId !== null) return fact.customerId;
  return null;
}
