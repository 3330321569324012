import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { OrderView } from './ports.js';
import { HttpProblem } from './problems.js';
import { invalidQuery, once } from './query.js';
import type { StoreAccess } from './store-access.js';

export const LARGEST_PAGE = 200;
export const DEFAULT_PAGE = 50;
/** Batches read for one page: a filter that few orders pass may end a page early instead of reading the whole store. */
const LONGEST_SEARCH = 20;

const limitReason = `expected a whole number from 1 to ${LARGEST_PAGE}`;

/** The parameters of every list that comes in pages. */
export const pageParameters = {
  limit: z.string(once).regex(/^\d{1,4}$/, limitReason).transform(Number).pipe(z.int().min(1, limitReason).max(LARGEST_PAGE, limitReason))
    .optional().describe(`Entries a page at the most, 1 to ${LARGEST_PAGE}; default ${DEFAULT_PAGE}`),
  cursor: z.string(once).max(4_096, 'expected the nextCursor of an earlier page').optional().describe('The nextCursor of the page before, with the same filters'),
};

export interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/**
 * One page of what `pick` makes of the orders under an index entry (null: every order); null leaves an order out. Pages may be short,
 * even empty, and not be the last.
 * @throws HttpProblem 400 on a cursor of another list
 */
export async function findIndexed<T>(
  store: StoreAccess, index: string | null, query: PageQuery, pick: (view: OrderView) => T | null,
): Promise<{ readonly found: readonly T[]; readonly nextCursor: string | null }> {
  const limit = query.limit ?? DEFAULT_PAGE;
  const found: T[] = [];
  let position = startOf(query, index);
  for (let batches = 0; batches < LONGEST_SEARCH; batches++) {
    // Never more than still fit: so the store's own cursor is always where the next page begins.
    const page = await listed(store, index, position, limit - found.length);
    for (const view of await store.views(page.orderIds)) {
      const picked = pick(view);
      if (picked !== null) found.push(picked);
    }
    position = page.cursor;
    if (position === null) return { found, nextCursor: null };
    if (found.length >= limit) break;
  }
  return { found, nextCursor: position === null ? null : encodeCursor({ index, position }) };
}

export const badCursor = (): HttpProblem => invalidQuery([{ name: 'cursor', reason: 'expected the nextCursor of an earlier page of the same query' }]);

function startOf({ cursor }: PageQuery, index: string | null): string | null {
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
