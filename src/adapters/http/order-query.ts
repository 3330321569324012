import { z } from 'zod';
import { SIGNALS, VERDICTS } from '../../contracts/names.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { OrderView } from './ports.js';
import { HttpProblem } from './problems.js';
import { invalidQuery, parseQuery } from './query.js';
import type { StoreAccess } from './store-access.js';

export const LARGEST_PAGE = 200;
const DEFAULT_PAGE = 50;
/** Batches read for one page: a filter that few orders pass may end a page early instead of reading the whole store. */
const LONGEST_SEARCH = 20;

const once = 'expected once, not several times';
const name = z.string(once).regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name such as late_delivery');

/** The query of `GET /v1/orders`; filters that are given all have to hold. */
export const orderQuerySchema = z.strictObject({
  verdict: z.enum(VERDICTS, `expected one of ${VERDICTS.join(', ')}`).optional().describe('Orders with this verdict'),
  signal: z.enum(SIGNALS, `expected one of ${SIGNALS.join(', ')}`).optional().describe('Orders that list this signal, open or resolved'),
  pattern: name.optional().describe('Orders that match this pattern'),
  customerId: z.string(once).min(1, 'expected an id').max(512, 'expected an id').optional().describe('Orders of this customer'),
  limit: z.string(once).regex(/^\d{1,4}$/, `expected a whole number from 1 to ${LARGEST_PAGE}`).transform(Number)
    .pipe(z.int().min(1, `expected a whole number from 1 to ${LARGEST_PAGE}`).max(LARGEST_PAGE, `expected a whole number from 1 to ${LARGEST_PAGE}`))
    .optional().describe(`Orders a page at the most, 1 to ${LARGEST_PAGE}; default ${DEFAULT_PAGE}`),
  cursor: z.string(once).max(4_096, 'expected the nextCursor of an earlier page').optional().describe('The nextCursor of the page before, with the same filters'),
});
export type OrderQuery = z.output<typeof orderQuerySchema>;

export interface OrderViewPage {
  readonly views: readonly OrderView[];
  /** null: there is no more. A page may be short, even empty, and yet not be the last. */
  readonly nextCursor: string | null;
}

/** @throws HttpProblem 400 that names every parameter that is wrong */
export function parseOrderQuery(query: unknown): OrderQuery {
  return parseQuery(orderQuerySchema, query);
}

/**
 * One page of the orders that pass all filters: candidates come from the index that narrows most, and each is checked
 * on its assessment, which is what the answer shows.
 */
export async function findOrders(store: StoreAccess, query: OrderQuery): Promise<OrderViewPage> {
  const index = narrowestIndex(query);
  const limit = query.limit ?? DEFAULT_PAGE;
  const views: OrderView[] = [];
  let position = startOf(query, index);
  for (let batches = 0; batches < LONGEST_SEARCH; batches++) {
    // Never more than still fit: so the store's own cursor is always where the next page begins.
    const page = await listed(store, index, position, limit - views.length);
    const found = await Promise.all(page.orderIds.map((orderId) => store.view(orderId)));
    for (const view of found) if (view !== null && passes(view, query)) views.push(view);
    position = page.cursor;
    if (position === null) return { views, nextCursor: null };
    if (views.length >= limit) break;
  }
  return { views, nextCursor: position === null ? null : encodeCursor({ index, position }) };
}

/** By how few orders usually are under it; `good` and `on_course` have no index, being nearly all. */
function narrowestIndex({ customerId, pattern, signal, verdict }: OrderQuery): string | null {
  if (customerId !== undefined) return `customer:${customerId}`;
  if (pattern !== undefined) return `pattern:${pattern}`;
  if (signal !== undefined) return `signal:${signal}`;
  return verdict === undefined || verdict === 'good' || verdict === 'on_course' ? null : `verdict:${verdict}`;
}

const badCursor = (): HttpProblem => invalidQuery([{ name: 'cursor', reason: 'expected the nextCursor of an earlier page of the same query' }]);

function startOf({ cursor }: OrderQuery, index: string | null): string | null {
  if (cursor === undefined) return null;
  const decoded = decodeCursor(cursor);
  if (decoded === null || decoded.index !== index) throw badCursor();
  return decoded.position;
}

async function listed(store: StoreAccess, index: string | null, position: string | null, limit: number) {
  try {
    return await store.page(index, position, limit);
  } catch (error) {
    // The store refuses a position that it did not give.
    if (error instanceof HttpProblem && error.cause instanceof TypeError && position !== null) throw badCursor();
    throw error;
  }
}

function passes({ assessment }: OrderView, { verdict, signal, pattern, customerId }: OrderQuery): boolean {
  return (verdict === undefined || assessment.verdict === verdict)
    && (customerId === undefined || assessment.customerId === customerId)
    && (signal === undefined || assessment.signals.some((one) => one.signal === signal))
    && (pattern === undefined || assessment.patterns.some((one) => one.pattern === pattern));
}
