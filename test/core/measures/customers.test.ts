import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PLACE_KEYS } from '../../../src/contracts/names.js';
import { createCustomerTally, type CustomerOrder } from '../../../src/core/measures/customers.js';
import { packCustomerOrder, unpackCustomerOrder } from '../../../src/core/measures/packed-customer.js';

const HOUR = 3_600_000;
const AT = Date.UTC(2026, 0, 1);
const instant = fc.option(fc.integer({ min: AT, max: AT + 1_000 * HOUR }));
const orders: fc.Arbitrary<CustomerOrder> = fc.record({
  customerId: fc.constantFrom('k1', 'k2', 'ö', 'z'), placed: fc.integer({ min: AT, max: AT + 1_000 * HOUR }), dispatched: instant, delivered: instant, promised: instant, invoiced: instant, hurtAt: instant,
});
const place = fc.dictionary(fc.constantFrom(...PLACE_KEYS), fc.string());

/** The formula of rulings 81, over all customers at once. */
function pooled(all: readonly { readonly customerId: string; readonly ms: number }[]): { value: number | null; orders: number } {
  const byCustomer = new Map<string, number[]>();
  for (const { customerId, ms } of all) byCustomer.set(customerId, [...(byCustomer.get(customerId) ?? []), ms / 1_000]);
  const groups = [...byCustomer.values()].filter((values) => values.length > 1);
  const squares = groups.flatMap((values) => values.map((value) => (value - values.reduce((a, b) => a + b) / values.length) ** 2));
  const freedom = groups.reduce((sum, values) => sum + values.length - 1, 0);
  return { value: freedom === 0 ? null : Math.sqrt(squares.reduce((a, b) => a + b, 0) / freedom), orders: squares.length };
}

describe('what orders tell of their customers', () => {
  test('is the same after it was packed', () => {
    fc.assert(fc.property(orders, place, (order, at) => { expect(unpackCustomerOrder(packCustomerOrder(order, at))).toEqual({ order, place: at }); }));
  });

  test('makes the deviation within customers and the customers hurt, in parts as at once, of the instants that count', () => {
    fc.assert(fc.property(fc.array(orders, { maxLength: 30 }), fc.integer({ min: AT, max: AT + 1_000 * HOUR }), (all, from) => {
      const counts = (at: number): boolean => at >= from;
      const tally = createCustomerTally();
      for (const customer of ['z', 'k2', 'ö', 'k1']) {
        for (const order of all) if (order.customerId === customer) tally.add(order, counts);
        tally.settle();
      }
      const hurt = [...new Set(all.flatMap(({ customerId, hurtAt }) => (hurtAt !== null && counts(hurtAt) ? [customerId] : [])))].sort();
      const delays = all.flatMap(({ customerId, delivered, promised }) => (delivered !== null && promised !== null && counts(delivered) ? [{ customerId, ms: delivered - promised }] : []));
      const rows = tally.rows();
      expect(rows[0]).toEqual({ measure: 'customers_hurt', value: hurt.length, customers: hurt, unit: 'customers' });
      const row = rows.find(({ process }) => process === 'delivery_delay');
      const expected = pooled(delays);
      expect(row?.denominator).toBe(expected.orders);
      if (expected.value === null) expect(row?.value).toBeNull();
      else expect(row?.value).toBeCloseTo(expected.value, 6);
      expect(tally.rows()).toEqual(rows);
    }));
  });

  test('names no more customers than it may, and counts them all', () => {
    const tally = createCustomerTally(2);
    const none = { placed: AT, dispatched: null, delivered: null, promised: null, invoiced: null };
    for (const customerId of ['d', 'b', 'c', 'a', 'b']) tally.add({ customerId, ...none, hurtAt: AT });
    tally.settle();
    tally.add({ customerId: 'aa', ...none, hurtAt: AT });
    expect(tally.rows()[0]).toMatchObject({ value: 5, customers: ['a', 'aa'] });
  });
});
