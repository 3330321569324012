/** What a commit writes of single orders. */

/** Facts of an order that together take no more bytes are few. */
export const FEW_BYTES = 1_024;

export interface OrderWrite {
  readonly orderId: string;
  /** Packed facts to append; null: none. */
  readonly facts: Buffer | null;
  /** With facts to append, all that the order then has, where they are few: a store may write these instead. Null: they are many, or that isn't known. */
  readonly allFacts: Buffer | null;
  readonly state: Buffer;
  /** When time alone may change the answer; null: never; undefined: as before. */
  readonly due: number | null | undefined;
  /** Since when the order is at rest, for the sweep; it stands in `state` too. */
  readonly rests: number | null;
  /** Index entries gained and lost; each is a name such as `verdict:poor`, see core/index-keys.ts. */
  readonly indexAdd: readonly string[];
  readonly indexRemove: readonly string[];
  /** The published journey is out of date. */
  readonly dirty: boolean;
  /** What it tells of its customers from now on, see measure-store.ts; [] : as before. */
  readonly customers: readonly CustomerWrite[];
}

/** What an order tells of a customer, packed (core/measures/packed-customer.ts); null: nothing, or nothing any more. */
export interface CustomerWrite {
  readonly customerId: string;
  readonly told: string | null;
}

/** An order that is given up, all that was kept of it; only that it was there is remembered, in a few bytes. */
export interface OrderRemoval {
  readonly orderId: string;
  /** The index entries under which it stands. */
  readonly indexes: readonly string[];
  /** Of whom it may have told something. */
  readonly customerId: string | null;
}
