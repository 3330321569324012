import type { ClaimedLane, StoredOrder } from './ports.js';

/** An order to look at, and the index entries under which it may stand. */
export interface AskedOrder {
  readonly orderId: string;
  readonly indexes: readonly string[];
}

/** Everything that a lane keeps of one order. */
export interface SeenOrder {
  readonly orderId: string;
  /** null: the lane knows nothing of it. */
  readonly stored: StoredOrder | null;
  /** It stands in the list of all orders. */
  readonly listed: boolean;
  /** Its deadline, ms; null: it has none. */
  readonly due: number | null;
  /** The version that left its published journey out of date; null: it is up to date. */
  readonly mark: number | null;
  /** The lane gave it up. */
  readonly forgotten: boolean;
  /** Those of the asked index entries under which it stands. */
  readonly indexes: readonly string[];
}

/** A lane and some of its orders, all of one moment: no commit lies between them. */
export interface LaneLook extends Omit<ClaimedLane, 'token'> {
  /** As they were asked for. */
  readonly orders: readonly SeenOrder[];
}

/** Where a lane keeps ids of orders. */
export type LaneSet = 'orders' | 'due' | 'dirty' | `index:${string}`;

/** Orders that one look may ask for: the store serves nobody else meanwhile. */
export const LOOK_LIMIT = 1_000;

/** Looks at lanes without owning them: claims nothing and writes nothing. */
export interface LaneViewer {
  /** null: the lane was never claimed. Takes at most LOOK_LIMIT orders. */
  look(lane: number, orders: readonly AskedOrder[]): Promise<LaneLook | null>;
  /** Calls back with the ids in a set, page by page; one that stays in it throughout is met at least once. */
  members(lane: number, set: LaneSet, take: (orderIds: readonly string[]) => void): Promise<void>;
}
