import { describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import { viewOf } from '../../src/pipeline/journey-renderer.js';
import { createDeadlineWatch } from '../../src/pipeline/deadlines.js';
import type { LaneStore } from '../../src/pipeline/ports.js';
import { createTimeReached } from '../../src/pipeline/time-reached.js';
import { fact, on } from '../support/facts.js';
import { CONTEXT, createLaneUnderTest, eventually, factBytes, LANE, type LaneUnderTest, type Life } from '../support/lane-under-test.js';
import { at, late, opened, placed } from '../support/late-orders.js';

describe('deadlines', () => {
  test('fire once each, at their own instants and in their order, whatever comes in between', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    for (const [id, due] of [['c', '05-12 10:00'], ['a', '05-10 10:00'], ['b', '05-11 10:00'], ['a2', '05-10 10:00']] as const) lane.logs.append('orders', id, placed(id, due));
    for (const day of ['05-10 10:00', '05-10 11:00', '05-11 09:00', '05-20 09:00', '05-21 09:00']) {
      lane.logs.append('orders', 'other', factBytes('other', fact('contact.resolved', day)));
    }
    await lane.live();
    expect(late(lane)).toEqual([`a ${at('05-10 10:00')}`, `a2 ${at('05-10 10:00')}`, `b ${at('05-11 10:00')}`, `c ${at('05-12 10:00')}`]);
    expect(lane.strays).toEqual([]);
  });

  test('do not fire at their instant, but after it', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    lane.logs.append('orders', 'a', placed('a', '05-10 10:00'));
    lane.logs.append('orders', 'other', factBytes('other', fact('contact.resolved', '05-10 10:00')));
    await lane.live();
    expect(late(lane)).toEqual([]);
    lane.logs.append('orders', 'other', factBytes('other', fact('contact.resolved', '05-10 10:00:00.001')));
    await lane.live();
    expect(late(lane)).toHaveLength(1);
  });

  test.each([1, 7, 250])('fire one after the other over many steps of %i orders, the record that made time pass first', async (orders) => {
    const count = { 1: 300, 7: 600, 250: 3_000 }[orders] ?? 0;
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const ids = Array.from({ length: count }, (_, i) => `o${String((i * 7919) % count).padStart(5, '0')}`);
    for (const id of ids) lane.logs.append('orders', id, placed(id, Number(id.slice(1)) % 2 === 0 ? '05-10 10:00' : '05-09 10:00'));
    lane.logs.append('orders', 'z', factBytes('z', fact('delivery.attempt_failed', '06-20 09:00')));
    lane.logs.append('orders', 'z', factBytes('z', fact('delivery.exception', '06-20 10:00')));
    const life: Life = { parts: { limits: { orders, bytes: 1e9 } } };
    await lane.live(life);
    expect(late(lane)).toEqual([...ids].sort((a, b) => (Number(b.slice(1)) % 2) - (Number(a.slice(1)) % 2) || (a < b ? -1 : 1))
      .map((id) => `${id} ${at(Number(id.slice(1)) % 2 === 0 ? '05-10 10:00' : '05-09 10:00')}`));
    const stranger = opened(lane).filter((e) => e.orderId === 'z').map((e) => e.signal);
    expect(stranger).toEqual(['delivery_attempt_failed', 'damaged']);
    const order = opened(lane).map((e) => e.orderId);
    expect(order[0]).toBe('z');
    expect(order.at(-1)).toBe('z');
  });

  test('fire by the wall clock on topics that are silent, once they are known to be', async () => {
    const lane = createLaneUnderTest({ startedAt: on('05-10 09:59'), tick: 0 });
    lane.logs.append('orders', 'a', placed('a', '05-10 10:00'), { timestamp: on('05-01 08:00') });
    const { lane: working, end } = await lane.open();
    const look = async (): Promise<void> => {
      const ends = (await lane.logs.source().bounds([LANE])).get(LANE);
      if (ends !== undefined) working.bounds(ends, lane.wall.at);
    };
    await eventually('it is read', () => lane.progress.get('orders')?.next === 1);
    for (const [ms, expected] of [[30_000, 0], [60_000, 0], [60_001, 1]] as const) {
      lane.wall.at = on('05-10 09:59') + ms;
      await look();
      await eventually('said', async () => late(lane).length === expected && (await lane.settled()));
    }
    await end();
  });

  test('do not fire by the wall clock while a backlog waits', async () => {
    const lane = createLaneUnderTest({ startedAt: on('07-01 00:00'), tick: 0 });
    lane.logs.append('orders', 'a', placed('a', '05-10 10:00'), { timestamp: on('05-01 08:00') });
    const gate: { open: boolean; held: (() => void)[] } = { open: false, held: [] };
    const { parts } = lane.parts();
    const source = {
      ...parts.source,
      // Another topic's records are known to be there, but haven't come yet.
      bounds: async (lanes: readonly number[]) => {
        const bounds = await parts.source.bounds(lanes);
        return new Map([...bounds].map(([n, topics]) => [n, new Map([...topics].map(([t, b]): [SourceTopic, { start: number; end: number }] => [t, t === 'logistics' && !gate.open ? { ...b, end: b.end + 1 } : b]))]));
      },
    };
    const { lane: working, end } = await lane.open({ parts: { source } });
    const look = async (): Promise<void> => {
      lane.wall.at += 20_000;
      const ends = (await source.bounds([LANE])).get(LANE);
      if (ends !== undefined) working.bounds(ends, lane.wall.at);
      await eventually('settled', () => lane.settled());
    };
    await eventually('it is read', () => lane.progress.get('orders')?.next === 1);
    for (let i = 0; i < 3; i++) await look();
    expect(late(lane)).toEqual([]);
    lane.logs.append('logistics', 'a', factBytes('a', fact('delivery.completed', '05-10 09:00')), { timestamp: on('05-10 09:00') });
    gate.open = true;
    await eventually('it is read', () => lane.progress.get('logistics')?.next === 1);
    for (let i = 0; i < 3; i++) await look();
    expect(late(lane)).toEqual([]);
    expect((await viewOfOrder(lane, 'a')).verdict).toBe('good');
    await end();
  });

  test('of an order stay passed when the time of its lane goes back', async () => {
    const lane = createLaneUnderTest({ startedAt: on('05-20 00:00'), tick: 0 });
    lane.logs.append('orders', 'a', placed('a', '05-10 10:00'), { timestamp: on('05-01 08:00') });
    const { lane: working, end } = await lane.open();
    await eventually('it is read', () => lane.progress.get('orders')?.next === 1);
    lane.wall.at += 20_000;
    const ends = (await lane.logs.source().bounds([LANE])).get(LANE);
    if (ends !== undefined) working.bounds(ends, lane.wall.at);
    await eventually('it is late', () => late(lane).length === 1);
    const judgedAt = async (): Promise<number> => {
      const stored = await lane.store.order(LANE, 'a');
      return stored === null ? NaN : viewOf('a', stored, CONTEXT).judgedAt;
    };
    const before = await judgedAt();
    lane.logs.append('logistics', 'a', factBytes('a', fact('delivery.attempt_failed', '05-05 08:00')), { timestamp: on('05-05 08:00') });
    await eventually('the backlog is read', () => lane.progress.get('logistics')?.next === 1);
    expect(await judgedAt()).toBeGreaterThanOrEqual(before);
    expect((await viewOfOrder(lane, 'a')).signals.map((s) => s.signal)).toContain('late_delivery');
    await end();
  });
});

const viewOfOrder = async (lane: LaneUnderTest, orderId: string) => {
  const stored = await lane.store.order(LANE, orderId);
  if (stored === null) throw new Error(`no order ${orderId}`);
  return viewOf(orderId, stored, CONTEXT).assessment;
};

describe('a step', () => {
  test('never judges beyond the deadlines that it knows, though the wall clock went on while the store was asked', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'], startedAt: on('05-10 09:00'), tick: 0 });
    for (const id of ['a', 'b']) lane.logs.append('orders', id, placed(id, '05-10 10:00'), { timestamp: on('05-01 08:00') });
    await lane.live();
    const { parts } = lane.parts();
    const meanwhile: (() => void)[] = [];
    const store: LaneStore = {
      ...parts.store,
      async load(...args) {
        const found = await parts.store.load(...args);
        meanwhile.pop()?.();
        return found;
      },
    };
    lane.wall.at = on('05-10 09:00');
    const { lane: working, end } = await lane.open({ parts: { store, source: parts.source } });
    await eventually('it reads', () => working.isReading());
    const ends = (await lane.logs.source().bounds([LANE])).get(LANE) ?? new Map();
    meanwhile.push(() => { working.bounds(new Map([['orders', { start: 0, end: 0 }]]), on('05-15 09:00')); });
    lane.logs.append('orders', 'b', factBytes('b', fact('delivery.attempt_failed', '05-09 09:00')), { timestamp: on('05-09 09:00') });
    await eventually('it is read', () => lane.progress.get('orders')?.next === 3);
    working.bounds(ends, on('05-15 09:00'));
    await eventually('both are late', () => late(lane).length === 2);
    expect(late(lane).map((text) => text.split(' ')[0])).toEqual(['a', 'b']);
    await end();
  });

  test('asks the store for deadlines only when one can have passed', async () => {
    const asked: number[] = [];
    const store = { due: (_lane: number, before: number) => { asked.push(before); return Promise.resolve([]); }, nextDue: () => Promise.resolve(500) } as unknown as LaneStore;
    const watch = createDeadlineWatch(LANE, store);
    expect(watch.mayBePast(-Infinity)).toBe(false);
    await watch.fetch(100, 250);
    await watch.fetch(500, 250);
    expect(watch.mayBePast(500)).toBe(false);
    expect(watch.mayBePast(501)).toBe(true);
    watch.note(300);
    expect(watch.mayBePast(301)).toBe(true);
    watch.note(null);
    await watch.fetch(300, 250);
    await watch.fetch(301, 250);
    expect(asked).toEqual([100, 301]);
    expect(createTimeReached(['orders'], { allowedLatenessMs: 0, settleMs: 0, replaySettleMs: 0 }).now()).toBe(-Infinity);
  });
});
