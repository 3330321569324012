import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { unpackOrderState } from '../../src/core/order-state-codec.js';
import type { Decision } from '../../src/pipeline/upkeep.js';
import { death, expectAccounted, expectNumbered, feed, foldedAsSaid, foldedOnRecord, input, life } from '../support/lane-histories.js';
import { createLaneUnderTest, factBytes, LANE, type LaneUnderTest } from '../support/lane-under-test.js';
import { fact } from '../support/facts.js';
import { createRewindableStore } from '../support/rewindable-store.js';

/** What a person may decide about a lane, and what the lane makes of it. */

const TOPICS_OUT = ['cx.events', 'cx.alerts', 'cx.journeys', 'cx.dead-letters'] as const;
const ends = (lane: LaneUnderTest): number[] => TOPICS_OUT.map((topic) => lane.logs.partition(topic, LANE).end);
const stateOf = async (lane: LaneUnderTest): Promise<unknown> => {
  const look = await lane.store.look(LANE, []);
  return { topics: look?.topics, outbox: look?.outbox, halt: look?.halt, catchUp: look?.upkeep.catchUp, judgedBy: look?.upkeep.judgedBy, decision: look?.decision };
};
/** When an order was judged last is a matter of when that was. */
const withoutTime = (state: Buffer): unknown => ({ ...unpackOrderState(state), judgedAt: null });
const ordersOf = async (lane: LaneUnderTest): Promise<unknown> => {
  const { orderIds } = await lane.store.list(null, null, 1_000);
  const looked = await lane.store.look(LANE, orderIds.map((orderId) => ({ orderId, indexes: ['verdict:poor', 'verdict:failed', 'signal:lost', 'customer:c-1'] })));
  return looked?.orders.map(({ stored, ...rest }) => ({ ...rest, facts: stored?.facts.toString('hex'), state: stored === null ? null : withoutTime(stored.state) }));
};
async function decide(lane: LaneUnderTest, decision: Decision): Promise<void> {
  const [kept] = await lane.store.halts.lanes();
  expect(await lane.store.halts.decide(LANE, kept?.halt ?? null, decision)).toBe(true);
}
const steady = life(fc.constant(undefined));

describe('a lane that is made anew from its topics', () => {
  test('is what it was before, and consumers see nothing of it, wherever it is interrupted', async () => {
    await fc.assert(fc.asyncProperty(input, fc.array(life(death), { maxLength: 3 }), steady, async (records, deaths, last) => {
      const lane = createLaneUnderTest();
      feed(lane, records);
      await lane.live();
      const before = { ends: ends(lane), state: await stateOf(lane), orders: await ordersOf(lane) };
      await decide(lane, { kind: 'rebuild', acceptLoss: false });
      for (const each of deaths) await lane.live(each);
      await lane.live(last);
      expect(lane.failures).toEqual([]);
      expect(lane.halts).toEqual([]);
      expect(lane.strays).toEqual([]);
      expect({ ends: ends(lane), state: await stateOf(lane), orders: await ordersOf(lane) }).toEqual(before);
    }), { numRuns: 30 });
  });

  test('tells readers that it is read again until its last order is judged, and never before', async () => {
    const store = createMemoryLaneStore();
    const seen: (string | null)[] = [];
    const commit: typeof store.commit = async (...given) => {
      const answer = await store.commit(...given);
      for (const { renewal } of await store.lanes()) if (seen.at(-1) !== renewal) seen.push(renewal);
      return answer;
    };
    const lane = createLaneUnderTest({ store: { ...store, commit } });
    for (const id of ['a', 'b', 'c']) lane.logs.append('orders', id, factBytes(id, fact('order.placed', '05-01 08:00')));
    await lane.live();
    expect(seen).toEqual([null]);
    await decide(lane, { kind: 'rebuild', acceptLoss: false });
    await lane.live();
    expect(seen).toEqual([null, 'read_again', null]);
    expect((await store.lanes()).map(({ renewal }) => renewal)).toEqual([null]);
  });

  test('comes back from nothing but the topics, and goes on where it was', async () => {
    await fc.assert(fc.asyncProperty(input, fc.double({ min: 0.1, max: 0.9, noNaN: true }), steady, async (records, share, last) => {
      const { store, empty } = createRewindableStore();
      const lane = createLaneUnderTest({ store });
      const some = Math.ceil(records.length * share);
      feed(lane, records.slice(0, some));
      await lane.live();
      const before = ends(lane);
      empty();
      await lane.live();
      expect(lane.halts).toMatchObject([{ name: 'state_lost', message: expect.stringContaining('touchpoint lanes rebuild 0') }]);
      await decide(lane, { kind: 'rebuild', acceptLoss: false });
      await lane.live(last);
      expect(ends(lane)).toEqual(before);
      feed(lane, records.slice(some));
      await lane.live(last);
      expect(lane.halts).toHaveLength(1);
      expect(lane.failures).toEqual([]);
      await expectNumbered(lane);
      await expectAccounted(lane, records);
      expect(foldedAsSaid(lane)).toEqual(await foldedOnRecord(lane));
    }), { numRuns: 30 });
  });

  const attempt = (id: string): string => factBytes(id, fact('delivery.attempt_failed', '05-02 08:00', {}, { id: `attempt ${id}` }));
  const working = async (...ids: readonly string[]): Promise<LaneUnderTest> => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    for (const id of ids) lane.logs.append('orders', id, attempt(id));
    await lane.live();
    return lane;
  };
  test('stays as it is where the topics do not go back to their beginnings, unless that is accepted', async () => {
    const lane = await working('a', 'b', 'c');
    lane.logs.partition('cx.events', LANE).trim(2);
    const orders = await ordersOf(lane);
    await decide(lane, { kind: 'rebuild', acceptLoss: false });
    await lane.live();
    expect(lane.halts).toMatchObject([{ name: 'rebuild_incomplete', message: expect.stringContaining('cx.events/0 begins at offset 2') }]);
    expect(await ordersOf(lane)).toEqual(orders);
    expect(await lane.store.halts.lift(LANE, lane.halts[0]!)).toBe(true);
    await lane.live();
    expect(await ordersOf(lane)).toEqual(orders);
    await decide(lane, { kind: 'rebuild', acceptLoss: true });
    await lane.live();
    expect(lane.halts).toHaveLength(1);
    // What was said of a is no longer there: it is said again.
    expect(lane.logs.written('cx.events', LANE).filter(({ key }) => String(key) === 'a')).toHaveLength(2);
  });

  describe('a topic that is read again from an offset on', () => {
    test('changes no account and says nothing', async () => {
      const lane = createLaneUnderTest({ topics: ['orders'] });
      for (const id of ['a', 'b']) lane.logs.append('orders', id, attempt(id));
      lane.logs.append('orders', 'b', 'no fact');
      lane.logs.append('orders', 'b', attempt('b'));
      await lane.live();
      const before = { ends: ends(lane), orders: await ordersOf(lane) };
      await decide(lane, { kind: 'rewind', topic: 'orders', offset: 1 });
      await lane.live();
      expect({ ends: ends(lane), orders: await ordersOf(lane) }).toEqual(before);
      lane.logs.append('orders', 'c', attempt('c'));
      await lane.live();
      expect((await lane.store.look(LANE, []))?.topics.get('orders')).toMatchObject({ next: 5, count: { read: 5, applied: 3, duplicate: 1, deadLetter: 1 } });
      expect(lane.halts).toEqual([]);
    });

    test('makes known what the state had forgotten', async () => {
      const lane = await working('a', 'b', 'c');
      const { token } = await lane.store.claim(LANE, 1);
      await lane.store.clear(LANE, token);
      await decide(lane, { kind: 'rewind', topic: 'orders', offset: 1 });
      await lane.live();
      expect((await lane.store.list(null, null, 10)).orderIds).toEqual(['b', 'c']);
    });

    test('is read from its oldest record if that is later, and not at all from where nothing lies behind', async () => {
      const lane = await working('a', 'b');
      await decide(lane, { kind: 'rewind', topic: 'orders', offset: 2 });
      await lane.live();
      await decide(lane, { kind: 'rewind', topic: 'logistics', offset: 0 });
      await lane.live();
      expect((await lane.store.look(LANE, []))?.upkeep.catchUp).toBeNull();
      expect((await lane.store.look(LANE, []))?.decision).toBeNull();
      expect(lane.halts).toEqual([]);
    });
  });

  describe('a loss that a person accepts', () => {
    test('is skipped, told, and what comes after is read; another one halts again', async () => {
      const accepted: string[] = [];
      const lane = createLaneUnderTest({ topics: ['orders'], telemetry: { lossAccepted: (_lane, name, what) => { accepted.push(`${name}: ${what}`); } } });
      for (const id of ['a', 'b', 'c', 'd']) lane.logs.append('orders', id, attempt(id));
      const { parts } = lane.parts();
      const gone = { ...parts.source, bounds: async (lanes: readonly number[]) => new Map([...(await parts.source.bounds(lanes))].map(([each, topics]) => [each, new Map([...topics].map(([topic, { end }]) => [topic, { start: 3, end }]))])) };
      const { token } = await lane.store.claim(LANE, 1);
      await lane.store.commit(LANE, { token, base: 0, orders: [], forget: [], calendar: null, seq: 0, outbox: null, topics: new Map([['orders', { next: 1, clock: null, position: null, count: { read: 1, applied: 1, duplicate: 0, deadLetter: 0 } }]]) });
      await lane.live({ parts: { source: gone } });
      expect(lane.halts).toMatchObject([{ name: 'records_lost', message: expect.stringContaining('lanes resume 0 --accept-loss') }]);
      await decide(lane, { kind: 'accept_loss', halt: 'topic_replaced' });
      await lane.live({ parts: { source: { ...gone } } });
      expect(lane.halts.map(({ name }) => name)).toEqual(['records_lost', 'records_lost']);
      expect(accepted).toEqual([]);
      await decide(lane, { kind: 'accept_loss', halt: 'records_lost' });
      await lane.live({ parts: { source: { ...gone } } });
      expect(accepted).toEqual([expect.stringContaining('records_lost: orders/0: the next offset to read is 1, but the oldest record there has 3: 2 records were deleted')]);
      expect((await lane.store.list(null, null, 10)).orderIds).toEqual(['d']);
      expect(lane.halts).toHaveLength(2);
    });

    test('a topic made anew is read from its beginning: known events are repeats, the account is that of the new topic', async () => {
      const lane = await working('a', 'b', 'c');
      const { parts } = lane.parts();
      const other = { ...parts.source, recordAt: () => Promise.resolve(null) };
      await lane.live({ parts: { source: other } });
      expect(lane.halts).toMatchObject([{ name: 'topic_replaced', message: expect.stringContaining('reads orders/0 from 0') }]);
      const said = ends(lane);
      await decide(lane, { kind: 'accept_loss', halt: 'topic_replaced' });
      await lane.live({ parts: { source: { ...other } } });
      expect(ends(lane)).toEqual(said);
      expect((await lane.store.look(LANE, []))?.topics.get('orders')?.count).toEqual({ read: 3, applied: 0, duplicate: 3, deadLetter: 0 });
    });
  });
});
