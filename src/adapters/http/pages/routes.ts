import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { everythingOf } from '../../../core/assess.js';
import { findOrders, parseOrderQuery, type OrderViewPage } from '../order-query.js';
import { demandPersonal, PUBLIC } from '../access.js';
import type { Lacks } from '../lacks.js';
import type { HttpPorts, OrderView } from '../ports.js';
import { type HttpProblem, PAGE_TYPE, tellableProblem } from '../problems.js';
import { sharedAnswer } from '../shared-answer.js';
import type { StoreAccess } from '../store-access.js';
import { faultPage } from './fault-page.js';
import { html, htmlText } from './html.js';
import { lacksNotice, layout, words, type Page } from './layout.js';
import { readOverview } from './overview.js';
import { orderTable, overviewPage } from './overview-page.js';
import { storyPage } from './story-page.js';
import { STYLE } from './style.js';

/** However many people look, the front page is made this often at the most; ms. */
const OVERVIEW_LASTS_MS = 2_000;

/** The pages for people: rendered here, without scripts. */
export function addPages(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  const overview = sharedAnswer(() => readOverview(store, ports), OVERVIEW_LASTS_MS, () => ports.clock.now());

  const readable = {
    errorHandler(error: FastifyError | HttpProblem, request: FastifyRequest, reply: FastifyReply): void {
      const problem = tellableProblem(error, request, reply, ports.telemetry);
      void sendPage(reply.code(problem.status), faultPage(problem, request.id));
    },
  };

  app.get('/', readable, async (_, reply) => sendPage(reply, overviewPage(await overview())));
  app.get('/orders', readable, async (request, reply) => {
    const query = parseOrderQuery(request.query, ports.rules);
    if (query.customerId !== undefined) demandPersonal(request);
    const found = await findOrders(store, query);
    return sendPage(reply, listPage(found, await store.lacks(), new URL(request.url, 'http://localhost').searchParams));
  });
  app.get<{ Params: { orderId: string } }>('/orders/:orderId', readable, async (request, reply) => {
    const view = await store.known(request.params.orderId);
    return sendPage(reply, storyPage(request.mayReadPersonal ? view : withoutCustomer(view), { alertRules: ports.alertRules, promiseTimeZone: ports.promiseTimeZone, now: ports.clock.now() }));
  });
  app.get('/style.css', PUBLIC, (_, reply) => reply.type('text/css; charset=utf-8').header('cache-control', 'max-age=3600').send(STYLE));
}

const withoutCustomer = (view: OrderView): OrderView => ({ ...view, assessment: { ...everythingOf(view.assessment), customerId: null } });

const sendPage = (reply: FastifyReply, page: Page): FastifyReply => reply.type(PAGE_TYPE).send(htmlText(layout(page)));

function listPage({ views, nextCursor }: OrderViewPage, lacks: Lacks, query: URLSearchParams): Page {
  const filters = [...query].filter(([name]) => name !== 'cursor' && name !== 'limit').map(([name, value]) => `${name} ${words(value)}`);
  const next = new URLSearchParams(query);
  if (nextCursor !== null) next.set('cursor', nextCursor);
  return {
    title: 'Orders',
    refresh: 30,
    body: html`<h1>Orders</h1>
<p class="soft">${filters.length === 0 ? 'all' : filters.join(', ')}</p>
${lacksNotice(lacks)}
${views.length === 0 ? html`<p>${nextCursor === null ? 'None.' : 'None so far.'}</p>` : orderTable(views)}
${nextCursor === null ? null : html`<p><a rel="next" href="/orders?${next.toString()}">More</a></p>`}`,
  };
}
