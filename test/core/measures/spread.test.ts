import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTally } from '../../../src/core/measures/quantities.js';
import { addDuration, figuresOf } from '../../../src/core/measures/spread.js';

/** Durations from a ms to years, early and late. */
const ms = fc.oneof(fc.integer({ min: -5e10, max: 5e10 }), fc.integer({ min: -5_000, max: 5_000 }), fc.constant(0));

function tallyOf(values: readonly number[], taken: readonly number[] = []) {
  const tally = createTally();
  for (const value of values) addDuration('delay', 0, value, (quantity, _, amount = 1, of = '') => { tally.add(quantity, of, amount); });
  for (const value of taken) addDuration('delay', 0, value, (quantity, _, amount = 1, of = '') => { tally.add(quantity, of, -amount); });
  return figuresOf('delay', tally);
}

describe('durations', () => {
  test('percentiles are within 1 % of the value at their rank', () => {
    fc.assert(fc.property(fc.array(ms, { minLength: 1, maxLength: 80 }), fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (values, share) => {
      const sorted = [...values].sort((a, b) => a - b);
      // By whole numbers: the least rank r with 100 r >= 100 share n.
      const exact = sorted[Math.ceil((Math.round(share * 100) * sorted.length) / 100) - 1]! / 1_000;
      const told = tallyOf(values).percentile(share)!;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(0.01 * Math.abs(exact));
    }), { numRuns: 2_000 });
  });

  test('mean and deviation are exact, far from zero too', () => {
    fc.assert(fc.property(fc.integer({ min: -4e10, max: 4e10 }), fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 40 }), (base, beside) => {
      const { n, mean, sd } = tallyOf(beside.map((offset) => base + offset));
      const average = beside.reduce((sum, offset) => sum + offset, 0) / beside.length;
      const squares = beside.reduce((sum, offset) => sum + (offset - average) ** 2, 0);
      expect(n).toBe(beside.length);
      expect(mean).toBeCloseTo((base + average) / 1_000, 6);
      expect(sd).toBeCloseTo(Math.sqrt(squares / (beside.length - 1)) / 1_000, 9);
    }));
  });

  test('what was taken away again leaves nothing behind', () => {
    fc.assert(fc.property(fc.array(ms, { maxLength: 20 }), fc.array(ms, { maxLength: 20 }), (stay, go) => {
      const left = tallyOf([...stay, ...go], go);
      const alone = tallyOf(stay);
      const shares = [0.5, 0.9];
      expect({ ...left, percentile: shares.map(left.percentile) }).toEqual({ ...alone, percentile: shares.map(alone.percentile) });
    }));
  });

  test('squares are kept exactly, over all the years that can be written', () => {
    fc.assert(fc.property(fc.oneof(ms, fc.integer({ min: -3.2e14, max: 3.2e14 })), (value) => {
      const limbs = new Map<string, bigint>();
      addDuration('cycle', 0, value, (quantity, _, amount = 1) => { limbs.set(quantity, BigInt(amount)); });
      const [low, middle, high] = ['low', 'middle', 'high'].map((limb) => limbs.get(`cycle.squares.${limb}`) ?? 0n) as [bigint, bigint, bigint];
      expect((high << 60n) + (middle << 30n) + low).toBe(BigInt(value) ** 2n);
      expect([low, middle].every((limb) => limb < 1n << 30n)).toBe(true);
    }), { numRuns: 2_000 });
  });

  test('of none and of one', () => {
    expect(tallyOf([])).toMatchObject({ n: 0, mean: null, sd: null });
    expect(tallyOf([]).percentile(0.5)).toBeNull();
    expect(tallyOf([1_500])).toMatchObject({ n: 1, mean: 1.5, sd: null });
  });
});
