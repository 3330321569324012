import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { HttpRefusal } from '../../contracts/refusals.js';
import type { HttpTelemetry } from './ports.js';

/** Errors as RFC 9457 problem details. */

export interface InvalidParameter {
  readonly name: string;
  readonly reason: string;
}

export interface ProblemOptions {
  readonly invalidParameters?: readonly InvalidParameter[];
  readonly cause?: unknown;
  /** Turned away on purpose: counted, and no fault that a log would have to tell of, request by request. */
  readonly refusal?: HttpRefusal;
  /** When to come back, s. Default: of a 503 some seconds. */
  readonly retryAfterS?: number;
}

/** An error whose text is meant for the caller. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly invalidParameters: readonly InvalidParameter[];
  readonly refusal: HttpRefusal | null;
  readonly retryAfterS: number | null;

  constructor(status: number, detail: string, { invalidParameters = [], cause, refusal, retryAfterS }: ProblemOptions = {}) {
    super(detail, { cause });
    this.name = 'HttpProblem';
    this.status = status;
    this.invalidParameters = invalidParameters;
    this.refusal = refusal ?? null;
    this.retryAfterS = retryAfterS ?? (status === 503 ? SOON_S : null);
  }
}

/** A store or a broker is usually back within it. */
const SOON_S = 5;

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
export const PAGE_TYPE = 'text/html; charset=utf-8';

/** `about:blank` says that the title is all there is to know of the kind (RFC 9457, 4.2.1). */
export function problemBody(status: number, detail: string, requestId: string, invalidParameters: readonly InvalidParameter[] = []) {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance: `urn:request:${requestId}`,
    ...(invalidParameters.length === 0 ? {} : { invalidParameters }),
  };
}

/** Who is told of errors, beside the caller. */
export interface ProblemSettings {
  readonly telemetry: HttpTelemetry;
  /** A page in HTML for a person whose browser opens an address that is not there; absent: there are no pages. */
  readonly missingPage?: (problem: HttpProblem, requestId: string) => string;
}

/** Answers every error of the instance, those of unknown routes included, as problem details, or a person by a page. */
export function answerWithProblems(app: FastifyInstance, settings: ProblemSettings): void {
  app.setErrorHandler((error: FastifyError | HttpProblem, request, reply) => sendProblem(error, request, reply, settings));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new HttpProblem(404, 'There is nothing at this address; /docs lists what there is.'), request, reply, settings));
}

/** Answers with what the caller may know of an error. */
export function sendProblem(error: FastifyError | HttpProblem, request: FastifyRequest, reply: FastifyReply, { telemetry, missingPage }: ProblemSettings): FastifyReply {
  const problem = tellableProblem(error, request, reply, telemetry);
  const { status, message, invalidParameters, refusal } = problem;
  void reply.code(status);
  // Who is turned away learns no more of an address that is not there than of one for programs.
  if (missingPage !== undefined && request.is404 && refusal === null && wantsPage(request)) return reply.type(PAGE_TYPE).send(missingPage(problem, request.id));
  return reply.type(PROBLEM_TYPE).send(problemBody(status, message, request.id, invalidParameters));
}

/** Browsers name HTML where a person opens an address; programs name JSON, or anything. */
const wantsPage = ({ method, headers }: FastifyRequest): boolean => (method === 'GET' || method === 'HEAD') && /\btext\/html\b/.test(headers.accept ?? '');

/**
 * What the caller may know: our own words for what it did wrong, nothing of what went wrong inside, which telemetry is
 * told. Sets the headers that belong to the error; its body is the caller's to write.
 */
export function tellableProblem(error: FastifyError | HttpProblem, request: FastifyRequest, reply: FastifyReply, telemetry: HttpTelemetry): HttpProblem {
  const known = error instanceof HttpProblem ? error : asProblem(error);
  if (known.refusal !== null) telemetry.requestRefused(known.refusal);
  else if (known.status >= 500) {
    const route = request.routeOptions.url ?? 'unknown';
    telemetry.requestFailed({ id: request.id, method: request.method, route, status: known.status }, known.cause instanceof Error ? known.cause : error);
  }
  if (known.retryAfterS !== null) void reply.header('retry-after', String(known.retryAfterS));
  return known;
}

const DETAILS: Readonly<Record<number, string>> = {
  400: 'The request could not be understood.',
  413: 'The request body is larger than this service takes.',
  415: 'A body has to be JSON, with content-type: application/json.',
};

function asProblem(error: FastifyError): HttpProblem {
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new HttpProblem(status, DETAILS[status] ?? (STATUS_CODES[status] ?? 'Error'), { cause: error });
  return new HttpProblem(500, 'Something failed inside the service; its log has the details under this request id.', { cause: error });
}
