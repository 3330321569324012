import { expect, test } from '@jest/globals';
import { createRedisAlertHandling } from '../../src/adapters/redis/alert-handling.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import type { Closure, Kept } from '../../src/pipeline/alert-handling.js';
import { alertHandlingContract } from '../contract/alert-handling.contract.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

const redis = clientForTests();
const closed: Closure = { at: 1, by: null, note: null, outcome: 'done', severity: 'warning', patterns: ['missed_promise'] };

alertHandlingContract('Redis', () => createRedisAlertHandling(redis(), { prefix: freshPrefix('cx') }));

test('a lane that forgets its orders keeps the closures that it has yet to say', async () => {
  const prefix = freshPrefix('cx');
  const handling = createRedisAlertHandling(redis(), { prefix });
  const store = createRedisLaneStore(redis(), { prefix });
  const { token } = await store.claim(3, 8);
  await handling.close({ lane: 3, orderId: 'o', alertId: 'a' }, closed);
  expect(await store.clear(3, token)).toBe(true);
  expect(await handling.waiting(3, 10)).toHaveLength(1);
  expect((await handling.of(['a']))[0]?.closed).toEqual(closed);
});

test('a closure that came no further than to wait is kept once it is said', async () => {
  const prefix = freshPrefix('cx');
  const handling = createRedisAlertHandling(redis(), { prefix });
  const names = keyNames(prefix);
  await handling.close({ lane: 3, orderId: 'o', alertId: 'a' }, closed);
  await redis().del(names.handling('a'));
  await handling.said(3, await handling.waiting(3, 10));
  expect((await handling.of(['a']))[0]?.closed).toEqual(closed);
  expect(await redis().ttl(names.handling('a'))).toBeGreaterThan(86_400);
});

test('what is no transaction of ours is refused, not taken for done', async () => {
  const prefix = freshPrefix('cx');
  const handling = createRedisAlertHandling(redis(), { prefix });
  await redis().set(keyNames(prefix).handling('a'), 'something else');
  await expect(handling.acknowledge('a', closed)).rejects.toThrow('WRONGTYPE');
  await expect(handling.snooze('a', { ...closed, until: 2, revision: 0 })).rejects.toThrow('WRONGTYPE');
});

test('what a newer version wrote is left to it, and keeps nothing else from being read', async () => {
  const prefix = freshPrefix('cx');
  const handling = createRedisAlertHandling(redis(), { prefix });
  const names = keyNames(prefix);
  await handling.close({ lane: 3, orderId: 'o', alertId: 'a' }, closed);
  await handling.acknowledge('b', closed);
  await redis().hset(names.closing(3), 'b', JSON.stringify({ orderId: 'o', alertId: 'b', closure: { ...closed, outcome: 'delegated' } }));
  await redis().hset(names.handling('b'), 'closed', JSON.stringify({ ...closed, outcome: 'delegated' }));
  expect((await handling.waiting(3, 10)).map(({ alertId }) => alertId)).toEqual(['a']);
  expect(await handling.of(['b'])).toMatchObject([{ acknowledged: { at: 1 }, closed: null }]);
});

test('of two who close an alert at the same time exactly one is first, wherever the other one comes in between', async () => {
  for (const between of [0, 1]) {
    const prefix = freshPrefix('cx');
    const [jo, alert] = [{ ...closed, by: 'Jo' }, { lane: 3, orderId: 'o', alertId: 'a' }];
    let answers = 0;
    let joins: Promise<Kept<Closure>> | null = null;
    const racing = Object.create(redis(), {
      multi: {
        value: () => {
          const transaction = redis().multi();
          const exec = transaction.exec.bind(transaction);
          transaction.exec = async () => {
            const answer = await exec();
            if (answers++ === between) await (joins = createRedisAlertHandling(redis(), { prefix }).close(alert, jo));
            return answer;
          };
          return transaction;
        },
      },
    }) as RedisClient;
    const ina = await createRedisAlertHandling(racing, { prefix }).close(alert, { ...closed, by: 'Ina' });
    const other = await joins!;
    expect([between, ina.isFirst, other.isFirst, ina.kept, other.kept]).toEqual([between, true, false, { ...closed, by: 'Ina' }, { ...closed, by: 'Ina' }]);
  }
});
