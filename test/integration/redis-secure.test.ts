import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { realKafka } from '../support/real-services.js';
import { type Certificates, makeCertificates } from '../support/services/certificates.js';
import { startSecureRedis } from '../support/services/secure-redis.js';
import { loadShop, readShop } from '../support/shop-on-stage.js';
import { createStage, type Stage } from '../support/touchpoint.js';

const PASSWORD = 'a/secret+of ours';

describe('a Redis with TLS, certificates of its own authority, and a user with no rights but those of deploy/redis/users.acl', () => {
  const ends: (() => Promise<void>)[] = [];
  let certificates: Certificates;
  let redis: Awaited<ReturnType<typeof startSecureRedis>>;
  let stage: Stage;
  beforeAll(async () => {
    certificates = await makeCertificates(mkdtempSync(join(tmpdir(), 'touchpoint-secure-')));
    redis = await startSecureRedis(certificates, PASSWORD);
    ends.push(() => redis.stop());
    // The prefix is that of the rights.
    stage = await createStage({
      partitions: 2, config: { redis: { prefix: 'cx' } },
      on: { brokers: (await realKafka()).brokers, redisUrl: redis.open, env: { REDIS_URL: redis.url, REDIS_TLS_CA_FILE: certificates.ca, REDIS_TLS_CERT_FILE: certificates.client.cert, REDIS_TLS_KEY_FILE: certificates.client.key } },
    });
    ends.push(() => stage.close());
  }, 120_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['whose authority is not known', () => ({ REDIS_TLS_CA_FILE: '' }), /certificate[^]*REDIS_TLS_CA_FILE/],
    ['that shows no certificate', () => ({ REDIS_TLS_CERT_FILE: '', REDIS_TLS_KEY_FILE: '' }), /REDIS_URL/],
    ['with a wrong password', () => ({ REDIS_URL: redis.url.replace(/:[^:@]+@/, ':wrong@') }), /WRONGPASS[^]*REDIS_URL/],
  ])('a service %s does not start, says why, and shows no secret', async (_, env, words) => {
    const { code, stdout, stderr } = await stage.run(['serve'], env());
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(stdout + stderr).not.toContain(secret);
  }, 60_000);

  test('serves, is killed, goes on, is verified and made anew', async () => {
    const worker = await stage.worker();
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
    const orders = await loadShop(stage, 60);
    await readShop(worker, orders);
    await worker.kill('SIGKILL');
    const again = await stage.worker();
    await readShop(again, orders);
    expect(await stage.run(['verify', '--rate', '0'])).toMatchObject({ code: 0 });
    expect(await stage.run(['lanes', 'rebuild', '--all'])).toMatchObject({ code: 0 });
    await readShop(again, orders);
    expect(await stage.run(['lanes', 'list'])).toMatchObject({ code: 0 });
    expect(worker.log() + again.log()).not.toMatch(/NOPERM|secret/);
  }, 120_000);

  test('keys of others stay out of its reach', async () => {
    const client = new Redis(redis.url, { tls: { ca: certificates.ca }, lazyConnect: true, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow();
    client.disconnect();
    const user = new Redis(redis.open.replace('test:any@', `touchpoint:${encodeURIComponent(PASSWORD)}@`));
    await expect(user.set('another:1', 'x')).rejects.toThrow('NOPERM');
    await expect(user.flushall()).rejects.toThrow('NOPERM');
    await expect(user.set('{cx:0}:x', 'x')).resolves.toBe('OK');
    await user.del('{cx:0}:x');
    user.disconnect();
  }, 30_000);
});
