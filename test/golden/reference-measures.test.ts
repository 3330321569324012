import { expect, test } from '@jest/globals';
import type { Measures } from '../../src/contracts/measures.js';
import { compareMeasures } from './reference-measures.js';

const rows = [
  { measure: 'orders_placed', window: 'all', value: 1_000_000_000_000, unit: 'orders' },
  { measure: 'on_time_rate', window: 'all', value: 2 / 3, numerator: 2, denominator: 3, unit: 'ratio', target: 'original', cohort: 'due' },
  { measure: 'order_cycle_seconds', window: 'all', statistic: 'mean', value: 1_000, denominator: 3, unit: 'seconds' },
  { measure: 'order_cycle_seconds', window: 'all', statistic: 'p90', value: 1_000, denominator: 3, unit: 'seconds' },
  { measure: 'customers_hurt', window: 'all', value: 2, customers: ['a', 'b'], unit: 'customers' },
] as unknown as Measures;
const changed = (at: number, change: object) => compareMeasures(rows.map((row, i) => (i === at ? { ...row, ...change } : row)), rows).differences.length;

test('measures are held against a reference figure by figure', () => {
  expect(compareMeasures(rows, rows)).toEqual({ figures: 10, exact: 7, differences: [] });
  expect(compareMeasures(rows.slice(1), rows).differences).toEqual(['["orders_placed","all",null,null,null,null,null,null,null,null,null] value: undefined for 1000000000000']);
});

test.each([
  [0, { value: 1_000_000_000_001 }], [1, { numerator: 3 }], [1, { value: 0.6666667 }], [1, { target: 'latest' }], [1, { value: null }], [2, { value: 1_000.00001 }], [3, { value: 1_011 }],
  [4, { customers: ['a', 'c'] }], [4, { customers: ['a'] }],
])('row %i with %j differs', (at, change) => expect(changed(at, change)).toBeGreaterThan(0));

test.each([[1, { value: 0.66666666666 }], [2, { value: 1_000.0000001 }], [3, { value: 1_009 }]])('row %i with %j agrees', (at, change) => expect(changed(at, change)).toBe(0));
