import { expect, test } from '@jest/globals';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { packCustomerOrder } from '../../src/core/measures/packed-customer.js';
import type { MeasureWindow } from '../../src/contracts/measures.js';
import type { PlaceKey } from '../../src/contracts/names.js';
import { createCustomerTallies } from '../../src/pipeline/customer-tallies.js';
import { CUSTOMER_PARTS, type MeasureStore } from '../../src/pipeline/measure-store.js';
import { commitOf, write } from '../support/store-under-test.js';

const NOW = Date.UTC(2026, 5, 1);
const ORDERS = 3_000;

/** Orders of one customer with one carrier, dispatched one and two hours after they were placed. */
async function toldByMany() {
  const store = createMemoryLaneStore();
  const { token, version } = await store.claim(0, 1);
  const told = (i: number): string => packCustomerOrder({ customerId: 'C-1', placed: NOW, dispatched: NOW + (1 + (i % 2)) * 3_600_000, delivered: null, promised: null, invoiced: null, hurtAt: NOW }, { carrier: 'north' });
  await store.commit(0, commitOf(token, version, { orders: Array.from({ length: ORDERS }, (_, i) => write(`o-${i}`, { customers: [{ customerId: 'C-1', told: told(i) }] })) }));
  return store.measures;
}

test('a question is answered from what was found for a larger one, for twenty times as long as that took', async () => {
  const measures = await toldByMany();
  let time = NOW;
  let read = 0;
  const counted: Pick<MeasureStore, 'customers'> = {
    customers(lane, part) {
      read += 1;
      return measures.customers(lane, part);
    },
  };
  const tallies = createCustomerTallies(counted, 1, () => time);
  const nameOf = (_: MeasureWindow, value: string): string => value;
  const hurt = async (windows: readonly MeasureWindow[], key: PlaceKey | null) => {
    const found = tallies({ windows, key, nameOf });
    time += 1_000;
    return (await found).get('all')?.get('')?.rows().find(({ measure }) => measure === 'customers_hurt')?.value;
  };
  expect(await hurt(['24h', 'all'], null)).toBe(1);
  expect([await hurt(['all'], null), read]).toEqual([1, CUSTOMER_PARTS]);
  expect([await hurt(['all'], 'carrier'), read]).toEqual([1, 2 * CUSTOMER_PARTS]);
  expect([await hurt(['7d', 'all'], null), read]).toEqual([1, 3 * CUSTOMER_PARTS]);
  time += 60_000;
  expect([await hurt(['all'], null), read]).toEqual([1, 4 * CUSTOMER_PARTS]);
});

test('while what thousands of orders tell of their customers is gone through, others have their turn', async () => {
  const tallies = createCustomerTallies(await toldByMany(), 1, () => NOW);
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const ordersInTurn = new Map<number, number>();
  const found = await tallies({
    windows: ['all'], key: 'carrier',
    nameOf(_, value) {
      ordersInTurn.set(turns, (ordersInTurn.get(turns) ?? 0) + 1);
      return value;
    },
  });
  isOver = true;
  const rows = found.get('all')?.get('north')?.rows() ?? [];
  expect(rows.find(({ measure }) => measure === 'customers_hurt')).toMatchObject({ value: 1, customers: ['C-1'] });
  expect(rows.find(({ process }) => process === 'order_to_dispatch')).toMatchObject({ denominator: ORDERS, value: expect.closeTo(1_800 * Math.sqrt(ORDERS / (ORDERS - 1)), 3) });
  expect([...ordersInTurn.values()].reduce((sum, n) => sum + n, 0)).toBe(ORDERS);
  expect(Math.max(...ordersInTurn.values())).toBeLessThanOrEqual(500);
});
