import fastifySwagger, { type StaticDocumentSpec } from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { refuseBrokenRequest } from './broken-request.js';
import { addCustomers } from './customers-api.js';
import { addMeasures } from './measures-api.js';
import { openApiDocument } from './openapi.js';
import { addOperations } from './operations.js';
import { addOrders } from './orders-api.js';
import { addPages } from './pages/routes.js';
import { DEFAULT_HTTP_SETTINGS, type HttpPorts, type HttpSettings } from './ports.js';
import { answerWithProblems, HttpProblem, sendProblem } from './problems.js';
import { addSecurityHeaders, DOCS_POLICY, LONGEST_URL, PROTECTIVE_HEADERS } from './security.js';
import { createStoreAccess } from './store-access.js';

/** Nothing we offer takes a body of more than a few fields. */
const LARGEST_BODY = 64 * 1_024;
const REQUEST_WITHIN_MS = 10_000;
/** Longer than the idle time of usual load balancers, so that they never meet a connection we have just closed. */
const KEEP_ALIVE_MS = 75_000;
/** The package's type wants lists that may be changed; it changes none. */
type StaticDocument = StaticDocumentSpec['document'];
const OUR_OWN_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The HTTP side, complete and without a socket: `inject` asks it in tests, `listen` opens it. Whoever can reach the
 * socket can read every order, so its host is the caller's decision, loopback unless told otherwise.
 */
export async function buildHttp(ports: HttpPorts, settings: HttpSettings = DEFAULT_HTTP_SETTINGS): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: LARGEST_BODY,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_URL },
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && OUR_OWN_ID.test(given) ? given : randomUUID();
    },
    // Of addresses that cannot be routed at all; hooks don't run for them.
    frameworkErrors: (error, request, reply: FastifyReply) => {
      const status = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 414 : 400;
      void reply.headers({ ...PROTECTIVE_HEADERS, 'x-request-id': request.id });
      sendProblem(new HttpProblem(status, 'This is no address that could be looked up.', { cause: error }), request, reply, ports.telemetry);
    },
    clientErrorHandler: refuseBrokenRequest,
  });
  addSecurityHeaders(app);
  app.addHook('onRequest', async (request) => {
    if (request.url.length > LONGEST_URL) throw new HttpProblem(414, `The address is longer than ${LONGEST_URL} characters.`);
  });
  answerWithProblems(app, ports.telemetry);

  const store = createStoreAccess(ports, settings);
  addOrders(app, ports, store);
  addCustomers(app, store);
  addMeasures(app, ports.measures, store);
  addOperations(app, ports);
  addPages(app, ports, store);
  await app.register(fastifySwagger, { mode: 'static', specification: { document: openApiDocument(settings.version) as unknown as StaticDocument } });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY, uiConfig: { layout: 'BaseLayout' } });
  return app;
}
