import { expect, test } from '@jest/globals';
import { createPause } from '../../src/pipeline/pause.js';

const START = 1_800_000_000_000;

test('a pause lasts as long as it was begun for, or as it is asked to last longer', () => {
  let now = START;
  const pause = createPause(() => now);
  expect(pause.isOver()).toBe(true);
  pause.begin(1_000);
  now += 999;
  expect(pause.isOver()).toBe(false);
  now += 1;
  expect([pause.isOver(), pause.isOver(1)]).toEqual([true, false]);
  pause.begin(1_000, now - 400);
  now += 600;
  expect(pause.isOver()).toBe(true);
  pause.begin(1_000);
  pause.end();
  expect(pause.isOver()).toBe(true);
});

test('it ends where the clock was set back behind its beginning, by however little', () => {
  let now = START;
  const pause = createPause(() => now);
  pause.begin(1_000);
  now -= 1;
  expect([pause.isOver(), pause.isOver(3_600_000)]).toEqual([true, true]);
});
