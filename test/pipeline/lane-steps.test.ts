import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SourceTopic } from '../../src/contracts/names.js';
import { DEFAULT_RULES, type Rules } from '../../src/core/rules.js';
import { createJourneyRenderer, viewOf } from '../../src/pipeline/journey-renderer.js';
import { createDeadlineWatch } from '../../src/pipeline/deadlines.js';
import type { LaneStore } from '../../src/pipeline/ports.js';
import { createTimeReached } from '../../src/pipeline/time-reached.js';
import { journeyFacts } from '../support/arbitrary-journey.js';
import { withoutRepeats } from '../support/derived.js';
import { fact, on, promised } from '../support/facts.js';
import { CONTEXT, createLaneUnderTest, eventually, factBytes, LANE, type LaneOptions, type LaneUnderTest, type Life } from '../support/lane-under-test.js';

const placed = (orderId: string, due: string): string => factBytes(orderId, fact('order.placed', '05-01 08:00', { promisedDelivery: promised(due) }));
const opened = (lane: LaneUnderTest) => withoutRepeats(lane.logs.written('cx.events', LANE)).filter((e) => e.type === 'signal.opened');
/** Every order's `late_delivery` as it was opened: order and instant. */
const late = (lane: LaneUnderTest): string[] => opened(lane).filter((e) => e.signal === 'late_delivery').map((e) => `${e.orderId} ${String(e.opensAt)}`);
const at = (text: string): string => new Date(on(text)).toISOString();

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

describe('an order with too many facts', () => {
  test('sends what is more to the dead letters; what it has already stays a duplicate', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const facts = ['1', '2', '3', '4'].map((id) => factBytes('o', fact('contact.resolved', `05-0${id} 08:00`, {}, { id })));
    for (const value of [...facts, facts[0] ?? '', facts[3] ?? '']) lane.logs.append('orders', 'o', value, { headers: { trace: 'kept', cx_seq: '99' } });
    await lane.live({ parts: { maxFacts: 3 } });
    expect(lane.progress.get('orders')?.count).toEqual({ read: 6, applied: 3, duplicate: 1, deadLetter: 2 });
    const letters = lane.logs.written('cx.dead-letters', LANE);
    expect(letters.map(({ value, headers }) => [String(value), String(headers['touchpoint.reason']), String(headers['__connect.errors.offset']), String(headers['trace'])]))
      .toEqual([[facts[3], 'journey_too_long', '3', 'kept'], [facts[3], 'journey_too_long', '5', 'kept']]);
    // The sender's stands before the lane's own.
    expect(letters.map(({ headers }) => String(headers['cx_seq']))).toEqual(letters.map(({ seq }) => `99,${seq}`));
  });
});

describe('an event that its order does not take', () => {
  test('makes time pass for all orders: it happened', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    lane.logs.append('orders', 'a', placed('a', '05-10 10:00'));
    for (const day of ['05-02 08:00', '05-11 08:00']) lane.logs.append('orders', 'o', factBytes('o', fact('contact.resolved', day)));
    await lane.live({ parts: { maxFacts: 1 } });
    expect(lane.progress.get('orders')?.count).toEqual({ read: 3, applied: 2, duplicate: 0, deadLetter: 1 });
    expect(late(lane)).toEqual([`a ${at('05-10 10:00')}`]);
  });
});

describe('a rule that throws', () => {
  const poison = { active: true };
  const severities = Object.defineProperty({ ...DEFAULT_RULES.severities }, 'damaged', {
    enumerable: true,
    get() {
      if (poison.active) throw new Error('a rule with a fault');
      return 3;
    },
  });
  const rules: Rules = { ...DEFAULT_RULES, severities };
  const options: LaneOptions = { topics: ['orders'], context: () => ({ ...CONTEXT, rules }) };

  test('leaves its order unassessed with its facts kept, the lane goes on, and the next fact after the mend says it all', async () => {
    poison.active = true;
    const lane = createLaneUnderTest(options);
    lane.logs.append('orders', 'bad', factBytes('bad', fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-09 10:00') }, { customerId: 'k' })));
    lane.logs.append('orders', 'bad', factBytes('bad', fact('delivery.exception', '05-02 08:00')));
    lane.logs.append('orders', 'fine', factBytes('fine', fact('delivery.attempt_failed', '05-12 08:00')));
    await lane.live();
    expect(new Set(lane.unassessed)).toEqual(new Set(['bad']));
    expect(opened(lane).map((e) => e.orderId)).toEqual(['fine']);
    expect(lane.logs.written('cx.journeys', LANE).map(({ key }) => String(key))).toContain('fine');
    expect(lane.progress.get('orders')?.count).toEqual({ read: 3, applied: 3, duplicate: 0, deadLetter: 0 });
    expect((await lane.store.list('customer:k', null, 9)).orderIds).toEqual(['bad']);
    poison.active = false;
    lane.logs.append('orders', 'bad', factBytes('bad', fact('contact.resolved', '05-13 08:00')));
    await lane.live();
    expect(opened(lane).map((e) => `${e.orderId} ${String(e.signal)}`)).toEqual(['fine delivery_attempt_failed', 'bad late_delivery', 'bad damaged', 'bad change_not_notified']);
    expect(lane.failures).toEqual([]);
  });

  test('at the first fact, too: its customer finds the order all the same', async () => {
    poison.active = true;
    const lane = createLaneUnderTest(options);
    lane.logs.append('orders', 'bad', factBytes('bad', fact('delivery.exception', '05-02 08:00', {}, { customerId: 'k' })));
    await lane.live();
    poison.active = false;
    lane.logs.append('orders', 'bad', factBytes('bad', fact('contact.resolved', '05-13 08:00')));
    await lane.live();
    expect((await lane.store.list('customer:k', null, 9)).orderIds).toEqual(['bad']);
  });
});

test.each([1, 250])('the journeys that steps of %i orders render are those that the store has', async (orders) => {
  await fc.assert(fc.asyncProperty(fc.array(journeyFacts, { minLength: 1, maxLength: 3 }), async (journeys) => {
    const renderer = createJourneyRenderer(() => CONTEXT, 'test');
    let read = 0;
    const lane = createLaneUnderTest({ topics: ['orders'], journeys: { ...renderer, ofStored: (...of) => (read++, renderer.ofStored(...of)) } });
    journeys.forEach((facts, i) => { for (const each of facts) lane.logs.append('orders', `o${i}`, factBytes(`o${i}`, each)); });
    await lane.live({ parts: { limits: { orders, bytes: 1e9 } } });
    const published = new Map(lane.logs.written('cx.journeys', LANE).map((record) => [String(record.key), record]));
    expect([published.size, read]).toEqual([journeys.length, 0]);
    for (const [orderId, { value, headers }] of published) {
      const stored = renderer.ofStored(orderId, (await lane.store.order(LANE, orderId))!)(Number(headers['cx_seq']));
      expect([String(value), Object.entries(headers).map(([name, text]) => [name, String(text)])]).toEqual([stored.value, Object.entries(stored.headers)]);
    }
  }), { numRuns: 60 });
}, 60_000);

test('a journey that is again as it was has an id of its own, so that who drops ids that they know is left with the present one', async () => {
  const lane = createLaneUnderTest({ topics: ['orders'] });
  const days = ['06-10 10:00', '06-12 10:00', '06-10 10:00', '06-12 10:00'];
  lane.logs.append('orders', 'a', placed('a', days[0]!));
  await lane.live();
  for (const [i, day] of days.slice(1).entries()) {
    lane.logs.append('orders', 'a', factBytes('a', fact('order.amended', `05-0${i + 2} 08:00`, { by: 'customer', promisedDelivery: promised(day) })));
    await lane.live();
  }
  const written = lane.logs.written('cx.journeys', LANE);
  expect(new Set(written.map(({ value }) => String(value))).size).toBe(2);
  expect(new Set(written.map(({ headers }) => String(headers['ce_id']))).size).toBe(4);
});
