import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '../../contracts/scopes.js';
import type { VerifyJwt } from './jwt.js';
import type { Client } from './limits.js';

/** Who asks, and what they may. */
export interface Caller {
  readonly kind: 'caller';
  /** null: known by its address alone. */
  readonly client: Client | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Until when, ms; absent: without end. */
  readonly until?: number;
}

export interface UnknownCaller {
  readonly kind: 'unknown';
  readonly status: 401 | 403;
  readonly detail: string;
  /** What is wrong with the token, in the words of RFC 6750; absent: there is none. */
  readonly error?: 'invalid_token';
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
  const known = new Map(tokens.map(({ name, sha256, scopes }) => [sha256, holding(`known ${name}`, new Set<Scope>(scopes))]));
  return async ({ headers: { authorization } }) => {
    const token = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return unknown(401, 'A token is needed: Authorization: Bearer TOKEN.');
    const digest = createHash('sha256').update(token).digest('hex');
    const caller = known.get(digest);
    if (caller !== undefined) return caller;
    if (verifyJwt === null || !looksLikeJwt(token)) return unknownToken('This token is not known.');
    const verified = await verifyJwt(token);
    if (verified.kind === 'refused') return unknownToken(verified.why);
    return { ...holding(`jwt ${verified.subject ?? digest}`, verified.scopes), until: verified.expiresAt };
  };
}

const holding = (holder: string, scopes: ReadonlySet<Scope>): Caller => ({ kind: 'caller', client: { kind: 'token', holder }, scopes });

const looksLikeJwt = (token: string): boolean => token.split('.').length === 3;

/** Programs of this machine only: no page that a browser here shows may pass for one, by whatever name it reaches this port. */
export function byPlace({ ip, hostname }: FastifyRequest): Caller | UnknownCaller {
  if (isLoopbackAddress(ip) && isLoopbackName(hostname)) return { kind: 'caller', client: { kind: 'machine' }, scopes: EVERYTHING };
  return unknown(403, 'Without tokens only this machine is answered, by the name localhost: http.tokens and http.jwt of the configuration let others in, http.open everybody.');
}

/** Whoever reaches the port may do everything. */
export const anybody = (): Caller => ({ kind: 'caller', client: null, scopes: EVERYTHING });

const unknown = (status: UnknownCaller['status'], detail: string): UnknownCaller => ({ kind: 'unknown', status, detail });
const unknownToken = (detail: string): UnknownCaller => ({ ...unknown(401, detail), error: 'invalid_token' });

const isLoopbackAddress = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./.test(address);
const isLoopbackName = (name: string): boolean => name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
