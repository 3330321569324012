import type { FastifyInstance } from 'fastify';
import type { CustomerBody } from '../../contracts/customers.js';
import { VERDICTS, type Verdict } from '../../contracts/names.js';
import type { FactOf } from '../../core/fact.js';
import { instantText } from '../../core/instant-text.js';
import type { CustomerFigures } from '../../core/measures/customer-figures.js';
import { HURTS_FROM } from '../../core/measures/customers.js';
import { orderSummary } from './order-body.js';
import { needs } from './access.js';
import { LARGEST_PAGE } from './index-page.js';
import { hidingPartitions, type Lacks, overAllLanes } from './lacks.js';
import { findOrders, orderQuerySchema } from './order-query.js';
import type { HttpPorts, OrderView } from './ports.js';
import { HttpProblem } from './problems.js';
import { parseQuery } from './query.js';
import type { StoreAccess } from './store-access.js';

/** The query of `GET /v1/customers/{customerId}`. */
export const customerQuerySchema = orderQuerySchema.pick({ limit: true, cursor: true });

/**
 * What a customer lived through. Its orders lie in several lanes, each of which keeps an index of its customers in the same
 * commits as their orders, and is asked for it here: that takes a small question to every lane, is never behind, and holds nothing that could be
 * wrong on its own. What is told of it is computed from the orders of the page, 200 at the most, when somebody asks. A second stage, keyed by customer, would have to be kept exactly once and repaired like the first, only to say the same later.
 */
export function addCustomers(app: FastifyInstance, ports: Pick<HttpPorts, 'customerFigures'>, store: StoreAccess): void {
  app.get<{ Params: { customerId: string } }>('/v1/customers/:customerId', needs('read:personal'), async (request, reply): Promise<CustomerBody> => {
    const { limit = LARGEST_PAGE, cursor } = parseQuery(customerQuerySchema, request.query);
    const { customerId } = request.params;
    const { views, nextCursor } = await overAllLanes(store, reply, findOrders(store, { customerId, limit, ...(cursor === undefined ? {} : { cursor }) }));
    if (views.length === 0 && cursor === undefined && nextCursor === null) throw notKnown(await store.lacks());
    return { customerId, summary: { ...summaryOf(views), ...experienceOf(ports.customerFigures(views)) }, orders: views.map(orderSummary), nextCursor };
  });
}

function notKnown(lacks: Lacks): HttpProblem {
  const partitions = hidingPartitions(lacks);
  if (partitions === null) return new HttpProblem(404, 'No order of this customer is known.');
  return new HttpProblem(503, `No order of this customer is found, but ${partitions}; whether there is one can't be told.`);
}

type Counted = 'orders' | 'settled' | 'hurt' | 'verdicts';

function summaryOf(views: readonly OrderView[]): Pick<CustomerBody['summary'], Counted> {
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  let settled = 0;
  let hurt = 0;
  for (const { assessment } of views) {
    verdicts[assessment.verdict] += 1;
    if (assessment.settled) settled += 1;
    if (assessment.signals.some(({ severity }) => severity >= HURTS_FROM)) hurt += 1;
  }
  return { orders: views.length, settled, hurt, verdicts };
}

function experienceOf({ contacts, surveys, variation, ...figures }: CustomerFigures): Omit<CustomerBody['summary'], Counted> {
  return {
    ...figures,
    contacts: { ...contacts, lastAt: contacts.lastAt === null ? null : instantText(contacts.lastAt) },
    surveys: { ...surveys, last: surveys.last === null ? null : lastAnswer(surveys.last) },
    variation: [...variation],
  };
}

const lastAnswer = ({ at, body: { metric, score, scaleMin, scaleMax } }: FactOf<'feedback.received'>): CustomerBody['summary']['surveys']['last'] =>
  ({ at: instantText(at), metric, score, scaleMin, scaleMax });
