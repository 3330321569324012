import type { FastifyInstance } from 'fastify';
import { demandPersonal } from './access.js';
import { tagged } from './etag.js';
import { orderBody, orderSummary } from './order-body.js';
import { findOrders, parseOrderQuery } from './order-query.js';
import type { HttpPorts } from './ports.js';
import { HttpProblem } from './problems.js';
import type { StoreAccess } from './store-access.js';

/** Questions about orders, for programs. */
export function addOrders(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  app.get<{ Params: { orderId: string } }>('/v1/orders/:orderId', { onSend: tagged }, async (request) => {
    const view = await store.view(request.params.orderId);
    if (view === null) throw new HttpProblem(404, 'No event of this order has been read.');
    return orderBody(view, ports.topicNames);
  });

  app.get('/v1/orders', async (request) => {
    const query = parseOrderQuery(request.query);
    if (query.customerId !== undefined) demandPersonal(request);
    const { views, nextCursor } = await findOrders(store, query);
    return { orders: views.map(orderSummary), nextCursor };
  });
}
