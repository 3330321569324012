import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../src/app/config/durations.js';

describe('durations', () => {
  test.each([['30m', 1_800_000], ['2d', 172_800_000], ['1.5h', 5_400_000], ['250ms', 250], ['0s', 0], [' 5 s ', 5_000]])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', 's', '-1s', '1w', '1h30m', '1e3s', '5S', 'Infinitys'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('as text are read again as they were', () => {
    fc.assert(fc.property(fc.nat(10 ** 12), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }));
  });
});
