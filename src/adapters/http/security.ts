import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './problems.js';

/** Longest address, path and query, that is looked at, in characters: any filter of 256 characters fits, escaped. */
export const LONGEST_URL = 8_192;

const PAGES = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/** The API browser brings scripts of its own, and sets styles from them. */
export const DOCS_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export const PROTECTIVE_HEADERS = {
  'content-security-policy': PAGES,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/**
 * Whether a browser sent the request for a page of another site, which its user knows nothing of. Programs send neither header, browsers
 * one of them with everything that may change something.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Refuses what another site's page has a browser change here. */
export function refuseCrossSite(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD' && isCrossSite(headers)) throw new HttpProblem(403, 'A page of another site may not change anything here.', { refusal: 'forbidden' });
  });
}

/** Puts the protective headers on every answer, and the request's id. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...PROTECTIVE_HEADERS, 'x-request-id': request.id });
  });
}
