import { expect, test } from '@jest/globals';
import { createThreadHealth } from '../../../src/app/lanes/thread-health.js';

test('a standstill that begins as soon as it was asked is not missed', () => {
  let clock = 5_000;
  const health = createThreadHealth(100, () => clock);
  health();
  clock += 3_100;
  expect(health().delayMs).toBeGreaterThanOrEqual(3_000);
  clock += 100;
  expect(health().delayMs).toBeLessThan(100);
});

test('what its heap holds is told with it', () => {
  expect(createThreadHealth(100, () => 0)().heapBytes).toBeGreaterThan(1e6);
});
