import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../../../src/core/fact.js';
import { createFactArena } from '../../../src/pipeline/verify/fact-arena.js';
import { createNumberSet } from '../../../src/pipeline/number-set.js';
import { facts as someFacts } from '../../core/facts.arbitrary.js';

/** What keeps a lane's records in little room gives back what was put in. */

test('facts of many orders come back whole and in the order in which they came', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3), someFacts), { maxLength: 6 }), (drawn) => {
    const given = drawn.flatMap(([order, facts]) => facts.map((fact) => [order, fact] as const));
    const arena = createFactArena();
    const last = new Map<number, number>();
    for (const [order, fact] of given) last.set(order, arena.add(last.get(order) ?? 0, fact));
    for (const order of [0, 1, 2, 3, 4]) {
      expect(arena.read(last.get(order) ?? 0)).toEqual(given.filter(([of]) => of === order).map(([, fact]) => fact));
    }
  }));
});

test('more facts than one piece of memory holds, some larger than a piece', () => {
  const arena = createFactArena();
  const fact = (i: number, length: number): Fact => ({
    id: `${i}${'x'.repeat(length)}`, at: i, customerId: null, accountId: null, place: null, topic: 'billing', offset: i, type: 'payment.failed', body: { paymentId: 'p', amountMinor: 1, reason: null },
  });
  const facts = Array.from({ length: 40 }, (_, i) => fact(i, i % 13 === 5 ? 5_000_000 : 300_000));
  let last = 0;
  for (const one of facts) last = arena.add(last, one);
  expect(arena.read(last).map(({ id }) => id)).toEqual(facts.map(({ id }) => id));
});

test('a set of numbers knows its gaps, wherever they lie', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 8_180, max: 8_200 }), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 20 }))), (given) => {
    const numbers = createNumberSet();
    for (const n of given) numbers.add(n);
    for (const [from, to] of [[1, 50], [8_170, 8_210], [2 ** 40 - 5, 2 ** 40 + 25]] as const) {
      const expected = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((n) => !given.includes(n));
      expect([...numbers.missing(from, to)]).toEqual(expected);
    }
  }));
});
