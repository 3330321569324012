import { describe, expect, test } from '@jest/globals';
import { createMemoryAlertHandling } from '../../src/adapters/memory/alert-handling.js';
import { alertsOf, clock, close, damaged, DAY, delivered, expectSound, note, openOrders, placed, rebuild, type Said, told, twoLate, workOn } from '../support/alert-endings.js';
import { fact, on, promised } from '../support/facts.js';
import { createLaneUnderTest, eventually, factBytes, LANE } from '../support/lane-under-test.js';
import { createVerifiedLane } from '../support/verified-lane.js';

describe('an alert that people were told of', () => {
  const LIVE = { alertMaxAgeMs: 1e15 };
  /** A lane whose time is that of one topic. */
  const inOneTopic = (options: Parameters<typeof createLaneUnderTest>[0] = LIVE) => {
    const ended: string[] = [];
    const under = createLaneUnderTest({ topics: ['orders'], ...options, telemetry: { alertEnded: (ending, severity, seconds) => ended.push(`${ending.reason} ${severity} ${seconds < 3_600 ? 'soon' : 'late'}`) } });
    const append = (orderId: string, each: ReturnType<typeof fact>): void => { under.logs.append('orders', orderId, factBytes(orderId, each), { timestamp: each.at }); };
    return { under, ended, append, pass: (when: string): void => { append('clock', fact('contact.resolved', when)); }, told: (orderId: string) => told({ under }, orderId) };
  };

  test('expires a week after it was of use; is raised anew by another pattern, and not by the same', async () => {
    const lane = createVerifiedLane(LIVE);
    for (const each of [placed('a'), clock(3)]) lane.append(each);
    await lane.work();
    const said = alertsOf(lane, 'a');
    const last = said.at(-2) as Said & { readonly actBy: string | null };
    expect(said.at(-1)).toMatchObject({ type: 'alert.resolved', reason: 'expired', patterns: last.patterns, occurredAt: new Date(Date.parse(last.actBy ?? last.occurredAt) + 7 * DAY).toISOString() });
    expect(await openOrders(lane)).toEqual([]);
    await expectSound(lane);
    lane.append(note('a', 3.1));
    await lane.work();
    expect(alertsOf(lane, 'a')).toHaveLength(said.length);
    lane.append(damaged('a', 3.2));
    await lane.work();
    expect(told(lane, 'a').slice(said.length)).toEqual(['alert.raised 2', 'alert.resolved 2 expired']);
    await expectSound(lane);
  });

  test('is told of to its end, which may come by an old record', async () => {
    const lane = inOneTopic({ alertMaxAgeMs: DAY, startedAt: on('03-02 11:00') });
    lane.append('a', fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }));
    lane.pass('03-02 10:30');
    await lane.under.live();
    lane.append('a', fact('order.cancelled', '03-01 09:00'));
    await lane.under.live();
    const modes = lane.under.logs.written('cx.alerts', LANE).map(({ value }) => (JSON.parse(String(value)) as { readonly mode: string }).mode);
    expect([lane.told('a').at(-1), new Set(modes)]).toEqual(['alert.resolved 1 cleared', new Set(['live'])]);
  });

  test('does so at its own instant, before what happens later is read', async () => {
    for (const orders of [1, 250]) {
      const lane = inOneTopic();
      lane.append('a', fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }));
      lane.pass('03-20 10:00');
      lane.append('a', fact('delivery.exception', '03-20 11:00'));
      await lane.under.live({ parts: { limits: { orders, bytes: 1e9 } } });
      expect(lane.told('a').filter((line) => !line.startsWith('alert.updated'))).toEqual(['alert.raised 1', 'alert.resolved 1 expired', 'alert.raised 2']);
      expect([lane.under.failures, lane.under.strays]).toEqual([[], []]);
    }
  });

  test('stays open until then, in a state that is made anew as well', async () => {
    const lane = inOneTopic();
    lane.append('a', fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }));
    lane.pass('03-09 10:00');
    await lane.under.live();
    const due = await lane.under.store.nextDue(LANE);
    // Three days of use from the promise on, when it became grave, and a week.
    expect([lane.told('a').at(-1), due]).toEqual(['alert.updated 1', on('03-12 10:00')]);
    await rebuild(lane);
    await lane.under.live();
    expect([lane.told('a').at(-1), await lane.under.store.nextDue(LANE)]).toEqual(['alert.updated 1', due]);
    lane.pass('03-12 10:01');
    await lane.under.live();
    expect([lane.told('a').at(-1), await lane.under.store.nextDue(LANE)]).toEqual(['alert.resolved 1 expired', null]);
  });

  test('expires no more once it was closed or cleared', async () => {
    const [lane, handling] = [inOneTopic(), createMemoryAlertHandling()];
    for (const orderId of ['a', 'b']) lane.append(orderId, fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }));
    lane.pass('03-09 10:00');
    await lane.under.live();
    await close(handling, 'a');
    await workOn(lane, handling);
    expect((await lane.under.store.look(LANE, ['a', 'b'].map((orderId) => ({ orderId, indexes: [] }))))?.orders.map(({ due }) => due)).toEqual([null, on('03-12 10:00')]);
    lane.append('b', fact('order.cancelled', '03-01 09:00'));
    lane.pass('04-09 10:00');
    await lane.under.live({ parts: { handling } });
    expect([lane.told('a').at(-1), lane.told('b').at(-1), await lane.under.store.nextDue(LANE)]).toEqual(['alert.resolved 1 closed', 'alert.resolved 1 cleared', null]);
    expect(lane.ended).toEqual(['closed warning soon', 'cleared warning soon']);
  });

  test('has ended when its order is kept no longer, and is not raised again in a state that is made anew', async () => {
    const lane = inOneTopic();
    lane.append('a', fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }));
    lane.append('a', fact('delivery.completed', '03-15 10:00', { lines: [{ lineId: '1', sku: 'sku-1', quantity: 0, substituteFor: null, substitutionApproved: null }] }));
    lane.pass('06-01 10:00');
    const givenUp = async (): Promise<void> => {
      const { lane: working, end } = await lane.under.open({ parts: { retention: 30 * DAY } });
      await eventually('the order left', async () => {
        lane.under.wall.at += 200;
        working.wake();
        return (await lane.under.settled()) && (await lane.under.store.list(null, null, 9)).orderIds.join() === 'clock';
      });
      await end();
    };
    await givenUp();
    const said = lane.told('a');
    expect(said.at(-1)).toBe('alert.resolved 1 expired');
    await rebuild(lane);
    await givenUp();
    expect([lane.told('a'), lane.under.failures]).toEqual([said, []]);
  });

  test('and a record of the past stays open for as long as its patterns hold', async () => {
    const lane = await twoLate();
    lane.append(delivered('a', 200));
    await lane.work();
    expect(await openOrders(lane)).toEqual(['a', 'b']);
    await expectSound(lane);
  });
});
