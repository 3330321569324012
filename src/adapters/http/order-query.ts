import { z } from 'zod';
import { SIGNALS, VERDICTS } from '../../contracts/names.js';
import { findIndexed, pageParameters } from './index-page.js';
import type { OrderView, RulesPort } from './ports.js';
import { invalidQuery, once, parseQuery } from './query.js';
import type { StoreAccess } from './store-access.js';

const name = z.string(once).regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name such as late_delivery');

/** The query of `GET /v1/orders`; filters that are given all have to hold. */
export const orderQuerySchema = z.strictObject({
  verdict: z.enum(VERDICTS, `expected one of ${VERDICTS.join(', ')}`).optional().describe('Orders with this verdict'),
  signal: z.enum(SIGNALS, `expected one of ${SIGNALS.join(', ')}`).optional().describe('Orders that list this signal, open or resolved'),
  pattern: name.optional().describe('Orders that match this pattern, one of the rules in force (`/v1/rules`)'),
  customerId: z.string(once).min(1, 'expected an id').max(512, 'expected an id').optional().describe('Orders of this customer'),
  ...pageParameters,
});
export type OrderQuery = z.output<typeof orderQuerySchema>;

export interface OrderViewPage {
  readonly views: readonly OrderView[];
  /** null: there is no more. A page may be short, even empty, and yet not be the last. */
  readonly nextCursor: string | null;
}

/**
 * Orders are shown as the rules in force have them, so that none ever has a pattern that they don't name: a wrong name is told, as it would
 * otherwise look like good news.
 * @throws HttpProblem 400 that names every parameter that is wrong
 */
export function parseOrderQuery(query: unknown, rules: Pick<RulesPort, 'present'>): OrderQuery {
  const parsed = parseQuery(orderQuerySchema, query);
  if (parsed.pattern === undefined) return parsed;
  const known = rules.present().rules.patterns.map(({ pattern }) => pattern);
  if (!known.includes(parsed.pattern)) throw invalidQuery([{ name: 'pattern', reason: `expected a pattern of the rules in force: ${known.join(', ') || 'there is none'}` }]);
  return parsed;
}

/**
 * One page of the orders that pass all filters: candidates come from the index that narrows most, and each is checked
 * on its assessment, which is what the answer shows.
 */
export async function findOrders(store: StoreAccess, query: OrderQuery): Promise<OrderViewPage> {
  const { found, nextCursor } = await findIndexed(store, narrowestIndex(query), query, (view) => (passes(view, query) ? view : null));
  return { views: found, nextCursor };
}

/** By how few orders usually are under it; `good` and `on_course` have no index, being nearly all. */
function narrowestIndex({ customerId, pattern, signal, verdict }: OrderQuery): string | null {
  if (customerId !== undefined) return `customer:${customerId}`;
  if (pattern !== undefined) return `pattern:${pattern}`;
  if (signal !== undefined) return `signal:${signal}`;
  return verdict === undefined || verdict === 'good' || verdict === 'on_course' ? null : `verdict:${verdict}`;
}

function passes({ assessment }: OrderView, { verdict, signal, pattern, customerId }: OrderQuery): boolean {
  return (verdict === undefined || assessment.verdict === verdict)
    && (customerId === undefined || assessment.customerId === customerId)
    && (signal === undefined || assessment.signals.some((one) => one.signal === signal))
    && (pattern === undefined || assessment.patterns.some((one) => one.pattern === pattern));
}
