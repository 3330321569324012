import { expect, test } from '@jest/globals';
import { createFetchTroubles } from '../../../src/adapters/kafka/fetch-troubles.js';

test('troubles are told once they last, until the broker answers or is asked no more', () => {
  let now = 0;
  const troubles = createFetchTroubles(() => now);
  troubles.failed('1', 'closed');
  now += 4_999;
  expect(troubles.lasting()).toEqual([]);
  troubles.failed('1', 'refused');
  troubles.failed('2', 'refused');
  now += 1;
  expect(troubles.lasting()).toEqual(['refused']);
  troubles.passed('1');
  expect(troubles.lasting()).toEqual([]);
  now += 5_000;
  expect(troubles.lasting()).toEqual(['refused']);
  now += 10_000;
  expect(troubles.lasting()).toEqual([]);
  troubles.failed('2', 'closed');
  expect(troubles.lasting()).toEqual([]);
});
