import { describe, expect, test } from '@jest/globals';
import { keyNames, type LaneKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import { createRedisLaneViewer } from '../../src/adapters/redis/lane-viewer.js';
import { createRedisOrderReader } from '../../src/adapters/redis/order-reader.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import { LANE_FORMAT } from '../../src/pipeline/lane-format.js';
import { commitOf, LANES, write } from '../support/store-under-test.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

/** A lane as format 5 kept it is moved when it is claimed; test/upgrade does it with whole states. */

const client = clientForTests();
const LANE = 1;
const IDS = Array.from({ length: 1_300 }, (_, n) => `order-${String(n).padStart(4, '0')}`);
const factsOf = (n: number): Buffer => Buffer.alloc(n % 100 === 0 ? 2_000 : n % 50, n);
const dueOf = (n: number): number | null => (n % 3 === 0 ? n : null);

async function leaveFormat5(redis: RedisClient, { lane, dirty }: LaneKeys): Promise<void> {
  const tag = lane.slice(0, -'lane'.length);
  await redis.hset(lane, { token: 'former', version: '7', seq: '3', lanes: String(LANES), format: '5' });
  const leaving = redis.pipeline();
  for (const [n, id] of IDS.entries()) {
    leaving.set(`${tag}s:${id}`, `state ${n}`).zadd(`${tag}orders`, 0, id).zadd(`${tag}i:customer:${n % 400}`, 0, id);
    if (factsOf(n).length > 0) leaving.set(`${tag}f:${id}`, factsOf(n));
    if (dueOf(n) !== null) leaving.zadd(`${tag}due`, n, id);
    if (n % 2 === 0) leaving.zadd(`${tag}i:verdict:poor`, 0, id);
  }
  leaving.zadd(dirty, 7, IDS[0] ?? '');
  await leaving.exec();
}

/** As the client, but the call number `at` of a script, and all after it, fail. */
const failingFrom = (redis: RedisClient, at: number): RedisClient => {
  let calls = 0;
  return new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'callBuffer' && (calls += 1) > at) return Promise.reject(new Error('the process ended'));
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
};

async function expectArranged(redis: RedisClient, prefix: string): Promise<void> {
  const store = createRedisLaneStore(redis, { prefix });
  expect(await store.orderIds(LANE, null, null, 10_000)).toEqual(IDS);
  expect(await store.load(LANE, IDS)).toEqual(IDS.map((_, n) => ({ facts: factsOf(n), state: Buffer.from(`state ${n}`) })));
  expect(await store.due(LANE, Infinity, 10_000)).toEqual(IDS.flatMap((orderId, n) => (dueOf(n) === null ? [] : [{ orderId, at: n }])));
  expect(await store.orderIds(LANE, 'verdict:poor', null, 10_000)).toEqual(IDS.filter((_, n) => n % 2 === 0));
  expect(await store.orderIds(LANE, 'customer:9', null, 10)).toEqual([9, 409, 809, 1_209].map((n) => IDS[n]));
  const { lane } = keyNames(prefix).lane(LANE);
  const tag = lane.slice(0, -'lane'.length);
  const keys = (await redis.keys(`${tag}*`)).map((key) => key.slice(tag.length));
  expect(keys.filter((key) => /^(?:s:|i:|orders$|due$)/.test(key))).toEqual([]);
  expect(keys.filter((key) => key.startsWith('f:'))).toHaveLength(IDS.filter((_, n) => n % 100 === 0).length);
  expect(await redis.hmget(lane, 'format', 'arranging', 'version')).toEqual([String(LANE_FORMAT), null, '7']);
}

describe('a lane of format 5', () => {
  test('is moved when it is claimed, and told of', async () => {
    const prefix = freshPrefix('cx');
    await leaveFormat5(client(), keyNames(prefix).lane(LANE));
    const told: (number | null)[] = [];
    const store = createRedisLaneStore(client(), { prefix, onArranging: (_, orders) => told.push(orders) });
    const { token, version } = await store.claim(LANE, LANES);
    expect([version, told]).toEqual([7, [IDS.length, null]]);
    await expectArranged(client(), prefix);
    await store.commit(LANE, commitOf(token, version, { orders: [write('order-0100', { facts: Buffer.from('!') })] }));
    expect((await store.load(LANE, ['order-0100']))[0]?.facts).toEqual(Buffer.concat([factsOf(100), Buffer.from('!')]));
    await store.claim(LANE, LANES);
    expect(told).toHaveLength(2);
  });

  test('is moved to the end by the next one where a worker ends in between, and cannot be read until then', async () => {
    const prefix = freshPrefix('cx');
    const reader = createRedisOrderReader(client(), { prefix, lanes: LANES });
    const viewer = createRedisLaneViewer(client(), { prefix });
    const expectUnreadable = async (): Promise<void> => {
      for (const read of [() => reader.order(LANE, 'nobody'), () => reader.list(null, null, 10), () => reader.list('verdict:poor', null, 10), () => viewer.look(LANE, [])]) {
        await expect(read()).rejects.toThrow('still kept as an older version left it');
      }
    };
    await leaveFormat5(client(), keyNames(prefix).lane(LANE));
    await expectUnreadable();
    let interrupted = 0;
    for (let at = 1; ; at += 1) {
      const ended = await createRedisLaneStore(failingFrom(client(), at), { prefix }).claim(LANE, LANES).then(() => false, () => true);
      if (!ended) break;
      interrupted += 1;
      await expectUnreadable();
    }
    // Each goes further: the claim, three pieces of orders, those of index entries, the end.
    expect(interrupted).toBeGreaterThan(4);
    await expectArranged(client(), prefix);
  });

  test('is left to whoever claims it meanwhile', async () => {
    const prefix = freshPrefix('cx');
    const keys = keyNames(prefix).lane(LANE);
    await leaveFormat5(client(), keys);
    const first = createRedisLaneStore(client(), { prefix, onArranging: () => void createRedisLaneStore(client(), { prefix }).claim(LANE, LANES) });
    const { token } = await first.claim(LANE, LANES);
    const second = await createRedisLaneStore(client(), { prefix }).claim(LANE, LANES);
    expect(second.token).not.toBe(token);
    await expectArranged(client(), prefix);
  });
});
