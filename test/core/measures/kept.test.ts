import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NOTICE_BUCKETS, SIGNALS, VERDICTS } from '../../../src/contracts/names.js';
import { cellOfBucket, coarserCell, isInWindow, startOfCell, windowStart } from '../../../src/core/measures/cells.js';
import { addUp, BUCKET_MS, createIncrements, difference, groupsOf, keep, kept, negative, type Kept } from '../../../src/core/measures/increments.js';
import { packAmounts, packPlaces, unpackAmounts, unpackPlaces } from '../../../src/core/measures/packed.js';
import { QUANTITIES } from '../../../src/core/measures/quantities.js';
import { contributed } from './measured.js';
import { journeyFacts, timeReached } from '../../support/arbitrary-journey.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const name = fc.oneof(fc.constant(''), fc.constantFrom(...SIGNALS, ...NOTICE_BUCKETS, ...VERDICTS), fc.constantFrom('=', '-12', '700', '["a",null]'), fc.string({ unit: 'binary', maxLength: 12 }));
const entry: fc.Arbitrary<Kept> = fc.record({
  bucket: fc.oneof(fc.integer({ min: 2_900_000, max: 2_900_010 }), fc.integer({ min: -9_000_000, max: 99_000_000 })),
  quantity: fc.nat({ max: QUANTITIES.length - 1 }), of: name,
  amount: fc.oneof(fc.constant(1), fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 51), max: 2 ** 51 })).filter((amount) => amount !== 0),
}, { noNullPrototype: true });
const entries = fc.array(entry, { maxLength: 20 }).map((list) => addUp(list));

describe('kept amounts', () => {
  test('come back from their text as they were', () => {
    fc.assert(fc.property(entries, (list) => { expect(unpackAmounts(packAmounts(list))).toEqual(list); }), { numRuns: 1_000 });
  });

  test('so do hundreds of large ones', () => {
    const many = Array.from({ length: 300 }, (_, i): Kept => ({ bucket: 2_900_000 + 1_000 * i, quantity: i % QUANTITIES.length, of: '', amount: 2 ** 51 - i }));
    expect(unpackAmounts(packAmounts(many))).toEqual(many);
  });

  test('an order adds some hundred characters, which come back as they were', () => {
    fc.assert(fc.property(journeyFacts, timeReached, (facts, at) => {
      const list = keep(contributed(facts, at).amounts.map(({ quantity, of, at: when, amount }) => kept(quantity, when, amount, of)));
      expect(unpackAmounts(packAmounts(list))).toEqual(list);
    }), { numRuns: 200 });
  });

  test('damaged text is refused', () => {
    expect(() => unpackAmounts('!')).toThrow(RangeError);
    expect(() => unpackAmounts('g')).toThrow(RangeError);
  });

  test('what is added by place comes back under everything that the places name', () => {
    const text = fc.string({ unit: 'binary' });
    const places = fc.array(fc.record({ place: fc.record({ location: text, carrier: text, system: text }, { requiredKeys: [], noNullPrototype: true }), amounts: entries }, { noNullPrototype: true }));
    fc.assert(fc.property(places, (list) => { expect(unpackPlaces(packPlaces(list))).toEqual(list.flatMap(groupsOf)); }), { numRuns: 200 });
  });

  test('what versions before wrote of a step is read as it counts', () => {
    const list = [kept('placed', 0), kept('signal', 0, 1, 'lost')];
    const packed = packAmounts(list);
    expect(unpackPlaces(JSON.stringify(['', '', packed, 'carrier', 'b', packed]))).toEqual([{ key: null, value: '', amounts: list }, { key: 'carrier', value: 'b', amounts: list }]);
    expect(unpackPlaces('[]')).toEqual([]);
  });

  test.each(['["somewhere","",""]', '[[],1]', '[{},""]', '[["a"],"!"]'])('what neither wrote, such as %s, is refused', (text) => {
    expect(() => unpackPlaces(text)).toThrow(RangeError);
  });

  test('what was before and the difference make what is now', () => {
    fc.assert(fc.property(entries, entries, fc.array(fc.nat()), (a, b, shared) => {
      const now = addUp(b, shared.flatMap((i) => a[i % Math.max(1, a.length)] ?? []));
      expect(addUp(a, difference(a, now))).toEqual(now);
      expect(difference(a, a)).toEqual([]);
    }), { numRuns: 500 });
  });

  test('what was added and taken away again in a step is not told', () => {
    const increments = createIncrements();
    const list = [kept('placed', 0), kept('signal', 0, 1, 'lost')];
    increments.add({ carrier: 'a', team: '' }, list);
    increments.add({ carrier: 'a', team: '' }, list.map(negative));
    increments.add({ carrier: 'b' }, list);
    expect(increments.take()).toEqual([{ place: { carrier: 'b' }, amounts: list }]);
    expect(increments.take()).toEqual([]);
  });
});

test('a step adds up what is of one place, and each amount counts in the whole and under each value of its place', () => {
  const value = fc.constantFrom('', 'a', 'b', '1:a', 'a1:b', '\0');
  const added = fc.array(fc.record({ place: fc.record({ carrier: value, team: value }, { requiredKeys: [], noNullPrototype: true }), amounts: entries }), { maxLength: 12 });
  fc.assert(fc.property(added, (list) => {
    const increments = createIncrements();
    for (const { place, amounts } of list) increments.add(place, amounts);
    const taken = increments.take();
    const asNamed = taken.map(({ place: { carrier = '', team = '' } }) => JSON.stringify([carrier, team]));
    expect(new Set(asNamed).size).toBe(taken.length);
    const groups = taken.flatMap(groupsOf);
    const under = (key: string | null, name: string) => addUp(...groups.filter((group) => group.key === key && group.value === name).map(({ amounts }) => amounts));
    expect(under(null, '')).toEqual(addUp(...list.map(({ amounts }) => amounts)));
    for (const key of ['carrier', 'team'] as const) {
      for (const name of ['a', 'b', '1:a', 'a1:b', '\0']) expect(under(key, name)).toEqual(addUp(...list.filter(({ place }) => place[key] === name).map(({ amounts }) => amounts)));
      expect(groups.filter((group) => group.key === key && group.value === '')).toEqual([]);
    }
  }), { numRuns: 300 });
});

describe('cells', () => {
  const now = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });

  test('each bucket lies in one cell that holds it, at any time', () => {
    fc.assert(fc.property(now, fc.integer({ min: -60 * DAY, max: 400 * DAY }), (at, beside) => {
      const instant = at + beside;
      const cell = cellOfBucket(Math.floor(instant / BUCKET_MS), at);
      const ms = { m: BUCKET_MS, h: HOUR, d: DAY, t: Infinity }[cell.charAt(0) as 'm'];
      const start = ms === Infinity ? 0 : Number(cell.slice(1)) * ms;
      expect(instant >= start && instant < start + ms).toBe(true);
      expect(coarserCell(cell, at)).toBeNull();
    }));
  });

  test('wherever an amount was put first, it ends up where it would be put now', () => {
    fc.assert(fc.property(now, fc.integer({ min: 0, max: 40 * DAY }), fc.array(fc.integer({ min: 0, max: 40 * DAY }), { maxLength: 4 }), (at, beside, waits) => {
      const bucket = Math.floor((at - beside) / BUCKET_MS);
      let cell = cellOfBucket(bucket, at);
      let time = at;
      for (const wait of waits) {
        time += wait;
        cell = coarserCell(cell, time) ?? cell;
      }
      expect(cell).toBe(cellOfBucket(bucket, time));
    }));
  });

  test('added up under the first bucket of its cell, an amount lies in the same cell, then and later', () => {
    fc.assert(fc.property(now, fc.integer({ min: -60 * DAY, max: 400 * DAY }), fc.integer({ min: 0, max: 90 * DAY }), (at, beside, later) => {
      const bucket = Math.floor((at + beside) / BUCKET_MS);
      const first = startOfCell(at)(bucket);
      for (const time of [at, at + later]) expect(cellOfBucket(first, time)).toBe(cellOfBucket(bucket, time));
    }), { numRuns: 2_000 });
  });

  test.each([['1h', HOUR, BUCKET_MS], ['24h', DAY, HOUR], ['7d', 7 * DAY, DAY], ['28d', 28 * DAY, DAY]] as const)('%s holds all within it, and nothing that is older by a cell', (window, ms, cell) => {
    fc.assert(fc.property(now, fc.integer({ min: 0, max: 35 * DAY }), (at, age) => {
      const found = isInWindow(cellOfBucket(Math.floor((at - age) / BUCKET_MS), at), window, at);
      expect(at - age >= windowStart(window, at)).toBe(found);
      if (age < ms) expect(found).toBe(true);
      if (age >= ms + cell) expect(found).toBe(false);
    }));
  });
});
