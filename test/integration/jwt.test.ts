import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startProcess, touchpoint, until } from '../support/touchpoint.js';

const directory = mkdtempSync(join(tmpdir(), 'jwt-'));
const config = join(directory, 'touchpoint.yaml');
const jwks = join(directory, 'jwks.json');

async function issuer(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const token = await new SignJWT({ scope: 'read' }).setProtectedHeader({ alg: 'EdDSA', kid }).setIssuer('issuer').setAudience('touchpoint').setExpirationTime('10m').sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid }, token };
}

const put = (keys: readonly object[]): void => {
  writeFileSync(`${jwks}.new`, JSON.stringify({ keys }));
  renameSync(`${jwks}.new`, jwks);
};

test('a running service takes up other keys at SIGHUP, and soon by itself', async () => {
  // The simulated shop begins with much to do at once.
  writeFileSync(config, `http: { maxEventLoopDelay: null, jwt: { jwksFile: "${jwks}", issuer: issuer, audience: [touchpoint] } }`);
  const [first, second, third] = await Promise.all([issuer('k1'), issuer('k2'), issuer('k3')]);
  put([first.jwk]);
  const worker = await startProcess(['serve'], { TOUCHPOINT_CONFIG: config, HTTP_PORT: '0' });
  try {
    const statusOf = async ({ token }: { readonly token: string }): Promise<number> =>
      (await fetch(`${worker.url}/v1/orders?limit=1`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await statusOf(first), await statusOf(second), await statusOf({ token: 'x' })]).toEqual([200, 401, 401]);
    put([second.jwk]);
    worker.child.kill('SIGHUP');
    await until('the second key', 4_000, async () => (await statusOf(second)) === 200);
    expect(await statusOf(first)).toBe(401);
    put([third.jwk]);
    await until('the third key', 20_000, async () => (await statusOf(third)) === 200);
    put([]);
    await until('the file refused', 20_000, async () => /^cx_jwks_reload_success 0$/m.test(await (await fetch(`${worker.url}/metrics`)).text()));
    expect([await statusOf(third), worker.log().includes('jwks.refused')]).toEqual([200, true]);
    expect(worker.log()).not.toContain(third.token);
  } finally {
    expect(await worker.kill('SIGTERM')).toBe(0);
  }
});

test.each([
  ['{"keys": []}', 'jwksFile: ', 'jwks.json cannot be used: it holds no key for RS256, PS256, ES256, EdDSA'],
  ['{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', 'jwksFile: ', 'jwks.json cannot be used: key 1 is a secret'],
  ['{}', 'algorithms: [HS256], jwksFile: ', 'http.jwt.algorithms[0]: expected one of RS256'],
  ['{}', 'algorithms: [none], jwksFile: ', 'http.jwt.algorithms[0]: expected one of RS256'],
  ['{}', 'clockTolerance: 1h, jwksFile: ', 'http.jwt.clockTolerance: expected at most 5m'],
])('with %s and %s the service does not start (exit code 2)', async (keys, settings, message) => {
  writeFileSync(jwks, keys);
  writeFileSync(config, `http: { jwt: { ${settings}"${jwks}", issuer: issuer, audience: [touchpoint] } }`);
  const { code, stderr } = await touchpoint(['serve'], { TOUCHPOINT_CONFIG: config, HTTP_PORT: '0' });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr).not.toContain('c2VjcmV0');
});

test('without its file, issuer or audience neither', async () => {
  writeFileSync(config, 'http: { jwt: { jwksFile: nowhere.json } }');
  const { code, stderr } = await touchpoint(['serve'], { TOUCHPOINT_CONFIG: config });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/http\.jwt\.issuer: expected text; found nothing[\s\S]*http\.jwt\.audience: expected a list; found nothing/)]);
  writeFileSync(config, 'http: { jwt: { jwksFile: nowhere.json, issuer: i, audience: [a] } }');
  expect(await touchpoint(['serve'], { TOUCHPOINT_CONFIG: config })).toMatchObject({ code: 2, stderr: 'http.jwt.jwksFile: nowhere.json cannot be read: ENOENT\n' });
});
