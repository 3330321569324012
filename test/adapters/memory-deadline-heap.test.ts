import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDeadlineHeap, type Waiting } from '../../src/adapters/memory/deadline-heap.js';
import { byBytes } from '../../src/pipeline/byte-order.js';

const change = fc.record({ id: fc.integer({ min: 0, max: 40 }), due: fc.option(fc.integer({ min: 0, max: 20 }), { freq: 4 }) });

test('whatever is set, moved and removed, a heap lists what a sorted list would', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 150 }), fc.integer({ min: 0, max: 22 }), fc.integer({ min: 0, max: 50 }), (changes, before, limit) => {
      const heap = createDeadlineHeap();
      const items = Array.from({ length: 41 }, (_, i): Waiting => ({ orderId: `o${String(i)}`, due: 0, slot: -1 }));
      const expected = new Map<string, number>();
      for (const { id, due } of changes) {
        const item = items[id]!;
        heap.set(item, due);
        if (due === null) expected.delete(item.orderId);
        else expected.set(item.orderId, due);
      }
      const sorted = [...expected].sort((a, b) => a[1] - b[1] || byBytes(a[0], b[0]));
      expect(heap.size).toBe(sorted.length);
      expect(heap.first()?.orderId ?? null).toBe(sorted[0]?.[0] ?? null);
      const listed = heap.before(before, limit).map(({ orderId, due }) => [orderId, due]);
      expect(listed).toEqual(sorted.filter(([, due]) => due < before).slice(0, limit));
    }),
    { numRuns: 500 },
  );
});
