import { z } from 'zod';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../adapters/http/jwt-settings.js';
import { SCOPES } from '../../contracts/scopes.js';
import { duration } from './durations.js';

/** Who may use the API, and how much. */

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

const addressOrNetwork = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: 'expected an address or a network such as 10.0.0.0/8' });

export const httpSchema = z.strictObject({
  tokens: z.array(token).max(1_000).refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'expected names that differ').default([])
    .describe('Who may use the API: `name`, the `sha256` of a bearer token (`touchpoint token` makes one), and `scopes`: `read`, `read:personal` (customers too), `act` (acknowledging, snoozing and closing alerts, having the rules read again). `/healthz`, `/readyz` and `/metrics` need none. Empty: only programs of this machine are answered'),
  jwt: jwt.nullable().prefault(null)
    .describe('JWTs that are taken as bearer tokens: `jwksFile` (the public keys, a JSON Web Key Set), `issuer`, `audience` (a list, one of which the token names), `algorithms` (default RS256, PS256, ES256, EdDSA; only asymmetric ones can be named) and `clockTolerance` (30 s); docs/operations.md, "Who may ask". `null`: none, as only you know who issues yours'),
  requestsPerMinute: z.int().min(1).max(10_000_000).nullable().default(6_000)
    .describe('Requests that one client may make within a minute of one process: the holder of a token, else an address, of IPv6 its network; further ones get a 429 with `Retry-After`. Programs of this machine that need no token, `/healthz`, `/readyz` and `/metrics` are not counted. `null`: any number. 6,000: a hundred a second, more than a dashboard or a service asks, less than one process can answer'),
  maxEventLoopDelay: duration.refine((ms) => ms >= 10, 'expected at least 10ms, or null for no bound').nullable().prefault('1s')
    .describe('How late the process may be with everything, on the average of five seconds, before it turns requests away with a 503 and `Retry-After`. Programs of this machine that need no token, `/healthz`, `/readyz` and `/metrics` are answered all the same. `null`: however late. 1 s: steps of a backlog hold it up for some 150 ms; far beyond that, answers would only make it worse'),
  trustedProxies: z.array(addressOrNetwork).max(100).default([])
    .describe('Addresses and networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` tells who asks. None: whoever writes that header could pass for anybody'),
  open: z.boolean().default(false)
    .describe('Without tokens and JWTs: answer everybody who reaches the port, and let them act. `false`: an address that others reach must not hand out orders because nobody thought of it'),
}).prefault({});
