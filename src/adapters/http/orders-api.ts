import type { FastifyInstance } from 'fastify';
import { demandPersonal } from './access.js';
import { tagged } from './etag.js';
import { overAllLanes } from './lacks.js';
import { orderBody, orderSummary } from './order-body.js';
import { findOrders, parseOrderQuery } from './order-query.js';
import type { HttpPorts } from './ports.js';
import type { StoreAccess } from './store-access.js';

/** Questions about orders, for programs. */
export function addOrders(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  app.get<{ Params: { orderId: string } }>('/v1/orders/:orderId', { onSend: tagged }, async (request) => {
    return orderBody(await store.known(request.params.orderId), ports.topicNames);
  });

  app.get('/v1/orders', async (request, reply) => {
    const query = parseOrderQuery(request.query, ports.rules);
    if (query.customerId !== undefined) demandPersonal(request);
    const { views, nextCursor } = await overAllLanes(store, reply, findOrders(store, query));
    return { orders: views.map(orderSummary), nextCursor };
  });
}
