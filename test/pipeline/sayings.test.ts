import { expect, test } from '@jest/globals';
import { newOrder } from '../../src/pipeline/live-order.js';
import { createSayings, fireDue, type Firing } from '../../src/pipeline/sayings.js';
import { numbered } from '../support/publishing-ground.js';

test('what a deadline brings about for an instant that has passed comes right after it, and after what others say before', () => {
  const sayings = createSayings(0);
  const [a, b] = [newOrder('a'), newOrder('b')];
  a.state.due = 10;
  b.state.due = 7;
  /** When each order is to be looked at next, as its deadlines are judged. */
  const next = new Map([['a 10', 5], ['a 5', null], ['b 7', null]]);
  const firing: Firing = {
    sayings, reached: [20], mayFire: () => true,
    judge: (order, due) => {
      sayings.outputs.records.push({ ...numbered(due), key: order.orderId });
      order.state.due = next.get(`${order.orderId} ${String(due)}`) ?? null;
    },
  };
  for (const order of [a, b]) fireDue(firing, order, 20, -1);
  expect(sayings.inTurn().map(({ key, seq }) => `${String(key)} ${String(seq)}`)).toEqual(['b 7', 'a 10', 'a 5']);
});
