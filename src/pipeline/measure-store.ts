import type { PlaceKey } from '../contracts/names.js';
import { murmur2Partition } from './partitioner.js';

/**
 * What a store keeps of a lane's measures: a journal, to which each commit appends what it adds, and cells, into which the
 * lane's owner folds the journal now and then. So a commit writes a few hundred bytes, however many sums it changes.
 */

/** What waits to be folded, oldest first. */
export interface MeasureJournal {
  /** Number of entries that were folded in before these. */
  readonly folded: number;
  readonly entries: readonly Buffer[];
}

/** Where sums are kept: of all orders (key null) or of one value of a place key, in a cell (core/measures/cells.ts). */
export interface CellName {
  readonly key: PlaceKey | null;
  /** The cell and the value, as `fieldOf` joins them. */
  readonly field: string;
}

export interface CellWrite extends CellName {
  /** Packed amounts; null: the cell goes. */
  readonly sums: string | null;
}

export interface MeasureFold {
  /** `folded` of the journal that was read. */
  readonly from: number;
  /** How many entries go with it. */
  readonly entries: number;
  readonly writes: readonly CellWrite[];
}

/** All that counts at one instant: what waits, and the cells of the whole or of one key. */
export interface MeasureView {
  readonly journal: readonly Buffer[];
  /** Packed amounts by field. */
  readonly cells: ReadonlyMap<string, string>;
}

/** Each call is atomic, but for what is given in pieces. */
export interface MeasureStore {
  /** At most `limit` entries. */
  journal(lane: number, limit: number): Promise<MeasureJournal>;
  /** Packed amounts of each cell; null: it holds nothing. */
  cells(lane: number, names: readonly CellName[]): Promise<readonly (string | null)[]>;
  /** The cells that there are under a key (null: of the whole). */
  fields(lane: number, key: PlaceKey | null): Promise<readonly string[]>;
  /**
   * Writes cells and drops the entries that went into them. False, and nothing is changed: the token is foreign, or those
   * entries were dropped already.
   */
  fold(lane: number, token: string, fold: MeasureFold): Promise<boolean>;
  view(lane: number, key: PlaceKey | null): Promise<MeasureView>;
  /**
   * What the orders of this part tell of their customers, packed (core/measures/packed-customer.ts): in pieces, since there may be tens of
   * thousands of them. Each order once, as one of its commits left it; one that comes or goes meanwhile perhaps not.
   */
  customers(lane: number, part: number): AsyncIterable<readonly string[]>;
  /**
   * Of each name: is it one of the first `most` of its kind that were ever asked for, over all lanes? Whatever was admitted
   * stays so.
   */
  admit(kind: string, names: readonly string[], most: number): Promise<readonly boolean[]>;
}

/**
 * What orders tell of their customers lies in so many parts of a lane, all of a customer in one, of whichever lane: so customers can be
 * gone through part by part, with room for few of them at a time.
 */
export const CUSTOMER_PARTS = 16;
export const customerPart = (customerId: string): number => murmur2Partition(Buffer.from(customerId), CUSTOMER_PARTS);

/** A cell's name has no bar in it. */
export const fieldOf = (cell: string, value: string): string => `${cell}|${value}`;

export function partsOfField(field: string): { readonly cell: string; readonly value: string } {
  const bar = field.indexOf('|');
  return { cell: field.slice(0, bar), value: field.slice(bar + 1) };
}
