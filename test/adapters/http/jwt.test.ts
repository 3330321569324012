import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHmac, type webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createJwtVerifier, JwksUnusable, readJwks } from '../../../src/adapters/http/jwt.js';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../../src/adapters/http/jwt-settings.js';
import { openJwksFile } from '../../../src/app/jwks-file.js';
import { problem } from '../../../src/contracts/api.js';
import { NOW, portsWith } from './orders-on-record.js';

/** JSON Web Tokens, made as an issuer makes them, at the door of the API. */

interface Pair {
  readonly privateKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
}

async function pairOf(alg: JwtAlgorithm, kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

const ISSUER = 'https://login.example/';
const SECOND = 1_000;
const seconds = (ms: number): number => Math.floor(ms / 1_000);

let ours: Pair;
let next: Pair;
let strange: Pair;
beforeAll(async () => {
  [ours, next, strange] = await Promise.all([pairOf('ES256', 'k1'), pairOf('ES256', 'k2'), pairOf('ES256', 'k1')]);
});

const CLAIMS: JWTPayload = { iss: ISSUER, aud: 'touchpoint', sub: 'dashboards', scope: 'openid read', exp: seconds(NOW) + 60 };

/** Of claims, those that are undefined are left out. */
const signed = (claims: Readonly<Record<string, unknown>> = {}, { privateKey, jwk } = ours): Promise<string> =>
  new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: jwk.alg ?? '', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) }).sign(privateKey);

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** The API, which trusts the keys that `file` holds when it is read. */
async function serving(file: { text: string }, algorithms: readonly JwtAlgorithm[] = ['ES256', 'RS256', 'EdDSA']) {
  const told: string[] = [];
  const clock = { now: NOW };
  const jwks = openJwksFile({ path: 'jwks.json', algorithms, readFile: () => file.text, telemetry: { jwksRead: (keys) => told.push(`${keys}`), jwksRefused: (why) => told.push(why) } });
  const verifyJwt = createJwtVerifier({ issuer: ISSUER, audience: ['touchpoint', 'cx'], algorithms, clockToleranceMs: 30 * SECOND, keys: () => jwks.present(), now: () => clock.now });
  app = await buildHttp(await portsWith([{ orderId: 'o-1', customerId: 'c-secret' }]), { access: { tokens: [], open: false, verifyJwt } });
  const http = app;
  const ask = (token: string, url = '/v1/orders/o-1', method: 'GET' | 'POST' = 'GET') => http.inject({ url, method, headers: { authorization: `Bearer ${token}` } });
  return { ask, jwks, told, clock, verifyJwt };
}

const fileOf = (...pairs: readonly { readonly jwk: JWK }[]): { text: string } => ({ text: JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) }) });

/** What is said to whoever sends this token. */
async function refusalOf(token: string): Promise<string> {
  const { ask } = await serving(fileOf(ours));
  const response = await ask(token);
  expect([response.statusCode, response.headers['www-authenticate']]).toEqual([401, 'Bearer realm="touchpoint", error="invalid_token"']);
  return problem.strict().parse(response.json()).detail;
}

const UNTRUSTED = 'This token is not signed by a key, and in a way, that this service trusts.';

describe('a token', () => {
  test('lets its holder do what its scopes say, and no more', async () => {
    const { ask } = await serving(fileOf(ours));
    expect((await ask(await signed())).json()).toMatchObject({ orderId: 'o-1', customerId: null });
    expect((await ask(await signed({ scope: 'read:personal read' }))).json()).toMatchObject({ customerId: 'c-secret' });
    for (const [scopes, url, method] of [['read', '/v1/customers/c-secret', 'GET'], ['read', '/v1/rules', 'POST'], ['act', '/v1/orders', 'GET'], ['READ reads', '/v1/orders', 'GET'], ['', '/v1/orders', 'GET']] as const) {
      const response = await ask(await signed({ scope: scopes }), url, method);
      expect([scopes, response.statusCode, response.headers['www-authenticate']]).toEqual([scopes, 403, expect.stringContaining('error="insufficient_scope"')]);
    }
    expect((await ask(await signed({ scope: 'act' }), '/v1/rules', 'POST')).statusCode).toBe(200);
  });

  test('may have its scopes in scp, as a text or a list', async () => {
    const { ask } = await serving(fileOf(ours));
    const { scope: _, ...without } = CLAIMS;
    const withScp = async (scp: unknown) => (await ask(await new SignJWT({ ...without, scp }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(ours.privateKey))).statusCode;
    expect([await withScp('read act'), await withScp(['read']), await withScp(['act']), await withScp({ read: true }), await withScp(7)]).toEqual([200, 200, 403, 403, 403]);
  });

  test('is taken by any of the algorithms that may be configured, where a key of that kind is known', async () => {
    for (const alg of JWT_ALGORITHMS) {
      const pair = await pairOf(alg, alg);
      const { ask } = await serving(fileOf(pair), [alg]);
      expect([alg, (await ask(await signed({}, pair))).statusCode]).toEqual([alg, 200]);
      await app?.close();
    }
  }, 60_000);

  test('for one of several audiences is taken', async () => {
    const { ask } = await serving(fileOf(ours));
    expect([(await ask(await signed({ aud: ['billing', 'cx'] }))).statusCode, (await ask(await signed({ aud: ['billing'] }))).statusCode]).toEqual([200, 401]);
  });

  test('counts from its nbf to its exp, give or take the tolerance', async () => {
    const { ask, clock, verifyJwt } = await serving(fileOf(ours));
    const token = await signed({ nbf: seconds(NOW), exp: seconds(NOW) + 60 });
    const at = async (ms: number) => {
      clock.now = NOW + ms;
      const response = await ask(token);
      return response.statusCode === 200 ? 'taken' : response.json<{ detail: string }>().detail;
    };
    expect(await at(-30 * SECOND)).toBe('taken');
    expect(await at(-31 * SECOND)).toBe('This token is not valid yet.');
    expect(await at(89 * SECOND)).toBe('taken');
    expect(await verifyJwt(token)).toMatchObject({ expiresAt: (seconds(NOW) + 90) * SECOND });
    expect(await at(90 * SECOND)).toBe('This token has expired.');
  });
});

describe('refused is a token', () => {
  test('signed by a key that is not known, under the name of one that is', async () => expect(await refusalOf(await signed({}, strange))).toBe(UNTRUSTED));
  test('under a name that is not known', async () => expect(await refusalOf(await signed({}, next))).toBe(UNTRUSTED));
  test('without a signature (alg none)', async () => expect(await refusalOf(new UnsecuredJWT(CLAIMS).encode())).toMatch(/^(A token is needed|This token is not)/));
  test('whose claims were changed after it was signed', async () => {
    const [header, , signature] = (await signed()).split('.');
    const forged = Buffer.from(JSON.stringify({ ...CLAIMS, scope: 'read act' })).toString('base64url');
    expect(await refusalOf(`${header ?? ''}.${forged}.${signature ?? ''}`)).toBe(UNTRUSTED);
  });
  test('signed with the public key as if it were a secret (HS256)', async () => {
    const body = `${Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'k1' })).toString('base64url')}.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}`;
    const forged = createHmac('sha256', JSON.stringify(ours.jwk)).update(body).digest('base64url');
    expect(await refusalOf(`${body}.${forged}`)).toBe(UNTRUSTED);
  });
  test('by an algorithm that is not among those allowed', async () => {
    // The key itself does not say by which of them it signs.
    const { privateKey, jwk: { alg: _, ...key } } = await pairOf('RS512', 'k3');
    for (const [allowed, status] of [['RS512', 200], ['RS256', 401]] as const) {
      const { ask } = await serving(fileOf({ jwk: key }), [allowed]);
      expect([allowed, (await ask(await signed({}, { privateKey, jwk: { ...key, alg: 'RS512' } }))).statusCode]).toEqual([allowed, status]);
      await app?.close();
    }
  });
  test('of another issuer, or of none', async () => {
    for (const iss of ['https://login.example', 'https://evil.example/', undefined]) expect(await refusalOf(await signed({ iss }))).toBe('The claim iss of this token is missing, or not as this service wants it.');
  });
  test('for somebody else, or for nobody in particular', async () => {
    for (const aud of ['billing', undefined]) expect(await refusalOf(await signed({ aud }))).toBe('The claim aud of this token is missing, or not as this service wants it.');
  });
  test('that would count for ever', async () => expect(await refusalOf(await signed({ exp: undefined }))).toBe('The claim exp of this token is missing, or not as this service wants it.'));
  test('whose times are no numbers', async () => {
    for (const claims of [{ exp: 'never' }, { nbf: 'always' }]) expect(await refusalOf(await signed(claims))).toMatch(/^The claim (exp|nbf) of this token/);
  });
  test.each(['a.b.c', '..', 'e30.e30.e30', `${'x'.repeat(4_000)}.${'y'.repeat(3_000)}.z`])('that is none: %.20s', async (token) => expect(await refusalOf(token)).toMatch(/^(A token is needed|This token is not)/));
  test('with critical headers that nobody here understands', async () => {
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'ES256', kid: 'k1', crit: ['shop'], shop: 1 }).sign(ours.privateKey, { crit: { shop: true } });
    expect(await refusalOf(token)).toBe(UNTRUSTED);
  });
});

describe('keys', () => {
  test('are exchanged while the service runs: the new one is taken, the old one no longer', async () => {
    const file = fileOf(ours);
    const { ask, jwks, told } = await serving(file);
    const [old, young] = [await signed(), await signed({}, next)];
    const answers = async () => [(await ask(old)).statusCode, (await ask(young)).statusCode];
    expect(await answers()).toEqual([200, 401]);
    file.text = fileOf(ours, next).text;
    expect(await answers()).toEqual([200, 401]);
    jwks.reread();
    expect(await answers()).toEqual([200, 200]);
    file.text = fileOf(next).text;
    jwks.reread();
    expect(await answers()).toEqual([401, 200]);
    expect(told).toEqual(['1', '2', '1']);
  });

  test('stay in force while their file is wrong, which is told once', async () => {
    const file = fileOf(ours);
    const { ask, jwks, told } = await serving(file);
    file.text = '{"keys": [';
    jwks.reread();
    jwks.reread();
    expect((await ask(await signed())).statusCode).toBe(200);
    file.text = fileOf(ours).text;
    jwks.reread();
    jwks.reread();
    expect(told).toEqual(['1', 'jwks.json cannot be used: it is no JSON', '1']);
  });

  test('that cannot be read are told by the file alone', () => {
    const readFile = () => { throw Object.assign(new Error('EACCES: /secret/place'), { code: 'EACCES' }); };
    expect(() => openJwksFile({ path: 'jwks.json', algorithms: ['ES256'], readFile, telemetry: { jwksRead: () => undefined, jwksRefused: () => undefined } })).toThrow(new JwksUnusable('jwks.json cannot be read: EACCES'));
  });

  test('of kinds that are not known, or for encryption, are left to others', () => {
    const others = [{ kty: 'OKP', crv: 'X25519', x: 'AA' }, { kty: 'new-kind' }, { ...next.jwk, use: 'enc' }];
    expect(readJwks(JSON.stringify({ keys: [...others, ours.jwk] }), ['ES256']).count).toBe(1);
  });

  test.each([
    ['', 'it is no JSON'],
    ['{}', 'it is no JSON Web Key Set'],
    ['[]', 'it is no JSON Web Key Set'],
    ['{"keys": [1]}', 'it is no JSON Web Key Set'],
    ['{"keys": []}', 'it holds no key for ES256'],
    ['{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', 'key 1 is a secret'],
    ['{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}', 'key 1 is no public key of the kind that it names'],
  ])('%s are refused', (text, message) => expect(() => readJwks(text, ['ES256'])).toThrow(message));

  test('that are private, too short, or for other algorithms are refused, and never shown', async () => {
    const secret = await exportJWK(ours.privateKey);
    expect(() => readJwks(JSON.stringify({ keys: [secret] }), ['ES256'])).toThrow(/^key 1 is a secret: whoever reads the file could make tokens. Give the public keys only$/);
    const short = { kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB' };
    expect(() => readJwks(JSON.stringify({ keys: [short] }), ['RS256'])).toThrow('key 1 has 1024 bits; expected at least 2048');
    expect(() => readJwks(fileOf(ours).text, ['RS256', 'EdDSA'])).toThrow('it holds no key for RS256, EdDSA');
  });
});
