import type { Halt, StoredOrder } from './ports.js';
import type { Renewal } from './upkeep.js';

export interface OrderPage {
  readonly orderIds: readonly string[];
  /** Where the next page begins; null at the end. */
  readonly cursor: string | null;
}

/** A lane as whoever answers for all of them has to know it. */
export interface LaneStanding {
  readonly lane: number;
  readonly halt: Halt | null;
  /** Records committed and not yet published. */
  readonly outbox: number;
  readonly renewal: Renewal | null;
}

/** Reads any lane's orders on any worker. */
export interface OrderReader {
  order(lane: number, orderId: string): Promise<StoredOrder | null>;
  /**
   * Ids under an index entry (null: every order) over all lanes, in a stable order (lane, then id), from a cursor on.
   * An order that stays indexed throughout is met exactly once, whatever changes meanwhile.
   */
  list(index: string | null, cursor: string | null, limit: number): Promise<OrderPage>;
  /** Every lane that was ever claimed. */
  lanes(): Promise<readonly LaneStanding[]>;
  /** How many of the lane's orders have a deadline. They are counted, as of several moments: for who asks now and then. */
  deadlines(lane: number): Promise<number>;
}
