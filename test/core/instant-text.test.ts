import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantText } from '../../src/core/instant-text.js';

test('is what a Date says, whatever was asked before', () => {
  const anyInstant = fc.oneof(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), fc.integer({ min: 0, max: 5_000 }), fc.constantFrom(0, -1, 86_399_999, 86_400_000));
  fc.assert(fc.property(fc.array(anyInstant, { minLength: 1, maxLength: 20 }), (instants) => {
    for (const ms of [...instants, ...instants]) expect(instantText(ms)).toBe(new Date(ms).toISOString());
  }));
});

test('throws for what is no instant', () => {
  expect(() => instantText(NaN)).toThrow(RangeError);
  expect(() => instantText(Infinity)).toThrow(RangeError);
});
