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
  /** Present progress per lane, for `/metrics` and `/readyz`. */
  lanes(): Promise<readonly { readonly lane: number; readonly halt: Halt | null; readonly outbox: number; readonly due: number }[]>;
}
