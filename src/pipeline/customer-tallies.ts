import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { MeasureWindow } from '../contracts/measures.js';
import type { PlaceKey } from '../contracts/names.js';
import { getOrInsert } from '../core/get-or-insert.js';
import { windowStart } from '../core/measures/cells.js';
import { createCustomerTally, type CustomerOrder, type CustomerTally, lastCounted } from '../core/measures/customers.js';
import { unpackCustomerOrder } from '../core/measures/packed-customer.js';
import { CUSTOMER_PARTS, type MeasureStore } from './measure-store.js';

/** What is asked of customers: in which windows, and with `key` also by the values of that place key. */
export interface CustomerQuestion {
  readonly windows: readonly MeasureWindow[];
  readonly key: PlaceKey | null;
  /** Under which name orders of this value are shown in this window. */
  readonly nameOf: (window: MeasureWindow, value: string) => string;
  /** The wall clock, ms. */
  readonly at: number;
}

/** By window and value; '' for the whole. */
export type CustomerTallies = ReadonlyMap<MeasureWindow, ReadonlyMap<string, CustomerTally>>;

/** Customers named in a row, of all orders and of one value. All are counted. */
const MOST_NAMED = 10_000;
const MOST_NAMED_OF_VALUE = 1_000;

/** An answer is given again for so many times as long as it took to find: no more than a twentieth of a processor goes into it. */
const KEPT_FOR_TIMES = 20;

/** Orders gone through in a row, some milliseconds; then whatever else is due in this thread has its turn. */
const ORDERS_IN_A_ROW = 500;

interface Answer extends Pick<CustomerQuestion, 'windows' | 'key'> {
  readonly tallies: Promise<CustomerTallies>;
  /** Until when it is given again; ms. */
  until: number;
}

/**
 * Answers questions about customers, one like those before, or a part of one, from what was found then while that is dear. So who asks for one
 * window is answered from what `/metrics` shows of all.
 * @param now the wall clock, ms
 */
export function createCustomerTallies(store: Pick<MeasureStore, 'customers'>, lanes: number, now: () => number): (question: Omit<CustomerQuestion, 'at'>) => Promise<CustomerTallies> {
  let answers: readonly Answer[] = [];
  return (question) => {
    const { windows, key } = question;
    const at = now();
    answers = answers.filter(({ until }) => at < until);
    const known = answers.find((answer) => answer.key === key && windows.every((window) => answer.windows.includes(window)));
    if (known !== undefined) return known.tallies;
    const answer: Answer = { windows, key, tallies: tallyCustomers(store, lanes, { ...question, at }), until: Infinity };
    answers = [...answers, answer];
    answer.tallies.then(() => { answer.until = now() + KEPT_FOR_TIMES * (now() - at); }, () => { answer.until = 0; });
    return answer.tallies;
  };
}

/**
 * Goes through what all orders tell of their customers, over all lanes, one part of the customers after the other: so there is room for the
 * customers of a part only, however many there are. Each order is as one of its commits left it.
 */
async function tallyCustomers(store: Pick<MeasureStore, 'customers'>, lanes: number, question: CustomerQuestion): Promise<CustomerTallies> {
  const { windows, key, nameOf, at } = question;
  const sums = windows.map((window) => ({ window, from: windowStart(window, at), tallies: new Map([['', createCustomerTally(MOST_NAMED)]]) }));
  const take = (order: CustomerOrder, value: string | undefined): void => {
    const last = lastCounted(order);
    for (const { window, from, tallies } of sums) {
      // Its value may have nothing else in this window either, and then no name there.
      if (last < from) continue;
      const counts = (instant: number): boolean => instant >= from;
      tallies.get('')?.add(order, counts);
      if (value !== undefined) getOrInsert(tallies, nameOf(window, value), () => createCustomerTally(MOST_NAMED_OF_VALUE)).add(order, counts);
    }
  };
  let inARow = 0;
  for (let part = 0; part < CUSTOMER_PARTS; part++) {
    for (let lane = 0; lane < lanes; lane++) {
      for await (const texts of store.customers(lane, part)) {
        for (const text of texts) {
          const { order, place } = unpackCustomerOrder(text);
          take(order, key === null ? undefined : place[key]);
          inARow += 1;
          if (inARow % ORDERS_IN_A_ROW === 0) await letOthersRun();
        }
      }
    }
    for (const { tallies } of sums) {
      for (const tally of tallies.values()) {
        tally.settle();
        await letOthersRun();
      }
    }
  }
  return new Map(sums.map(({ window, tallies }) => [window, tallies]));
}
