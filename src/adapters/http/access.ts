import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '../../contracts/scopes.js';
import { withoutPersonal } from './personal.js';
import { HttpProblem } from './problems.js';

/** Who may ask what. */
export interface AccessSettings {
  /** Whoever presents one of these may do what its scopes say, and nobody else anything; none: only this machine is answered. */
  readonly tokens: readonly {
    /** Told in nothing but the configuration. */
    readonly name: string;
    /** SHA-256 of the token, in hexadecimal digits. */
    readonly sha256: string;
    readonly scopes: readonly Scope[];
  }[];
  /** Without tokens: whoever reaches the port may do everything. */
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
  }
}

/** Routes that say nothing of orders, for whoever runs the service. */
export const PUBLIC = { config: { needs: 'nothing' } } as const;
export const needs = (scope: Scope) => ({ config: { needs: scope } }) as const;

type Decision = ReadonlySet<Scope> | { readonly status: 401 | 403; readonly detail: string };

/** Asks of every request whether it may, before anything of it is looked at; and leaves customers out of answers to those who may not know them. */
export function addAccess(app: FastifyInstance, settings: AccessSettings): void {
  const decide = settings.tokens.length > 0 ? byToken(settings) : settings.open ? () => EVERYTHING : byPlace;
  app.decorateRequest('mayReadPersonal', false);
  app.addHook('onRequest', async (request, reply) => {
    const needed = request.routeOptions.config.needs ?? 'read';
    if (needed === 'nothing') return;
    const decision = decide(request);
    if ('status' in decision) throw refusal(reply, decision.status, decision.detail);
    if (!decision.has(needed)) throw refusal(reply, 403, `This token lacks the scope ${needed}.`, needed);
    request.mayReadPersonal = decision.has('read:personal');
  });
  app.addHook('preSerialization', async (request, _, payload) => (request.mayReadPersonal ? payload : withoutPersonal(payload)));
}

/** @throws HttpProblem 403 when the request asks for what only those may who may know customers */
export function demandPersonal(request: FastifyRequest): void {
  if (!request.mayReadPersonal) throw new HttpProblem(403, 'This token lacks the scope read:personal.');
}

const EVERYTHING: ReadonlySet<Scope> = new Set(SCOPES);

function byToken({ tokens }: AccessSettings): (request: FastifyRequest) => Decision {
  // Found by its digest: how long that takes tells nothing of the token.
  const known = new Map(tokens.map(({ sha256, scopes }) => [sha256, new Set<Scope>(scopes)]));
  return ({ headers: { authorization } }) => {
    const token = /^Bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return { status: 401, detail: 'A token is needed: Authorization: Bearer TOKEN.' };
    return known.get(createHash('sha256').update(token).digest('hex')) ?? { status: 401, detail: 'This token is not known.' };
  };
}

/** Programs of this machine only: no page that a browser here shows may pass for one, by whatever name it reaches this port. */
function byPlace({ socket, hostname }: FastifyRequest): Decision {
  if (isLoopbackAddress(socket.remoteAddress ?? '') && isLoopbackName(hostname)) return EVERYTHING;
  return { status: 403, detail: 'Without tokens only this machine is answered, by the name localhost: http.tokens of the configuration lets others in, http.open everybody.' };
}

const isLoopbackAddress = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);
const isLoopbackName = (name: string): boolean => name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);

function refusal(reply: FastifyReply, status: 401 | 403, detail: string, scope?: Scope): HttpProblem {
  if (status === 401 || scope !== undefined) void reply.header('www-authenticate', `Bearer realm="touchpoint"${scope === undefined ? '' : `, error="insufficient_scope", scope="${scope}"`}`);
  return new HttpProblem(status, detail);
}
