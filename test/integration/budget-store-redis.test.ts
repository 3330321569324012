import { expect, test } from '@jest/globals';
import { createRedisBudgetStore } from '../../src/adapters/redis/budget-store.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { budgetStoreContract } from '../contract/budget-store.contract.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

const redis = clientForTests();

budgetStoreContract('Redis', () => createRedisBudgetStore(redis(), { prefix: freshPrefix('cx') }));

test('nothing of a budget is kept for ever', async () => {
  const prefix = freshPrefix('cx');
  const { decide } = createRedisBudgetStore(redis(), { prefix });
  const change = { sink: 'crm', team: 'service', changeId: 'c', severity: 'warning', isEnd: false, hour: 7, allowed: 1 } as const;
  expect([await decide({ ...change, alertId: 'a' }), await decide({ ...change, alertId: 'b' })]).toEqual(['alone', 'digest']);
  const names = keyNames(prefix);
  for (const key of [names.telling('crm', 'a'), names.telling('crm', 'b')]) expect(await redis().ttl(key)).toBeGreaterThan(29 * 86_400);
  expect(await redis().ttl(names.told('crm', 'service', 'warning', 7))).toBeGreaterThan(3_600);
});
