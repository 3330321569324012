import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { minorUnits, numberOf } from '../../../src/pipeline/maps/money.js';

describe('minor units', () => {
  test.each([
    ['39.95', 'EUR', '.', 3995n], ['39.9', 'EUR', '.', 3990n], ['39', 'EUR', '.', 3900n], ['-0.05', 'EUR', '.', -5n], ['39.950', 'EUR', '.', 3995n],
    ['1,234,567.80', 'USD', '.', 123456780n], ['1.234,50', 'EUR', ',', 123450n], ["1'234.50", 'CHF', '.', 123450n], ['1 234,5', 'SEK', ',', 123450n],
    ['500', 'JPY', '.', 500n], ['1.234', 'KWD', '.', 1234n], [' 7.10 ', 'BRL', '.', 710n],
    [19.99, 'EUR', '.', 1999n], [0.1 + 0.2, 'EUR', '.', 30n], [1e6, 'EUR', '.', 100000000n], [7n, 'EUR', '.', 700n],
  ] as const)('%s %s with %s before the cents is %s', (amount, currency, decimal, units) => {
    expect(minorUnits(amount, currency, decimal)).toBe(units);
  });

  test.each([
    ['39.955', 'EUR', '.', 'more digits than EUR has'], ['12,50', 'EUR', '.', 'is no amount'], ['EUR 5', 'EUR', '.', 'is no amount'], ['', 'EUR', '.', 'is no amount'],
    ['1,23,456', 'EUR', '.', 'is no amount'], ['5', 'euro', '.', 'three capital letters'], [19.999, 'EUR', '.', 'fractions of a minor unit'], [1e300, 'EUR', '.', 'too large'],
  ] as const)('%s %s is refused: %s', (amount, currency, decimal, why) => {
    expect(() => minorUnits(amount, currency, decimal)).toThrow(why);
  });

  test('of any amount written with two digits are exact', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (units) => {
      const text = `${units / 100n}.${String(units % 100n).padStart(2, '0')}`;
      expect(minorUnits(text, 'EUR', '.')).toBe(units);
      if (units < 10n ** 12n) expect(minorUnits(Number(text), 'EUR', '.')).toBe(units);
    }));
  });

  test('a message holds nothing of the value', () => {
    expect(() => minorUnits('4111-1111', 'EUR', '.')).toThrow(/^money: a text of 9 characters/);
  });
});

test('numbers are read with either sign before the fraction', () => {
  expect([numberOf('1,5', ','), numberOf('1.5', '.'), numberOf('-1.234,5', ','), numberOf('7', '.')]).toEqual([1.5, 1.5, -1234.5, 7]);
  expect(() => numberOf('1.5.2', '.')).toThrow('is no number');
});
