import type { Place } from '../../contracts/names.js';
import type { SourceType } from '../../core/fact.js';
import type { Calendar } from './calendar.js';
import type { Random } from './random.js';
import type { Troubles } from './trouble.js';
import type { Carrier, Product, Warehouse } from './world.js';

/**
 * An order while its story is being made up. A story is told whole when the order is placed, chapter by chapter;
 * chapters may look at what earlier ones decided. All instants are ms of the shop's own time.
 */

/** A source event as it goes into a log: the contract's shape. */
export interface EventBody {
  readonly id: string;
  readonly type: SourceType;
  readonly orderId?: string;
  readonly occurredAt: string;
  readonly [field: string]: unknown;
}

export interface PlannedEvent {
  readonly at: number;
  readonly body: EventBody;
}

export interface DraftLine {
  readonly lineId: string;
  readonly product: Product;
  readonly quantity: number;
}

interface PromiseChange {
  readonly at: number;
  /** null: no date any more. */
  readonly due: number | null;
}

export interface Draft {
  readonly orderId: string;
  readonly customerId: string;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly troubles: Troubles;
  readonly placedAt: number;
  readonly region: string;
  readonly channel: string;
  readonly warehouse: Warehouse;
  readonly carrier: Carrier;
  readonly zone: string | null;
  readonly dateOnly: boolean;
  readonly currency: string;
  readonly dispatchBy: number | null;
  readonly events: PlannedEvent[];
  /** Every promise so far, in no particular order. */
  readonly promises: PromiseChange[];
  lines: readonly DraftLine[];
  totalMinor: number;
  /** Captured less refunded. */
  paidMinor: number;
  /** From when on the company may pick: customers' changes of mind come before. */
  changedAt: number;
  dispatchedAt: number | null;
  endedAt: number | null;
  cancelled: boolean;
  /** Lines that did not arrive in full, by what is missing. */
  missing: readonly DraftLine[];
  /** How much the customer has been through; drives contacts and survey answers. */
  harm: number;
  /** When the worst of it was felt. */
  hurtAt: number;
}

/** Adds an event to the story. Fields that are undefined are left out; the id comes from the order's own chance. */
export const tell = (draft: Draft, type: SourceType, at: number, fields: Readonly<Record<string, unknown>>, place?: Place): void => {
  const body: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) body[field] = value;
  if (place !== undefined) body['place'] = place;
  draft.events.push({
    at,
    body: { id: draft.random.uuid(), type, orderId: draft.orderId, occurredAt: draft.calendar.instant(at), ...body },
  });
};

/** The promise in force at an instant, including a change at that instant; null: none. */
export const promiseAt = (draft: Draft, at: number): number | null => {
  let last: PromiseChange | null = null;
  for (const change of draft.promises) if (change.at <= at && (last === null || change.at >= last.at)) last = change;
  return last?.due ?? null;
};

/** Writes a promise the way this order's promises are written. */
export const promiseText = (draft: Draft, due: number): string => draft.calendar.promise(due, draft.dateOnly, draft.zone);

/** The customer went through something. */
export const hurt = (draft: Draft, amount: number, at: number): void => {
  draft.harm += amount;
  draft.hurtAt = Math.max(draft.hurtAt, at);
};

export const linesAsSold = (lines: readonly DraftLine[]): { lineId: string; sku: string; quantity: number }[] =>
  lines.map(({ lineId, product, quantity }) => ({ lineId, sku: product.sku, quantity }));

export const quantities = (lines: readonly DraftLine[]): { lineId: string; quantity: number }[] =>
  lines.map(({ lineId, quantity }) => ({ lineId, quantity }));

export const priceOf = (lines: readonly DraftLine[]): number =>
  lines.reduce((sum, line) => sum + Math.round(line.product.priceMinor * line.quantity), 0);
