import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { everySoOften } from '../../src/app/every-so-often.js';

beforeEach(() => { jest.useFakeTimers(); });
afterEach(() => { jest.useRealTimers(); });

test('what fails is told each time, and is tried again when its time has come', async () => {
  const told: string[] = [];
  let times = 0;
  const shown = everySoOften(1_000, () => (++times === 2 ? Promise.resolve() : Promise.reject(new Error(`time ${times}`))), ({ message }) => { told.push(message); });
  await jest.advanceTimersByTimeAsync(2_500);
  expect(told).toEqual(['time 1', 'time 3']);
  shown.stop();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(times).toBe(3);
});

test('work that takes longer is not begun a second time meanwhile', async () => {
  let begun = 0;
  const under = Promise.withResolvers<undefined>();
  const shown = everySoOften(1_000, () => {
    begun += 1;
    return begun === 1 ? under.promise.then(() => undefined) : Promise.resolve();
  });
  await jest.advanceTimersByTimeAsync(5_500);
  expect(begun).toBe(1);
  under.resolve(undefined);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(begun).toBe(2);
  shown.stop();
});
