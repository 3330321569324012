import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { indexBeginning, indexEntry } from '../../src/adapters/redis/index-entry.js';

const UUID = '0b9f2f6e-3f0c-4c9e-9a52-6d5d1c1f7a10';
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.constantFrom('verdict:poor', '12:verdict:poor', '1', '#', `customer:${UUID}`, ''));

test('two entries are the same only of the same name and order, and begin alike only of the same name', () => {
  fc.assert(fc.property(text, text, text, text, (name, orderId, otherName, otherId) => {
    expect(indexEntry(name, orderId) === indexEntry(otherName, otherId)).toBe(name === otherName && orderId === otherId);
    expect(indexEntry(otherName, otherId).startsWith(indexBeginning(name))).toBe(name === otherName);
  }), { numRuns: 5_000 });
});

test.each([`customer:${UUID}`, `alert:${UUID}`, 'signal:a_name_as_long_as_nobody_gives', 'verdict:poor'])('the entry %s of an order with a UUID is short enough for a leaf in one piece', (name) => {
  expect(indexEntry(name, UUID).length).toBeLessThanOrEqual(64);
});
