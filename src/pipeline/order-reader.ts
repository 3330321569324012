import type { Halt, StoredOrder } from './ports.js';

export interface OrderPage {
  readonly orderIds: readonly string[];
  /** Where the next page begins; null at the end. */
  readonly cursor: string | null;
}

/** Reads any lane's orders on any worker. */
export interface OrderReader {
  order(lane: number, orderId: string): Promise<StoredOrder | null>;
  /**
   * Ids under an index entry (null: every order) over all lanes, in a stable order (lane, then id), from a cursor on.
   * An order that stays indexed throughout is met exactly once, whatever changes meanwhile.
   */
  list(index: string | null, cursor: string | null, limit: number): Promise<OrderPage>;
  /** What every lane that was ever claimed waits for. */
  lanes(): Promise<readonly { readonly lane: number; readonly halt: Halt | null; readonly outbox: number }[]>;
  /** How many of the lane's orders have a deadline. They are counted, as of several moments: for who asks now and then. */
  deadlines(lane: number): Promise<number>;
}
