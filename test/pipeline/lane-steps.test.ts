import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_RULES, type Rules } from '../../src/core/rules.js';
import { createJourneyRenderer } from '../../src/pipeline/journey-renderer.js';
import { journeyFacts } from '../support/arbitrary-journey.js';
import { fact, promised } from '../support/facts.js';
import { CONTEXT, createLaneUnderTest, factBytes, LANE, type LaneOptions } from '../support/lane-under-test.js';
import { at, late, opened, placed } from '../support/late-orders.js';

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
