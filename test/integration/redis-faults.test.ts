import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRedisAlertHandling } from '../../src/adapters/redis/alert-handling.js';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';
import { customerPart } from '../../src/pipeline/measure-store.js';
import { LANE_FORMAT, NewerLaneFormatError } from '../../src/pipeline/lane-format.js';
import type { LaneCommit, LaneStore } from '../../src/pipeline/ports.js';
import { commitOf, entry, LANES, progress, write } from '../support/store-under-test.js';
import { ownRedis } from '../support/real-services.js';

type Server = Awaited<ReturnType<typeof ownRedis>>;

const CALL_TIMEOUT_MS = 1_000;

let server: Server;
let client: RedisClient;
let store: LaneStore;
beforeEach(async () => {
  server = await ownRedis({ appendfsync: 'always' });
  client = createRedis({ url: server.url, callTimeoutMs: CALL_TIMEOUT_MS });
  store = createRedisLaneStore(client);
});
afterEach(async () => {
  client.disconnect();
  await server.stop();
});

/** Every key with its whole value, as Redis would move it to another server. */
const dump = async (): Promise<Record<string, string>> => {
  const keys = await client.keys('*');
  const values = await Promise.all(keys.sort().map(async (key) => [key, (await client.dumpBuffer(key)).toString('base64')] as const));
  return Object.fromEntries(values);
};

const full = (round: number): Partial<LaneCommit> => ({
  orders: Array.from({ length: 20 }, (_, i) =>
    write(`order-${String(i)}`, {
      facts: Buffer.alloc(50, round),
      // Of every other order as if its facts were many.
      allFacts: i % 2 === 0 ? Buffer.concat(Array.from({ length: round }, (_, before) => Buffer.alloc(50, before + 1))) : null,
      state: Buffer.from(String(round)),
      due: round * 100 + i,
      dirty: true,
      indexAdd: [`round:${String(round)}`],
      indexRemove: [`round:${String(round - 1)}`],
      customers: [{ customerId: 'c-7', told: String(round) }],
    }),
  ),
  topics: new Map([['orders', progress(round)]]),
  seq: round,
  outbox: entry(round, round),
});

/** Calls until it succeeds: what the pipeline does with a call that rejects. */
const untilAnswered = async <T>(ask: () => Promise<T>): Promise<T> => {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
};

describe('a refused write leaves every key as it was (I1, I2)', () => {
  test.each([
    ['a foreign token', (token: string) => commitOf(`not ${token}`, 1, full(2))],
    ['no token', () => commitOf('', 1, full(2))],
    ['an older version', (token: string) => commitOf(token, 0, full(2))],
    ['a newer version', (token: string) => commitOf(token, 2, full(2))],
  ])('commit: %s', async (_why, make) => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    const before = await dump();
    expect(await store.commit(0, make(token))).toEqual({ token, version: 1 });
    expect(await dump()).toEqual(before);
  });

  test('trim, clean, halt: a foreign token', async () => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    const before = await dump();
    const ends = new Map([['cx.events', 5]] as const);
    expect(await store.trim(0, 'foreign', 9, ends)).toBe(false);
    expect(await store.clean(0, 'foreign', await store.dirty(0, 100), ends)).toBe(false);
    expect(await store.halt(0, 'foreign', { name: 'x', message: 'y', since: 0 })).toBe(false);
    expect(await dump()).toEqual(before);
  });

  test('out of memory', async () => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    const before = await dump();
    await client.config('SET', 'maxmemory', '1');
    await expect(store.commit(0, commitOf(token, 1, full(2)))).rejects.toThrow('OOM');
    await client.config('SET', 'maxmemory', '0');
    expect(await dump()).toEqual(before);
    expect(commitOutcome(await store.commit(0, commitOf(token, 1, full(2))), token, 1)).toBe('applied');
  });

  test('out of memory is told in the log without what was to be written', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', pretty: false, destination: { write: (line: string) => void lines.push(line) } });
    const handling = createRedisAlertHandling(client, { prefix: 'cx' });
    const { token } = await store.claim(0, LANES);
    await client.config('SET', 'maxmemory', '1');
    const attempts = [() => store.commit(0, commitOf(token, 0, full(1))), () => handling.acknowledge('a', { at: 1, by: 'Ina', note: 'calls c-7' })];
    for (const attempt of attempts) await attempt().then(() => { throw new Error('it was written'); }, (error: unknown) => { logger.warn({ err: error }, 'failed'); });
    await client.config('SET', 'maxmemory', '0');
    expect(lines.map((line) => (JSON.parse(line) as { err: { type: string; message: string } }).err)).toMatchObject([{ message: expect.stringContaining('OOM') }, { message: expect.stringContaining('EXECABORT') }]);
    for (const line of lines) expect(line).not.toMatch(/Ina|c-7|order-1|"args"/);
  });

  test('a replica that takes no writes', async () => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    const before = await dump();
    await client.replicaof('127.0.0.1', '1');
    await expect(store.commit(0, commitOf(token, 1, full(2)))).rejects.toThrow('READONLY');
    await untilAnswered(() => client.replicaof('NO', 'ONE'));
    expect(await dump()).toEqual(before);
  });

  test('a journey longer than Redis can hold: the other orders of the commit neither', async () => {
    const { token } = await store.claim(0, LANES);
    await client.setrange(`${keyNames('cx').lane(0).factsOf}huge`, 256 * 1024 * 1024 - 1, 'x');
    const orders = [write('other'), write('huge', { facts: Buffer.alloc(5_000) })];
    await expect(store.commit(0, commitOf(token, 0, { orders }))).rejects.toThrow('order huge');
    expect(await store.load(0, ['other'])).toEqual([null]);
    expect((await store.claim(0, LANES)).version).toBe(0);
  });

  const { outbox, dirty, orders, index, orderOf, factsOf, customersOf } = keyNames('cx').lane(0);
  /** Keys that a stranger under our prefix may have taken for something else; the script writes to each of them. */
  const TAKEN: readonly (readonly [string, string])[] = [
    ["an order's many facts", `${factsOf}order-7`], ['an order', `${orderOf}order-7`], ['the marks', dirty], ['the outbox', outbox],
    ['names of leaves of orders', orders.names], ['a leaf of orders', orders.leafOf], ['leaves by deadline', orders.first], ['names of leaves of index entries', index.names],
    ['a leaf of index entries', index.leafOf], ['what is told of customers', `${customersOf}${customerPart('c-7')}`],
  ];
  test.each(TAKEN)('commit, while %s stand under a key of another type', async (_what, key) => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    await client.del(key);
    // What is told of customers is a hash itself.
    await (key.startsWith(customersOf) ? client.set(key, 'not ours') : client.hset(key, 'not', 'ours'));
    const before = await dump();
    const change = full(2);
    const one = { ...change, orders: [...(change.orders ?? []), write('new one', { due: null })] };
    await expect(store.commit(0, commitOf(token, 1, one))).rejects.toThrow('WRONGTYPE');
    expect(await dump()).toEqual(before);
    await client.del(key);
    expect(commitOutcome(await store.commit(0, commitOf(token, 1, one)), token, 1)).toBe('applied');
  });

  test.each([['claim', outbox], ['trim', outbox], ['clean', dirty]])('%s, while the key that it uses is of another type', async (what, key) => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    const marks = await store.dirty(0, 100);
    await client.del(key);
    await client.hset(key, 'not', 'ours');
    const before = await dump();
    const ends = new Map([['cx.events', 5]] as const);
    const calls: Record<string, () => Promise<unknown>> = {
      claim: () => store.claim(0, LANES), trim: () => store.trim(0, token, 1, ends), clean: () => store.clean(0, token, marks, ends),
    };
    await expect(calls[what]?.()).rejects.toThrow('WRONGTYPE');
    expect(await dump()).toEqual(before);
  });

  test('a lane in a newer format: claim', async () => {
    await store.claim(0, LANES);
    await client.hset(keyNames('cx').lane(0).lane, 'format', String(LANE_FORMAT + 1));
    const before = await dump();
    await expect(store.claim(0, LANES)).rejects.toThrow(NewerLaneFormatError);
    expect(await dump()).toEqual(before);
  });
});

describe('commits through faults', () => {
  /** What `rounds` whole commits leave behind, nothing more and nothing less. */
  const expectWhole = async (rounds: number): Promise<void> => {
    const lane = await store.claim(0, LANES);
    expect(lane).toMatchObject({ version: rounds, seq: rounds, topics: new Map([['orders', progress(rounds)]]) });
    expect(lane.outbox.map(({ firstSeq }) => firstSeq)).toEqual(Array.from({ length: rounds }, (_, i) => i + 1));
    const ids = Array.from({ length: 20 }, (_, i) => `order-${String(i)}`);
    const facts = Buffer.concat(Array.from({ length: rounds }, (_, i) => Buffer.alloc(50, i + 1)));
    expect(await store.load(0, ids)).toEqual(ids.map(() => ({ facts, state: Buffer.from(String(rounds)) })));
    expect(await store.due(0, Infinity, 100)).toEqual(ids.map((orderId, i) => ({ orderId, at: rounds * 100 + i })));
    expect(await store.orderIds(0, `round:${String(rounds)}`, null, 100)).toHaveLength(20);
    expect(await store.orderIds(0, `round:${String(rounds - 1)}`, null, 100)).toEqual([]);
  };

  /** Commits until `done`, each as often as it takes; how many were applied. */
  const commitUntil = async (token: string, done: () => boolean): Promise<number> => {
    let version = 0;
    while (!done()) {
      const commit = commitOf(token, version, full(version + 1));
      const outcome = commitOutcome(await untilAnswered(() => store.commit(0, commit)), token, version);
      if (outcome !== 'not_applied') expect(outcome).toBe('applied');
      if (outcome === 'applied') version += 1;
    }
    return version;
  };

  test('Redis is killed and started again: what was confirmed is there, each commit whole and once', async () => {
    const { token } = await store.claim(0, LANES);
    let enough = false;
    const running = commitUntil(token, () => enough);
    for (let i = 0; i < 2; i++) {
      const { version } = await atVersionBeyond(0, i * 20 + 10);
      expect(version).toBeGreaterThan(0);
      await server.kill();
      await server.start();
    }
    enough = true;
    await expectWhole(await running);
  });

  test('Redis stands still: calls reject in time, and what was sent counts once', async () => {
    const { token } = await store.claim(0, LANES);
    await store.commit(0, commitOf(token, 0, full(1)));
    await server.freeze();
    const commit = commitOf(token, 1, full(2));
    const asked = performance.now();
    await expect(store.commit(0, commit)).rejects.toThrow();
    expect(performance.now() - asked).toBeLessThan(2 * CALL_TIMEOUT_MS);
    const again = store.commit(0, commit).catch(() => null);
    await server.thaw();
    await again;
    expect(commitOutcome(await untilAnswered(() => store.commit(0, commit)), token, 1)).toBe('applied');
    await expectWhole(2);
  });

  test('a server that lost its scripts gets them again', async () => {
    const { token } = await store.claim(0, LANES);
    await client.script('FLUSH');
    expect(commitOutcome(await store.commit(0, commitOf(token, 0, full(1))), token, 0)).toBe('applied');
    await expectWhole(1);
  });

  test('a Redis that went back is noticed', async () => {
    const { token } = await store.claim(0, LANES);
    const { lane } = keyNames('cx').lane(0);
    await store.commit(0, commitOf(token, 0, full(1)));
    await client.hset(lane, 'version', '0');
    expect(commitOutcome(await store.commit(0, commitOf(token, 1, full(2))), token, 1)).toBe('went_back');
    await client.flushall();
    expect(commitOutcome(await store.commit(0, commitOf(token, 1, full(2))), token, 1)).toBe('lost');
  });

  /** Waits until the lane's version is greater, seen over the same connection. */
  const atVersionBeyond = async (lane: number, version: number): Promise<{ version: number }> => {
    for (;;) {
      const found = Number(await untilAnswered(() => client.hget(keyNames('cx').lane(lane).lane, 'version')));
      if (found > version) return { version: found };
    }
  };
});

test('ids seen before are forgotten after the given time', async () => {
  const short = createRedisLaneStore(client, { seenSeconds: 1 });
  expect(await short.firstSeen([{ key: 'k', coordinates: 'a' }])).toEqual([true]);
  expect(await client.pttl(keyNames('cx').seen('k'))).toBeGreaterThan(0);
  expect(await client.pttl(keyNames('cx').seen('k'))).toBeLessThanOrEqual(1_000);
  expect(await store.firstSeen([{ key: 'other', coordinates: 'a' }])).toEqual([true]);
  expect(await client.pttl(keyNames('cx').seen('other'))).toBeGreaterThan(29 * 86_400_000);
});
