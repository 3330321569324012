import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { createPublicKey } from 'node:crypto';
import { SCOPES, type Scope } from '../../contracts/scopes.js';
import { JWT_ALGORITHMS, type JwtAlgorithm, type JwtSettings } from './jwt-settings.js';

/** JSON Web Tokens (RFC 7519) as bearer tokens, verified against public keys that are known beforehand; nothing is fetched. */

/** Public keys that tokens may be signed by. */
export interface PublicKeys {
  readonly count: number;
  readonly find: ReturnType<typeof createLocalJWKSet>;
}

export interface ValidJwt {
  readonly kind: 'valid';
  /** Who it was made for; null: it does not say. */
  readonly subject: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Until when it counts, the tolerance of clocks included; ms. */
  readonly expiresAt: number;
}

export type VerifiedJwt =
  | ValidJwt
  | { readonly kind: 'refused'; /** A sentence for whoever sent it. */ readonly why: string };

export type VerifyJwt = (token: string) => Promise<VerifiedJwt>;

/** A key set that must not be relied on; the message says why, and shows no key. */
export class JwksUnusable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JwksUnusable';
  }
}

/** Shorter ones can be factored by whoever has the means. */
const SHORTEST_RSA_BITS = 2_048;

/**
 * Reads a JSON Web Key Set (RFC 7517) of public keys.
 * @throws JwksUnusable when it is none, holds a secret, or has no key that one of these algorithms could use
 */
export function readJwks(text: string, algorithms: readonly JwtAlgorithm[]): PublicKeys {
  const usable = keysIn(text).filter((key, index) => {
    if ('d' in key || 'k' in key) throw new JwksUnusable(`key ${index + 1} is a secret: whoever reads the file could make tokens. Give the public keys only`);
    return key.use !== 'enc' && algorithmsOf(key, index).some((algorithm) => (key.alg === undefined || key.alg === algorithm) && algorithms.includes(algorithm));
  });
  if (usable.length === 0) throw new JwksUnusable(`it holds no key for ${algorithms.join(', ')}`);
  return { count: usable.length, find: createLocalJWKSet({ keys: usable }) };
}

function keysIn(text: string): readonly JWK[] {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new JwksUnusable('it is no JSON');
  }
  const keys = typeof read === 'object' && read !== null && 'keys' in read ? read.keys : null;
  const isKey = (key: unknown): key is JWK => typeof key === 'object' && key !== null && 'kty' in key;
  if (Array.isArray(keys) && keys.every(isKey)) return keys;
  throw new JwksUnusable('it is no JSON Web Key Set: expected {"keys": [...]}, each with a "kty"');
}

const CURVES: Readonly<Record<string, readonly JwtAlgorithm[]>> = { 'P-256': ['ES256'], 'P-384': ['ES384'], 'P-521': ['ES512'], Ed25519: ['EdDSA', 'Ed25519'] };

/** What a key may sign by; nothing for kinds that are not known, which others may have a use for (RFC 7517, 5). */
function algorithmsOf(key: JWK, index: number): readonly JwtAlgorithm[] {
  const algorithms = key.kty === 'RSA' ? JWT_ALGORITHMS.filter((name) => /^[RP]S/.test(name)) : (CURVES[key.crv ?? ''] ?? []);
  if (algorithms.length === 0) return [];
  const bits = bitsOf(key, index);
  if (bits !== null && bits < SHORTEST_RSA_BITS) throw new JwksUnusable(`key ${index + 1} has ${bits} bits; expected at least ${SHORTEST_RSA_BITS}`);
  return algorithms;
}

/** null: of another kind than RSA. */
function bitsOf(key: JWK, index: number): number | null {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? null;
  } catch {
    throw new JwksUnusable(`key ${index + 1} is no public key of the kind that it names`);
  }
}

export interface JwtVerifierParts extends JwtSettings {
  /** Those that hold at present: asked for with every token. */
  readonly keys: () => PublicKeys;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** Takes tokens that one of the keys signed, for this service, by this issuer, and that have not expired: all of that has to be said in them. */
export function createJwtVerifier({ issuer, audience, algorithms, clockToleranceMs, keys, now }: JwtVerifierParts): VerifyJwt {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys().find, {
        issuer, audience: [...audience], algorithms: [...algorithms], clockTolerance: clockToleranceMs / 1_000, currentDate: new Date(now()), requiredClaims: ['exp'],
      });
      return { kind: 'valid', subject: payload.sub ?? null, scopes: scopesOf(payload), expiresAt: (payload.exp ?? 0) * 1_000 + clockToleranceMs };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { kind: 'refused', why: reasonOf(error) };
      throw error;
    }
  };
}

/** Those of ours: `scope` as RFC 8693 has it, separated by spaces, or `scp`, which is a text or a list. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<Scope> {
  const given = scope ?? scp;
  const words = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return new Set(SCOPES.filter((known) => words.includes(known)));
}

/** Claims are looked at once the signature holds, so this tells a stranger nothing but that. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'This token has expired.';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'This token is not signed by a key, and in a way, that this service trusts.';
  return error.claim === 'nbf' && error.reason === 'check_failed' ? 'This token is not valid yet.' : `The claim ${error.claim} of this token is missing, or not as this service wants it.`;
}

