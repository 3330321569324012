import { z } from 'zod';
import { ORDER_SUMMARY_EXAMPLE, orderSummary } from './api.js';
import { count } from './assessed.js';
import { instant } from './envelope.js';
import { MEASURED_PROCESSES } from './measures.js';
import { VERDICTS, type Verdict } from './names.js';

const byVerdict = z.object(Object.fromEntries(VERDICTS.map((verdict) => [verdict, count])) as Record<Verdict, typeof count>);

const surveyFigure = (what: string) => z.object({ value: z.number().nullable().meta({ description: `${what}; null without an answer` }), answers: count });

/** How a customer is served, by the formulas of docs/measures.md. */
const experience = {
  promises: z.object({ due: count, kept: count })
    .meta({ description: 'Dates against which a delivery is measured (the original promise, or the customer’s own last wish) that came due, or were met before, and how many were kept' }),
  newDates: z.object({ made: count, kept: count }).meta({ description: 'Dates that the company moved a delivery to and that were kept, or passed in force' }),
  contacts: z.object({
    opened: count.meta({ description: 'Matters that the customer brought up' }),
    reopened: count.meta({ description: 'How often it had to come back to one of them' }),
    lastAt: instant.nullable(),
  }),
  surveys: z.object({
    answers: count,
    last: z.object({ at: instant, metric: z.enum(['nps', 'csat', 'ces']), score: z.number(), scaleMin: z.number(), scaleMax: z.number() }).nullable(),
    nps: surveyFigure('In points, -100 to 100'),
    csat: surveyFigure('Share of good answers'),
    ces: surveyFigure('Share of good answers'),
  }).meta({ description: 'Answers that name one of the orders' }),
  variation: z.array(z.object({
    process: z.enum(MEASURED_PROCESSES),
    sdSeconds: z.number().nullable().meta({ description: 'Standard deviation of a sample; null of fewer than two orders' }),
    orders: count,
  })).meta({ description: 'How differently the customer is served from order to order' }),
};

/** `GET /v1/customers/{customerId}` */
export const customerBody = z
  .object({
    customerId: z.string(),
    summary: z.object({
      orders: count,
      settled: count.meta({ description: 'Ended, with nothing pending' }),
      hurt: count.meta({ description: 'Orders that list a signal of severity 2 or more' }),
      verdicts: byVerdict,
      ...experience,
    }).meta({ description: 'Over `orders`: all of the customer’s, unless there are more pages' }),
    orders: z.array(orderSummary),
    nextCursor: z.string().nullable().meta({ description: 'Where the next page begins; null at the end' }),
  })
  .meta({ description: 'What a customer lived through, over its orders.' });
export type CustomerBody = z.infer<typeof customerBody>;

export const CUSTOMER_EXAMPLE: CustomerBody = {
  customerId: 'C-77',
  summary: {
    orders: 1, settled: 1, hurt: 1, verdicts: { failed: 0, poor: 1, fair: 0, good: 0, on_course: 0 },
    promises: { due: 1, kept: 0 }, newDates: { made: 1, kept: 0 }, contacts: { opened: 1, reopened: 0, lastAt: '2026-03-10T07:55:00.000Z' },
    surveys: {
      answers: 1, last: { at: '2026-03-10T19:00:00.000Z', metric: 'nps', score: 2, scaleMin: 0, scaleMax: 10 },
      nps: { value: -100, answers: 1 }, csat: { value: null, answers: 0 }, ces: { value: null, answers: 0 },
    },
    variation: MEASURED_PROCESSES.map((process) => ({ process, sdSeconds: null, orders: 0 })),
  },
  orders: [ORDER_SUMMARY_EXAMPLE],
  nextCursor: null,
};
