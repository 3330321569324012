import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { refuseBrokenRequest } from './broken-request.js';
import { tellMethods } from './methods.js';
import { addOperations, type OperationsPorts } from './operations.js';
import { answerWithProblems, HttpProblem, type ProblemSettings, sendProblem } from './problems.js';
import { addSecurityHeaders, LONGEST_URL, PROTECTIVE_HEADERS, refuseCrossSite } from './security.js';

/** Nothing we offer takes a body of more than a few fields. */
const LARGEST_BODY = 64 * 1_024;
const REQUEST_WITHIN_MS = 10_000;
/** How often it is looked whose request did not arrive in time, as a share of that time. */
const LOOKS = 5;
/** Idle ones cost some 10 KB each; beyond it further ones are closed at once, rather than all files of the process being taken. */
const MOST_CONNECTIONS = 5_000;
/** Longer than the idle time of usual load balancers, so that they never meet a connection we have just closed. */
const KEEP_ALIVE_MS = 75_000;
const OUR_OWN_ID = /^[A-Za-z0-9._-]{1,64}$/;

export interface BareSettings {
  readonly trustedProxies?: readonly string[];
  /** How long a request may take to arrive, headers and body, ms. */
  readonly requestWithinMs?: number;
}

/** HTTP without any route: limits, headers, and every error as problem details. */
export function bareHttp(problems: ProblemSettings, { trustedProxies = [], requestWithinMs = REQUEST_WITHIN_MS }: BareSettings = {}): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: LARGEST_BODY,
    requestTimeout: requestWithinMs,
    // Left to itself, Node looks every 30 s, and of a time that is set afterwards it goes on giving bodies 60 s.
    http: { requestTimeout: requestWithinMs, connectionsCheckingInterval: requestWithinMs / LOOKS },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_URL, ignoreTrailingSlash: true },
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && OUR_OWN_ID.test(given) ? given : randomUUID();
    },
    // Of addresses that cannot be routed at all; hooks don't run for them.
    frameworkErrors: (error, request, reply: FastifyReply) => {
      const status = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 414 : 400;
      void reply.headers({ ...PROTECTIVE_HEADERS, 'x-request-id': request.id });
      sendProblem(new HttpProblem(status, 'This is no address that could be looked up.', { cause: error }), request, reply, problems);
    },
    clientErrorHandler: refuseBrokenRequest,
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  addSecurityHeaders(app);
  refuseCrossSite(app);
  takeJsonOrNothing(app);
  app.addHook('onRequest', async (request) => {
    if (request.url.length > LONGEST_URL) throw new HttpProblem(414, `The address is longer than ${LONGEST_URL} characters.`);
  });
  answerWithProblems(app, problems);
  refuseEmptyNames(app);
  return app;
}

/** What would be named by nothing, as in `/v1/orders//`, isn't there. Comes before any route. */
function refuseEmptyNames(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ params }, reply) => {
    const { '*': _, ...named } = params as Readonly<Record<string, string>>;
    if (Object.values(named).includes('')) return reply.callNotFound();
  });
}

/** Bodies are JSON, and may be left out. */
function takeJsonOrNothing(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.trim() === '') done(null, undefined);
    else void parse(request, body, (cause, value) => { done(cause === null ? null : new HttpProblem(400, 'The body is no JSON that this service takes.', { cause }), value); });
  });
}

/** HTTP for those who run a process that answers no other questions: `/healthz`, `/readyz` and `/metrics`. */
export function buildOperations(ports: OperationsPorts & Pick<ProblemSettings, 'telemetry'>): FastifyInstance {
  const app = bareHttp({ telemetry: ports.telemetry });
  tellMethods(app);
  addOperations(app, ports);
  return app;
}
