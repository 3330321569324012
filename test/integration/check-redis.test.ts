import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { checkRedis, type RedisFinding } from '../../src/adapters/redis/check-redis.js';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { redisWallClock } from '../../src/adapters/redis/wall-clock.js';
import { ownRedis } from '../support/real-services.js';

let server: Awaited<ReturnType<typeof ownRedis>>;
let client: RedisClient;
const others: RedisClient[] = [];
beforeAll(async () => {
  server = await ownRedis({ appendfsync: 'always' });
  client = createRedis({ url: server.url });
});
afterEach(() => {
  for (const other of others.splice(0)) other.disconnect();
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});

const connect = (url: string, callTimeoutMs = 1_000): RedisClient => {
  const other = createRedis({ url, callTimeoutMs });
  others.push(other);
  return other;
};

/** Findings under the given settings, which are undone afterwards. */
const findingsUnder = async (settings: Readonly<Record<string, string>>): Promise<readonly RedisFinding[]> => {
  const before = await Promise.all(Object.keys(settings).map((name) => client.config('GET', name)));
  for (const [name, value] of Object.entries(settings)) await client.config('SET', name, value);
  try {
    return await checkRedis(client);
  } finally {
    for (const [name = '', value = ''] of before.reverse()) await client.config('SET', name, value);
  }
};

describe('checking a Redis at start', () => {
  test('finds nothing against one that is set up well', async () => {
    expect(await checkRedis(client)).toEqual([]);
  });

  test.each([
    [{ appendfsync: 'everysec' }, 'warning', 'up to a second'],
    [{ appendfsync: 'everysec' }, 'warning', 'read the records again and say nothing twice'],
    [{ appendfsync: 'no' }, 'warning', 'up to some 30 seconds'],
    [{ appendonly: 'no', save: '' }, 'error', 'set appendonly yes'],
    [{ appendonly: 'no', save: '60 1' }, 'warning', 'snapshots only'],
    [{ maxmemory: '1gb', 'maxmemory-policy': 'allkeys-lru' }, 'error', 'set maxmemory-policy to noeviction'],
    [{ maxmemory: '1gb', 'maxmemory-policy': 'volatile-ttl' }, 'error', 'set maxmemory-policy to noeviction'],
  ])('tells of %j', async (settings, level, part) => {
    const findings = await findingsUnder(settings);
    expect(findings).toEqual([{ level, message: expect.stringContaining(part) }]);
    expect(findings[0]?.message).toContain(server.address);
  });

  test.each([{ maxmemory: '1gb', 'maxmemory-policy': 'noeviction' }, { 'maxmemory-policy': 'allkeys-lru' }])('has nothing against %j', async (settings) => {
    expect(await findingsUnder(settings)).toEqual([]);
  });

  test('tells of a replica', async () => {
    await client.replicaof('127.0.0.1', '1');
    const findings = await checkRedis(client);
    await client.replicaof('NO', 'ONE');
    expect(findings).toEqual([{ level: 'error', message: expect.stringContaining('replica') }]);
  });

  test('warns, and no more, where settings may not be read', async () => {
    await client.acl('SETUSER', 'guest', 'on', '>secret', '~*', '+@all', '-config');
    const guest = connect(server.url.replace('redis://', 'redis://guest:secret@'));
    expect(await checkRedis(guest)).toEqual([]);
    await client.config('SET', 'appendonly', 'no');
    const findings = await checkRedis(guest);
    await client.config('SET', 'appendonly', 'yes');
    expect(findings).toEqual([{ level: 'warning', message: expect.stringContaining("doesn't tell") }]);
  });

  test.each([
    ['nobody listens', 'redis://127.0.0.1:1', /127\.0\.0\.1:1 .*ECONNREFUSED/],
    ['the host is unknown', 'redis://host.invalid:6379', /host\.invalid:6379 .*(ENOTFOUND|EAI_AGAIN)/],
  ])('tells in bounded time that %s', async (_why, url, message) => {
    expect(await checkRedis(connect(url))).toEqual([{ level: 'error', message: expect.stringMatching(message) }]);
  });

  test('tells of a wrong password', async () => {
    await client.acl('SETUSER', 'other', 'on', '>secret', '~*', '+@all');
    expect(await checkRedis(connect(server.url.replace('redis://', 'redis://other:wrong@')))).toEqual([
      { level: 'error', message: expect.stringContaining('WRONGPASS') },
    ]);
  });
});

test.each(['', 'localhost:6379', 'http://localhost', 'redis://'])('"%s" is refused as an address', (url) => {
  expect(() => createRedis({ url })).toThrow('a Redis URL looks like');
});

describe('the clock of Redis', () => {
  test('is near this machine\'s when it is the same machine', async () => {
    const clock = await redisWallClock(client);
    expect(Math.abs(clock.skewMs())).toBeLessThan(1_000);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
    clock.stop();
  });

  test('is not had without Redis, and says when it is lost', async () => {
    await expect(redisWallClock(connect('redis://127.0.0.1:1'))).rejects.toThrow();
    const own = await ownRedis();
    let lose: (error: Error) => void = () => undefined;
    const lost = new Promise<Error>((resolve) => {
      lose = resolve;
    });
    const clock = await redisWallClock(connect(own.url, 200), { refreshMs: 10, onTrouble: (error) => { lose(error); } });
    await own.stop();
    expect(await lost).toBeInstanceOf(Error);
    clock.stop();
  });
});
