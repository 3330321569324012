import { z } from 'zod';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../adapters/http/jwt-settings.js';
import { SCOPES } from '../../contracts/scopes.js';
import { duration } from './durations.js';

/** Who may use the API. */

const token = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected at most 64 letters, digits, dots, _ and -'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the token, 64 hexadecimal digits; `touchpoint token` makes both'),
  scopes: z.array(z.enum(SCOPES)).min(1, 'expected at least one scope'),
});

const claim = z.string().min(1, 'expected the value of a claim').max(1_024, 'expected at most 1024 characters');
/** What issuers sign by unless told otherwise, and each is safe. */
const USUAL_ALGORITHMS: readonly JwtAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const jwt = z.strictObject({
  jwksFile: z.string().min(1, 'expected the path of a file'),
  issuer: claim,
  audience: z.array(claim).min(1, 'expected at least one audience'),
  algorithms: z.array(z.enum(JWT_ALGORITHMS)).min(1, 'expected at least one algorithm').default([...USUAL_ALGORITHMS]),
  clockTolerance: duration.refine((ms) => ms <= 300_000, 'expected at most 5m: for so long a token is taken after it has expired').prefault('30s'),
});

export const httpSchema = z.strictObject({
  tokens: z.array(token).max(1_000).refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'expected names that differ').default([])
    .describe('Who may use the API: `name`, the `sha256` of a bearer token (`touchpoint token` makes one), and `scopes`: `read`, `read:personal` (customers too), `act` (acknowledging, having the rules read again). `/healthz`, `/readyz` and `/metrics` need none. Empty: only programs of this machine are answered'),
  jwt: jwt.nullable().prefault(null)
    .describe('JWTs that are taken as bearer tokens: `jwksFile` (the public keys, a JSON Web Key Set), `issuer`, `audience` (a list, one of which the token names), `algorithms` (default RS256, PS256, ES256, EdDSA; only asymmetric ones can be named) and `clockTolerance` (30 s); docs/operations.md, "Who may ask". `null`: none, as only you know who issues yours'),
  open: z.boolean().default(false)
    .describe('Without tokens and JWTs: answer everybody who reaches the port, and let them act. `false`: an address that others reach must not hand out orders because nobody thought of it'),
}).prefault({});
