import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addUp } from '../../src/core/measures/increments.js';
import { CellAmounts } from '../../src/pipeline/cell-sums.js';

/** Quantities beyond the list too: a newer version may have kept them. */
const entry = fc.record({
  bucket: fc.constant(0), quantity: fc.nat({ max: 127 }), of: fc.constantFrom('', 'a', 'b', 'late'), amount: fc.integer({ min: -3, max: 3 }),
}, { noNullPrototype: true });

test('a cell has the sums of all that was put into it, in the order in which amounts are kept', () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 60 }), (list) => {
    const cell = new CellAmounts();
    for (const each of list) cell.add(each);
    expect(cell.list()).toEqual(addUp(list));
  }));
});
