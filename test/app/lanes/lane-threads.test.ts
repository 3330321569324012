import { availableParallelism, totalmem } from 'node:os';
import { expect, test } from '@jest/globals';
import { thisMachine, usualLaneThreads } from '../../../src/app/lanes/lane-threads.js';

const GB = 1e9;

test.each([
  ['a laptop', 8, 16 * GB, 2],
  ['just enough', 2, 2 * GB, 2],
  ['a single core', 1, 16 * GB, 1],
  ['a container of 1 GiB', 4, 2 ** 30, 1],
])('lanes of %s are worked by as many threads as suit it', (_, cores, memoryBytes, threads) => {
  expect(usualLaneThreads({ cores, memoryBytes })).toBe(threads);
});

test('the machine is as large as its system says, or as this process may use of it', () => {
  const { cores, memoryBytes } = thisMachine();
  expect(cores).toBe(availableParallelism());
  expect(memoryBytes).toBeGreaterThan(0.1 * GB);
  expect(memoryBytes).toBeLessThanOrEqual(totalmem());
});
