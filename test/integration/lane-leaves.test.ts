import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { keyNames, type LaneKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import { createRedisLaneViewer } from '../../src/adapters/redis/lane-viewer.js';
import { createRedisOrderReader } from '../../src/adapters/redis/order-reader.js';
import { listOf, type RedisClient, run } from '../../src/adapters/redis/script.js';
import { DUE } from '../../src/adapters/redis/scripts/due.js';
import type { LaneSet, LaneViewer } from '../../src/pipeline/lane-viewer.js';
import type { LaneCommit, LaneStore, OrderReader, OrderWrite } from '../../src/pipeline/ports.js';
import { commitOf, LANES, write } from '../support/store-under-test.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

/** Lists of orders in leaves (scripts/leaves.ts), with so many that leaves are split, emptied and filled again. */

const client = clientForTests();
const LANE = 2;
const INDEXES = ['verdict:poor', 'verdict', 'customer:1', '1:customer'];
/** What Redis keeps of a sorted set in one piece by default. */
const MOST_IN_PIECE = 128;

/** Ids as companies have them: in order, at random, with a long beginning in common, of any characters. */
const orderId = fc.oneof(
  fc.nat(3_000).map((n) => `order-${String(n).padStart(5, '0')}`),
  fc.uuid(),
  fc.nat(3_000).map((n) => `a company's long beginning that all of its order numbers share/${n}`),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
);
const orderWrite: fc.Arbitrary<OrderWrite> = fc.record({
  orderId, due: fc.oneof(fc.nat(500), fc.nat(2), fc.constant(null), fc.constant(undefined)), add: fc.subarray(INDEXES), remove: fc.boolean(),
}).map(({ orderId: id, due, add, remove }) => write(id, { facts: null, due, ...(remove ? { indexRemove: add } : { indexAdd: add }) }));
const step = fc.record({ orders: fc.uniqueArray(orderWrite, { selector: ({ orderId: id }) => id, maxLength: 300, size: 'max' }), forget: fc.constantFrom(0, 0, 0.1, 0.9, 1) });

/** The step, and of the orders that there are and it doesn't write the given part forgotten. */
const changeOf = ({ orders, forget }: { readonly orders: readonly OrderWrite[]; readonly forget: number }, all: readonly string[]): Partial<LaneCommit> => {
  const written = new Set(orders.map(({ orderId: id }) => id));
  const others = all.filter((id) => !written.has(id));
  return { orders, forget: others.slice(0, Math.ceil(others.length * forget)).map((id) => ({ orderId: id, indexes: INDEXES, customerId: null })) };
};

interface Listed {
  readonly reader: OrderReader;
  readonly store: LaneStore;
  readonly viewer: LaneViewer;
}

/** Page by page, as they are asked for. */
async function listed({ store, viewer, reader }: Listed): Promise<unknown> {
  const paged = async (index: string | null, limit: number): Promise<string[]> => {
    const found: string[] = [];
    for (let page = await store.orderIds(LANE, index, null, limit); page.length > 0; page = await store.orderIds(LANE, index, found.at(-1) ?? null, limit)) found.push(...page);
    return found;
  };
  const members = async (set: LaneSet): Promise<string[]> => {
    const found: string[] = [];
    await viewer.members(LANE, set, (ids) => { found.push(...ids); });
    return found.sort();
  };
  const ids = await paged(null, 70);
  const looked = ids.slice(0, 900);
  return {
    ids, under: await Promise.all(INDEXES.map((name) => paged(name, 40))), passed: (await store.pass(LANE, ids[3] ?? null, 150)).map(({ orderId: id }) => id),
    due: [await store.due(LANE, Infinity, 10_000), await store.due(LANE, 250, 7), await store.due(LANE, 400, 90), await store.due(LANE, 0, 10)], next: await store.nextDue(LANE), deadlines: await reader.deadlines(LANE),
    members: await Promise.all((['orders', 'due', 'index:verdict:poor'] as const).map(members)),
    look: (await viewer.look(LANE, looked.map((id) => ({ orderId: id, indexes: INDEXES }))))?.orders, few: (await viewer.look(LANE, looked.slice(0, 3).map((id) => ({ orderId: id, indexes: INDEXES }))))?.orders,
  };
}

/** Every leaf has a name, members, and none too many; the leaves' earliest deadlines are those of their members. */
async function expectSound(redis: RedisClient, { orders, index, lane }: LaneKeys): Promise<void> {
  const keys = await redis.keys(`${lane.slice(0, -'lane'.length)}*`);
  const first = new Map<string, number>();
  for (const { names, leafOf } of [orders, index]) {
    const leaves = keys.filter((key) => key.startsWith(leafOf));
    const named = (await redis.zrange(names, '0', '-1')).map((name) => leafOf + name);
    expect(leaves.filter((leaf) => leaf !== leafOf).sort()).toEqual(named.sort());
    for (const leaf of leaves) {
      expect(await redis.zcard(leaf)).toBeLessThanOrEqual(MOST_IN_PIECE);
      const [, lowest] = await redis.zrange(leaf, '0', '0', 'WITHSCORES');
      if (leafOf === orders.leafOf && lowest !== 'inf') first.set(leaf.slice(leafOf.length), Number(lowest));
    }
  }
  const kept = await redis.zrange(orders.first, '0', '-1', 'WITHSCORES');
  expect(new Map(kept.flatMap((leaf, i) => (i % 2 === 0 ? [[leaf, Number(kept[i + 1])] as const] : [])))).toEqual(first);
}

test('any number of orders is listed as memory lists them, in leaves that are sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      const prefix = freshPrefix('cx');
      const memory = createMemoryLaneStore();
      const redis = { store: createRedisLaneStore(client(), { prefix }), viewer: createRedisLaneViewer(client(), { prefix }), reader: createRedisOrderReader(client(), { prefix, lanes: LANES }) };
      const tokens = [(await memory.claim(LANE, LANES)).token, (await redis.store.claim(LANE, LANES)).token];
      for (const [base, given] of steps.entries()) {
        const change = changeOf(given, await memory.orderIds(LANE, null, null, 10_000));
        for (const [i, store] of [memory, redis.store].entries()) await store.commit(LANE, commitOf(tokens[i] ?? '', base, change));
        expect(await listed(redis)).toEqual(await listed({ store: memory, viewer: memory, reader: memory }));
        await expectSound(client(), keyNames(prefix).lane(LANE));
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);

test('of orders that all fall due at once no more is read than is asked for, and a leaf: Redis serves nobody else meanwhile', async () => {
  const prefix = freshPrefix('cx');
  const store = createRedisLaneStore(client(), { prefix });
  const { token } = await store.claim(LANE, LANES);
  const ids = Array.from({ length: 3_000 }, (_, n) => `order-${String(n).padStart(6, '0')}`);
  await store.commit(LANE, commitOf(token, 0, { orders: ids.map((id) => write(id, { due: 86_399_999 })) }));
  const { first, leafOf } = keyNames(prefix).lane(LANE).orders;
  const reply = listOf(await run(client(), DUE, [first], [leafOf, '86400000', '100']), 'deadlines');
  expect(reply.length / 2).toBeGreaterThanOrEqual(100);
  expect(reply.length / 2).toBeLessThan(100 + MOST_IN_PIECE);
  expect((await store.due(LANE, 86_400_000, 100)).map(({ orderId: id }) => id)).toEqual(ids.slice(0, 100));
}, 60_000);

test('what is due late of a leaf that has the earliest of all comes after what is due of others before', async () => {
  const store = createRedisLaneStore(client(), { prefix: freshPrefix('cx') });
  const { token } = await store.claim(LANE, LANES);
  const orders = Array.from({ length: 200 }, (_, n) => write(`order-${String(n).padStart(6, '0')}`, { due: n === 0 ? 1 : n < 150 ? 9 : 2 }));
  await store.commit(LANE, commitOf(token, 0, { orders }));
  // More than there are leaves.
  expect((await store.due(LANE, 10, 12)).map(({ at }) => at)).toEqual([1, ...new Array<number>(11).fill(2)]);
});

test('a lane that is filled with ascending ids, a few at a time, is split evenly', async () => {
  const prefix = freshPrefix('cx');
  const store = createRedisLaneStore(client(), { prefix });
  const { token } = await store.claim(LANE, LANES);
  const ids = Array.from({ length: 3_000 }, (_, n) => `order-${String(n).padStart(6, '0')}`);
  for (let base = 0, from = 0; from < ids.length; base += 1, from += 20) {
    await store.commit(LANE, commitOf(token, base, { orders: ids.slice(from, from + 20).map((id, i) => write(id, { due: from + i })) }));
  }
  const keys = keyNames(prefix).lane(LANE);
  await expectSound(client(), keys);
  expect(await client().zcard(keys.orders.names)).toBeLessThan(ids.length / 25);
  expect(await client().object('ENCODING', keys.orders.leafOf)).toMatch(/listpack|ziplist/);
  expect((await store.due(LANE, Infinity, 10_000)).map(({ orderId: id }) => id)).toEqual(ids);
}, 60_000);

test('facts grow from few to many, whether the caller knows all of them or not', async () => {
  const store = createRedisLaneStore(client(), { prefix: freshPrefix('cx') });
  const { token } = await store.claim(LANE, LANES);
  const added = (round: number): Buffer => Buffer.alloc(100 + round, round + 1);
  for (let round = 0; round < 24; round += 1) {
    const all = Buffer.concat(Array.from({ length: round + 1 }, (_, before) => added(before)));
    const state = Buffer.from(`state ${round}`);
    const orders = [
      write('told', { facts: added(round), allFacts: all.length > 1_024 ? null : all, state }), write('untold', { facts: added(round), state }),
      write('late', round % 3 === 0 ? { facts: added(round), state } : { facts: null, state }),
    ];
    await store.commit(LANE, commitOf(token, round, { orders }));
    const late = Buffer.concat(Array.from({ length: round + 1 }, (_, before) => before).filter((before) => before % 3 === 0).map(added));
    expect(await store.load(LANE, ['told', 'untold', 'nobody', 'late'])).toEqual([{ facts: all, state }, { facts: all, state }, null, { facts: late, state }]);
  }
  await store.commit(LANE, commitOf(token, 24, { forget: [{ orderId: 'untold', indexes: [], customerId: null }] }));
  expect(await store.load(LANE, ['untold', 'told'])).toMatchObject([null, { state: Buffer.from('state 23') }]);
});
