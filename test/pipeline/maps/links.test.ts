import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLinks, shareOut } from '../../../src/pipeline/maps/links.js';

const link = (key: string, orderId: string, share = 1) => ({ link: 'parcel', key, orderId, share });
const asked = (key: string, waiter: string) => ({ link: 'parcel', key, waiter });

describe('links', () => {
  test('that are known tell the orders of a key, those of other kinds do not', () => {
    const links = createLinks<string>({ maxWaiting: 10 });
    links.learn([link('P1', 'O1'), { ...link('P2', 'O2'), link: 'invoice' }]);
    expect(links.find(asked('P1', 'a'), 0)).toEqual({ kind: 'orders', orders: [{ orderId: 'O1', share: 1 }] });
    expect(links.find(asked('P2', 'b'), 0)).toEqual({ kind: 'waits', dropped: [] });
  });

  test('that come late set free who waited for them, in the order in which they came', () => {
    const links = createLinks<string>({ maxWaiting: 10 });
    for (const [key, waiter] of [['P1', 'a'], ['P2', 'b'], ['P1', 'c'], ['P3', 'd']] as const) links.find(asked(key, waiter), 0);
    expect(links.learn([link('P2', 'O2'), link('P1', 'O1')]).map(({ waiter, orders: [order] }) => [waiter, order?.orderId])).toEqual([['a', 'O1'], ['b', 'O2'], ['c', 'O1']]);
    expect([links.waiting, links.learn([link('P1', 'O1')])]).toEqual([1, []]);
  });

  test('of a record that names an order several times have all of its shares; a later record replaces them', () => {
    const links = createLinks<string>({ maxWaiting: 10 });
    links.learn([link('R', 'O1', 60), link('R', 'O2', 30), link('R', 'O1', 10)]);
    links.learn([link('R', 'O2', 5)]);
    expect(links.find(asked('R', 'a'), 0)).toEqual({ kind: 'orders', orders: [{ orderId: 'O1', share: 70 }, { orderId: 'O2', share: 5 }] });
  });

  test('that are told again are kept again, also where nothing changed: whoever keeps them counts from when they were told last', () => {
    const kept: string[] = [];
    const memory = new Map<string, ReadonlyMap<string, number>>();
    const links = createLinks<string>({ maxWaiting: 10, memory: { get: (name) => memory.get(name), set: (name, orders) => { kept.push(name); memory.set(name, orders); } } });
    links.learn([link('P1', 'O1'), link('P2', 'O2')]);
    links.learn([link('P1', 'O1')]);
    expect(kept).toEqual(['parcel\u0000P1', 'parcel\u0000P2', 'parcel\u0000P1']);
  });

  test('let no more wait than there is room for, and none longer than it may', () => {
    const links = createLinks<string>({ maxWaiting: 2 });
    links.find(asked('P1', 'a'), 10);
    links.find(asked('P2', 'b'), 20);
    expect(links.find(asked('P3', 'c'), 30)).toMatchObject({ kind: 'waits', dropped: [{ key: 'P1', waiter: 'a' }] });
    expect(links.expire(30).map(({ waiter }) => waiter)).toEqual(['b']);
    expect([links.waiting, links.learn([link('P1', 'O'), link('P2', 'O')])]).toEqual([1, []]);
  });
});

describe('an amount that is shared out', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]], [11001, [70, 30], [7701, 3300]], [-100, [2, 1], [-67, -33]], [5, [0, 0], [3, 2]], [0, [1, 2], [0, 0]], [7, [1], [7]],
  ])('%s by %s is %s', (total, shares, parts) => expect(shareOut(total, shares)).toEqual(parts));

  test('stays whole, adds up, and goes by the shares to within one', () => {
    fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 12 }), (total, shares) => {
      const parts = shareOut(total, shares);
      const sum = shares.reduce((a, b) => a + b, 0);
      expect(parts.every(Number.isInteger)).toBe(true);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
      if (sum > 0) parts.forEach((part, i) => { expect(Math.abs(part - (total * shares[i]!) / sum)).toBeLessThanOrEqual(1 + 1e-6); });
    }));
  });
});
