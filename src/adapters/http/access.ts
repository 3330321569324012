import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../../contracts/scopes.js';
import { anybody, byPlace, byToken, type Identify, type KnownToken } from './callers.js';
import type { VerifyJwt } from './jwt.js';
import { createLimit, type LimitSettings } from './limits.js';
import { withoutPersonal } from './personal.js';
import { HttpProblem } from './problems.js';

/** Who may ask what. */
export interface AccessSettings {
  /** Neither these nor `verifyJwt`: only this machine is answered. */
  readonly tokens: readonly KnownToken[];
  /** Absent: no JWT is taken. */
  readonly verifyJwt?: VerifyJwt;
  /** Without tokens and JWTs: whoever reaches the port may do everything. */
  readonly open: boolean;
}

export const ONLY_THIS_MACHINE: AccessSettings = { tokens: [], open: false };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs for the route; `read` unless told. */
    needs?: Scope | 'nothing';
  }
  interface FastifyRequest {
    /** Whether the answer may say who the customers are. */
    mayReadPersonal: boolean;
    /** Until when the caller may have what was asked for, ms: an answer may go on for longer. */
    mayUntil: number;
  }
}

/** Routes that say nothing of orders, for whoever runs the service. */
export const PUBLIC = { config: { needs: 'nothing' } } as const;
export const needs = (scope: Scope) => ({ config: { needs: scope } }) as const;

/** Asks of every request whether it may, before anything of it is looked at; and leaves customers out of answers to those who may not know them. */
export async function addAccess(app: FastifyInstance, settings: AccessSettings, limits: LimitSettings): Promise<void> {
  const identify = identifyBy(settings);
  const limit = await createLimit(app, limits);
  app.decorateRequest('client', null);
  app.decorateRequest('mayReadPersonal', false);
  app.decorateRequest('mayUntil', Infinity);
  app.addHook('onRequest', async (request, reply) => {
    const needed = request.routeOptions.config.needs ?? 'read';
    if (needed === 'nothing') return;
    const caller = await identify(request);
    if (caller.kind === 'caller') request.client = caller.client;
    // Also those who are not known, so that nobody tries tokens faster than that; a client with a good one is never counted with them.
    await limit(request);
    if (caller.kind === 'unknown') throw refusal(reply, caller.status, caller.detail, caller.error === undefined ? {} : { error: caller.error });
    if (!caller.scopes.has(needed)) throw refusal(reply, 403, `This token lacks the scope ${needed}.`, { error: 'insufficient_scope', scope: needed });
    request.mayReadPersonal = caller.scopes.has('read:personal');
    request.mayUntil = caller.until ?? Infinity;
  });
  app.addHook('preSerialization', async (request, _, payload) => (request.mayReadPersonal ? payload : withoutPersonal(payload)));
}

function identifyBy({ tokens, verifyJwt, open }: AccessSettings): Identify {
  if (tokens.length > 0 || verifyJwt !== undefined) return byToken(tokens, verifyJwt ?? null);
  return open ? anybody : byPlace;
}

/** @throws HttpProblem 403 when the request asks for what only those may who may know customers */
export function demandPersonal(request: FastifyRequest): void {
  if (!request.mayReadPersonal) throw new HttpProblem(403, 'This token lacks the scope read:personal.', { refusal: 'forbidden' });
}

/** @param told what a client may learn from the header (RFC 6750, 3): nothing where it presented no token */
function refusal(reply: FastifyReply, status: 401 | 403, detail: string, told: Readonly<Record<string, string>>): HttpProblem {
  const parameters = Object.entries({ realm: 'touchpoint', ...told }).map(([name, value]) => `${name}="${value}"`);
  // Whom no token would help is told of none.
  if (status === 401 || 'scope' in told) void reply.header('www-authenticate', `Bearer ${parameters.join(', ')}`);
  return new HttpProblem(status, detail, { refusal: status === 401 ? 'unauthenticated' : 'forbidden' });
}
