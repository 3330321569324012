import fc from 'fast-check';
import { SOURCES } from '../../src/contracts/sources.js';

/** Values that one field or another takes badly, and some that many take well. */
const ODD_VALUES: readonly unknown[] = [
  null, undefined, '', 'x', 'x'.repeat(256), 'x'.repeat(257), '😀'.repeat(256), '😀'.repeat(257), '\ud800', 'EUR', 'eur',
  0, -0, 1, -1, 2.5, 10, 2 ** 53, Infinity, true, false, [], {}, [null], [{}], { lineId: '1', quantity: 1 },
  '2026-03-01', '2026-02-30', '2026-03-01T10:00:00Z', '2026-03-01T10:00:00', 'Europe/Berlin', '+02:00',
  'customer', 'company', 'nps', 'csat', 'ces', 'order.placed', 'delay', 'lost', 'minor', 'done',
];

interface Spot {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

const spotsOf = (value: unknown): Spot[] => {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...spotsOf(parent[key])]);
};

/** A valid event of any type with up to three of its fields, at any depth, put wrong (or right in another way). */
export const bentEvents = fc
  .record({
    source: fc.constantFrom(...SOURCES.values()),
    bends: fc.array(fc.record({ spot: fc.nat(), value: fc.constantFrom(...ODD_VALUES) }), { maxLength: 3 }),
  })
  .map(({ source, bends }) => {
    const event: unknown = structuredClone(source.example);
    for (const bend of bends) {
      const spots = spotsOf(event);
      const spot = spots[bend.spot % Math.max(spots.length, 1)];
      if (spot !== undefined) spot.parent[spot.key] = structuredClone(bend.value);
    }
    return { source, event };
  });
