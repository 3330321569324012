import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commitArguments, commitKeys } from '../../src/adapters/redis/commit-arguments.js';
import { keyNames, type LaneKeys } from '../../src/adapters/redis/keys.js';
import { commitOf, write } from '../support/store-under-test.js';

/** The part of a key that Redis Cluster places it by: between the first `{` and the next `}`, when that isn't empty. */
const placedBy = (key: string): string => {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open < 0 || close <= open + 1 ? key : key.slice(open + 1, close);
};

const allOf = ({ orders, index, ...others }: LaneKeys): string[] => [orders, index, others].flatMap((keys) => Object.values(keys) as string[]);

test('every key of a lane is placed by the lane alone, whatever its order is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(9_999), (id, lane) => {
      const keys = keyNames('cx').lane(lane);
      for (const key of [...allOf(keys), ...[keys.orderOf, keys.factsOf, keys.orders.leafOf, keys.index.leafOf].map((beginning) => beginning + id)]) expect(placedBy(key)).toBe(`cx:${String(lane)}`);
    }),
  );
});

test('a commit names keys of its lane only', () => {
  const keys = keyNames('cx').lane(3);
  const commit = commitOf('token', 0, { orders: [write('{x}')] });
  const beginnings = commitArguments(keys, commit).slice(2, 8).map(String);
  for (const key of [...commitKeys(keys), ...beginnings]) expect(placedBy(key)).toBe('cx:3');
});

test('lanes and installations share no key', () => {
  const of = (prefix: string, lane: number): string[] => allOf(keyNames(prefix).lane(lane));
  const all = [...of('cx', 1), ...of('cx', 11), ...of('cx:1', 1), ...of('other', 1)];
  expect(new Set(all).size).toBe(all.length);
});

test.each(['', '{cx}', 'a b', 'x'.repeat(65)])('refuses "%s" as a prefix', (prefix) => {
  expect(() => keyNames(prefix)).toThrow('prefix');
});
