import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import { createRedisMeasureStore } from '../../src/adapters/redis/measure-store.js';
import { createRedisOrderReader } from '../../src/adapters/redis/order-reader.js';
import { CUSTOMER_PARTS, type MeasureStore } from '../../src/pipeline/measure-store.js';
import type { OrderWrite } from '../../src/pipeline/ports.js';
import { commitOf, entry, LANES, observe, progress, type StoreUnderTest } from '../support/store-under-test.js';
import { toldIn } from '../contract/measure-store.contract.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

/** The embedded mode is a true picture of the service only if both stores are the same to the pipeline. */

const client = clientForTests();

const INDEXES = ['verdict:poor', 'signal:lost', 'customer:{7}'];
const bytes = fc.uint8Array({ maxLength: 40 }).map((values) => Buffer.from(values));
const orderWrite: fc.Arbitrary<OrderWrite> = fc.record({
  orderId: fc.constantFrom('a', 'b', 'ä', '{c}', '𝄞', '\uffee'),
  facts: fc.option(bytes),
  allFacts: fc.constant(null),
  state: bytes,
  due: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(null), fc.constant(undefined)),
  rests: fc.constant(null),
  indexAdd: fc.subarray(INDEXES),
  indexRemove: fc.constant([]),
  dirty: fc.boolean(),
  customers: fc.uniqueArray(fc.record({ customerId: fc.constantFrom('c-1', 'c-2', 'ö'), told: fc.option(fc.string()) }), { selector: ({ customerId }) => customerId, maxLength: 2 }),
});
const write = fc.oneof(orderWrite, orderWrite.map((order) => ({ ...order, indexAdd: [], indexRemove: order.indexAdd })));
const lane = fc.nat(LANES - 1);
const owner = fc.constantFrom('present', 'former');
const call = fc.oneof(
  { weight: 1, arbitrary: fc.record({ call: fc.constant('claim' as const), lane }) },
  {
    weight: 6,
    arbitrary: fc.record({
      call: fc.constant('commit' as const),
      lane,
      owner: fc.constantFrom('present', 'present', 'present', 'former'),
      off: fc.constantFrom(0, 0, 0, -1, 1),
      orders: fc.uniqueArray(write, { selector: (order) => order.orderId, maxLength: 6 }),
      said: fc.nat(3),
      forget: fc.subarray(['a', 'b', 'ä', '{c}', '𝄞', '\uffee'], { maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('trim' as const), lane, owner, seq: fc.nat(20), end: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('clean' as const), lane, owner, keep: fc.nat(3) }) },
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

/** Makes the calls; all answers, and what is there in the end. Tokens differ between stores and are left out. */
const story = async (under: StoreUnderTest & { readonly measures: MeasureStore }, calls: readonly Call[]): Promise<unknown[]> => {
  const { store } = under;
  const tokens = new Map<number, { present: string; former: string; version: number; seq: number }>();
  const answers: unknown[] = [];
  for (const made of calls) {
    const held = tokens.get(made.lane) ?? { present: 'none', former: 'none', version: 0, seq: 0 };
    tokens.set(made.lane, held);
    const token = made.call === 'claim' || made.owner === 'present' ? held.present : held.former;
    if (made.call === 'claim') {
      const { token: present, ...found } = await store.claim(made.lane, LANES);
      tokens.set(made.lane, { present, former: held.present, version: found.version, seq: found.seq });
      answers.push(found);
    } else if (made.call === 'commit') {
      const seq = held.seq + made.said;
      const outbox = made.said === 0 ? null : entry(held.seq + 1, seq);
      const given = commitOf(token, held.version + made.off, { orders: made.orders, seq, outbox, topics: new Map([['orders', progress(seq)]]), calendar: seq,
        forget: made.forget.filter((id) => !made.orders.some(({ orderId }) => orderId === id)).map((orderId) => ({ orderId, indexes: INDEXES, customerId: 'c-1' })) });
      const answer = await store.commit(made.lane, given);
      if (answer.token === held.present && answer.version === held.version + 1) Object.assign(held, { version: answer.version, seq });
      answers.push([answer.token === token, answer.version, await store.forgotten(made.lane, ['a', 'b', 'ä', '𝄞', 'nobody']), await store.pass(made.lane, null, 3), await store.pass(made.lane, 'b', 10)]);
    } else if (made.call === 'trim') {
      answers.push(await store.trim(made.lane, token, made.seq, new Map([['cx.events', made.end]])));
    } else {
      // Marks of one commit come in any order.
      const marks = [...(await store.dirty(made.lane, 100))].sort((a, b) => a.mark - b.mark || (a.orderId < b.orderId ? -1 : 1));
      answers.push(await store.clean(made.lane, token, marks.slice(made.keep), new Map([['cx.journeys', made.keep]])));
    }
  }
  const { token: _, ...last } = await store.claim(0, LANES);
  const told = await Promise.all(Array.from({ length: CUSTOMER_PARTS }, (_, part) => toldIn(under.measures, 0, part)));
  return [...answers, told, await observe(under, INDEXES), last];
};

/** Lanes by number: each store lists them in an order of its own. */
const tidy = (told: unknown[]): unknown[] => {
  const seen = told.at(-2) as { lanes: { lane: number }[] };
  seen.lanes = [...seen.lanes].sort((a, b) => a.lane - b.lane);
  return told;
};

test('any sequence of calls is answered alike by memory and Redis, and leaves the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 5, maxLength: 40 }), async (calls) => {
      const memory = createMemoryLaneStore();
      const prefix = freshPrefix('cx');
      const redis = { store: createRedisLaneStore(client(), { prefix }), reader: createRedisOrderReader(client(), { prefix, lanes: LANES }), measures: createRedisMeasureStore(client(), { prefix }), end: () => Promise.resolve() };
      const expected = tidy(await story({ store: memory, reader: memory, measures: memory.measures, end: () => memory.close() }, calls));
      expect(tidy(await story(redis, calls))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
