import { z } from 'zod';
import { ORDER_SUMMARY_EXAMPLE, orderSummary } from './api.js';
import { count } from './assessed.js';
import { VERDICTS, type Verdict } from './names.js';

const byVerdict = z.object(Object.fromEntries(VERDICTS.map((verdict) => [verdict, count])) as Record<Verdict, typeof count>);

/** `GET /v1/customers/{customerId}` */
export const customerBody = z
  .object({
    customerId: z.string(),
    summary: z.object({
      orders: count,
      settled: count.meta({ description: 'Ended, with nothing pending' }),
      hurt: count.meta({ description: 'Orders that list a signal of severity 2 or more' }),
      verdicts: byVerdict,
    }).meta({ description: 'Over `orders`: all of the customer’s, unless there are more pages' }),
    orders: z.array(orderSummary),
    nextCursor: z.string().nullable().meta({ description: 'Where the next page begins; null at the end' }),
  })
  .meta({ description: 'What a customer lived through, over its orders.' });
export type CustomerBody = z.infer<typeof customerBody>;

export const CUSTOMER_EXAMPLE: CustomerBody = {
  customerId: 'C-77',
  summary: { orders: 1, settled: 1, hurt: 1, verdicts: { failed: 0, poor: 1, fair: 0, good: 0, on_course: 0 } },
  orders: [ORDER_SUMMARY_EXAMPLE],
  nextCursor: null,
};
