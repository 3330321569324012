import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '../../contracts/scopes.js';
import type { VerifyJwt } from './jwt.js';

/** Who asks, and what they may. */
export interface Caller {
  readonly kind: 'caller';
  readonly scopes: ReadonlySet<Scope>;
}

export interface UnknownCaller {
  readonly kind: 'unknown';
  readonly status: 401 | 403;
  readonly detail: string;
}

export type Identify = (request: FastifyRequest) => Promise<Caller | UnknownCaller> | Caller | UnknownCaller;

const EVERYTHING: ReadonlySet<Scope> = new Set(SCOPES);

export interface KnownToken {
  /** Told in nothing but the configuration. */
  readonly name: string;
  /** SHA-256 of the token, in hexadecimal digits. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
}

/** Whoever presents one of these tokens, or a JWT that is taken, may do what its scopes say, and nobody else anything. */
export function byToken(tokens: readonly KnownToken[], verifyJwt: VerifyJwt | null): Identify {
  // Found by its digest: how long that takes tells nothing of the token.
  const known = new Map(tokens.map(({ sha256, scopes }) => [sha256, new Set<Scope>(scopes)]));
  return async ({ headers: { authorization } }) => {
    const token = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return unknown(401, 'A token is needed: Authorization: Bearer TOKEN.');
    const scopes = known.get(createHash('sha256').update(token).digest('hex'));
    if (scopes !== undefined) return { kind: 'caller', scopes };
    if (verifyJwt === null || !looksLikeJwt(token)) return unknown(401, 'This token is not known.');
    const verified = await verifyJwt(token);
    return verified.kind === 'valid' ? { kind: 'caller', scopes: verified.scopes } : unknown(401, verified.why);
  };
}

const looksLikeJwt = (token: string): boolean => token.split('.').length === 3;

/** Programs of this machine only: no page that a browser here shows may pass for one, by whatever name it reaches this port. */
export function byPlace({ socket, hostname }: FastifyRequest): Caller | UnknownCaller {
  if (isLoopbackAddress(socket.remoteAddress ?? '') && isLoopbackName(hostname)) return { kind: 'caller', scopes: EVERYTHING };
  return unknown(403, 'Without tokens only this machine is answered, by the name localhost: http.tokens and http.jwt of the configuration let others in, http.open everybody.');
}

/** Whoever reaches the port may do everything. */
export const anybody = (): Caller => ({ kind: 'caller', scopes: EVERYTHING });

const unknown = (status: UnknownCaller['status'], detail: string): UnknownCaller => ({ kind: 'unknown', status, detail });

const isLoopbackAddress = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);
const isLoopbackName = (name: string): boolean => name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
