import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryAlertHandling } from '../../src/adapters/memory/alert-handling.js';
import type { AlertHandlingStore } from '../../src/pipeline/alert-handling.js';
import { alertsOf, at, close, CLOSED_AT, damaged, event, expectSound, note, openOrders, rebuild, told, twoLate, workOn } from '../support/alert-endings.js';
import { type Death, eventually, LANE } from '../support/lane-under-test.js';
import { createRewindableStore } from '../support/rewindable-store.js';
import type { VerifiedLane } from '../support/verified-lane.js';

describe('an alert that a person closed', () => {
  test('is said to be resolved, once, as it was', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    const before = alertsOf(lane, 'a').at(-1);
    await close(handling, 'a');
    await workOn(lane, handling);
    expect(alertsOf(lane, 'a').at(-1)).toMatchObject({ type: 'alert.resolved', reason: 'closed', outcome: 'done', occurredAt: new Date(CLOSED_AT).toISOString(), patterns: before?.patterns, owner: null, nextAction: null });
    const said = told(lane, 'a');
    await close(handling, 'a');
    await workOn(lane, handling);
    expect([told(lane, 'a'), await openOrders(lane)]).toEqual([said, ['b']]);
    await expectSound(lane);
  });

  test('is not raised by the mere next event, says no more when its patterns clear, and is raised anew by another pattern', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    for (const orderId of ['a', 'b']) await close(handling, orderId);
    await workOn(lane, handling);
    const said = { a: told(lane, 'a'), b: told(lane, 'b') };
    for (const each of [note('a', 3.1), event('order.cancelled', 'b', 0.5, { initiatedBy: 'customer' })]) lane.append(each);
    await lane.work({ handling });
    expect({ a: told(lane, 'a'), b: told(lane, 'b') }).toEqual(said);
    await expectSound(lane);
    lane.append(damaged('a', 3.2));
    await lane.work({ handling });
    expect(told(lane, 'a')).toEqual([...said.a, 'alert.raised 2']);
    await expectSound(lane);
  });

  test('is raised anew where the customer put the order off and was failed again', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    await close(handling, 'a');
    await workOn(lane, handling);
    const said = told(lane, 'a');
    lane.append(event('delivery.rescheduled', 'a', 3.1, { initiatedBy: 'customer', newDeliveryAt: null }));
    await lane.work({ handling });
    expect(told(lane, 'a')).toEqual(said);
    await expectSound(lane);
    lane.append(event('delivery.rescheduled', 'a', 3.2, { initiatedBy: 'customer', newDeliveryAt: at(6) }));
    await lane.work({ handling });
    expect(told(lane, 'a')[said.length]).toBe('alert.raised 2');
    expect(await openOrders(lane)).toEqual(['a', 'b']);
    await expectSound(lane);
  });

  test('is closed as the person saw it: what else was found before its lane came to it raises another at once', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    lane.append(damaged('a', 3.2));
    await lane.work();
    const said = alertsOf(lane, 'a');
    await close(handling, 'a');
    await workOn(lane, handling);
    expect(alertsOf(lane, 'a').slice(said.length)).toMatchObject([
      { type: 'alert.resolved', reason: 'closed', patterns: ['silent_change', 'missed_promise', 'grave_signal'] }, { type: 'alert.raised', episode: 2, patterns: said.at(-1)?.patterns },
    ]);
    await expectSound(lane);
  });

  test('stays closed in a state that is made anew, and what is closed before that is said is said after it', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    await close(handling, 'a');
    await workOn(lane, handling);
    const said = told(lane, 'a');
    await rebuild(lane);
    await close(handling, 'b');
    await workOn(lane, handling);
    await lane.work({ handling });
    expect([told(lane, 'a'), told(lane, 'b').at(-1), await openOrders(lane)]).toEqual([said, 'alert.resolved 1 closed', []]);
    await expectSound(lane);
  });

  test('stays closed in a state that went back behind it, whether or not that was published, at every distance', async () => {
    for (let distance = 1; distance <= 6; distance++) {
      const { store, goBack } = createRewindableStore();
      const [lane, handling] = [await twoLate({ store }), createMemoryAlertHandling()];
      for (const orderId of ['a', 'b']) await close(handling, orderId);
      await workOn(lane, handling);
      const said = { a: told(lane, 'a'), b: told(lane, 'b') };
      await goBack(distance);
      await workOn(lane, handling);
      await lane.work({ handling });
      expect({ distance, a: told(lane, 'a'), b: told(lane, 'b') }).toEqual({ distance, ...said });
      expect(await openOrders(lane)).toEqual([]);
      await expectSound(lane);
    }
  });

  test('is raised anew by what comes back, in a state that went back behind its being gone as well', async () => {
    for (let distance = 1; distance <= 6; distance++) {
      const { store, goBack } = createRewindableStore();
      const [lane, handling] = [await twoLate({ store }), createMemoryAlertHandling()];
      await close(handling, 'a');
      await workOn(lane, handling);
      lane.append(event('delivery.rescheduled', 'a', 3.1, { initiatedBy: 'customer', newDeliveryAt: null }));
      await lane.work({ handling });
      const said = told(lane, 'a');
      await goBack(distance);
      lane.append(event('delivery.rescheduled', 'a', 3.2, { initiatedBy: 'customer', newDeliveryAt: at(6) }));
      await workOn(lane, handling);
      await lane.work({ handling });
      expect([distance, ...told(lane, 'a').slice(0, said.length + 1)]).toEqual([distance, ...said, 'alert.raised 2']);
      await expectSound(lane);
    }
  });

  test('is closed again where nothing tells of it but what the person did', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    await close(handling, 'a');
    // As if its lane had said so, in a state that is lost, to a topic that is gone.
    await handling.said(LANE, await handling.waiting(LANE, 10));
    await rebuild(lane);
    await lane.work({ handling });
    await workOn(lane, handling);
    expect([told(lane, 'a').at(-1), await openOrders(lane)]).toEqual(['alert.resolved 1 closed', ['b']]);
    await expectSound(lane);
  });

  test('is said once its list can be read again, and a list that can not holds up nothing', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    const away = { waiting: true, said: true };
    const faulty: AlertHandlingStore = {
      ...handling,
      waiting: async (...args) => (away.waiting ? Promise.reject(new Error('not now')) : handling.waiting(...args)),
      said: async (...args) => (away.said ? Promise.reject(new Error('not now')) : handling.said(...args)),
    };
    await close(handling, 'a');
    lane.append(damaged('b', 3.2));
    const said = told(lane, 'a');
    const { lane: working, end } = await lane.under.open({ parts: { decode: lane.decode, handling: faulty } });
    const until = (what: string, holds: () => boolean | Promise<boolean>) => eventually(what, async () => {
      lane.under.wall.at += 500;
      working.wake();
      return (await lane.under.settled()) && holds();
    });
    await until('the order that goes on is said', () => told(lane, 'b').length > said.length);
    expect(told(lane, 'a')).toEqual(said);
    away.waiting = false;
    await until('the closure is said', () => told(lane, 'a').length > said.length);
    away.said = false;
    await until('it waits no more', async () => (await handling.waiting(LANE, 9)).length === 0);
    await end();
    expect(told(lane, 'a')).toEqual([...said, 'alert.resolved 1 closed']);
    await expectSound(lane);
  });

  test('and of which no such alert is open: nothing is said, and nobody waits for it', async () => {
    const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
    const said = told(lane, 'a');
    await close(handling, 'a', 2);
    await close(handling, 'unknown');
    await workOn(lane, handling);
    expect([told(lane, 'a'), await handling.waiting(LANE, 10), (await lane.under.store.list(null, null, 9)).orderIds]).toEqual([said, [], ['a', 'b', 'clock']]);
    await expectSound(lane);
  });

  const isSaidOnce = async (lane: VerifiedLane): Promise<void> => {
    expect(told(lane, 'a').filter((line) => line.startsWith('alert.resolved'))).toEqual(['alert.resolved 1 closed']);
    expect(await openOrders(lane)).toEqual(['b']);
    await expectSound(lane);
  };

  test('is said once by whoever comes after one that died while saying it', async () => {
    const deaths: readonly Death[] = [
      { at: 'commit', count: 1, applied: false }, { at: 'commit', count: 1, applied: true }, { at: 'publish', count: 1, share: 0 }, { at: 'publish', count: 1, share: 1 },
      { at: 'trim', count: 1, applied: false }, { at: 'trim', count: 1, applied: true },
    ];
    for (const death of deaths) {
      const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
      await close(handling, 'a');
      expect([death, await lane.under.live({ death, parts: { decode: lane.decode, handling } })]).toEqual([death, true]);
      await workOn(lane, handling);
      await isSaidOnce(lane);
    }
  });

  test('is said once, whatever else goes on and dies when, in steps of any size', async () => {
    const death: fc.Arbitrary<Death> = fc.oneof(
      fc.record({ at: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 4 }), applied: fc.boolean() }),
      fc.record({ at: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 4 }), share: fc.constantFrom(0, 0.5, 1) }),
      fc.record({ at: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 3 }), applied: fc.boolean() }),
    );
    await fc.assert(fc.asyncProperty(fc.array(death, { maxLength: 3 }), fc.constantFrom(1, 2, 250), fc.constantFrom(0, 100), async (deaths, orders, cacheOrders) => {
      const [lane, handling] = [await twoLate(), createMemoryAlertHandling()];
      await close(handling, 'a');
      for (const each of [note('a', 3.1), note('b', 3.1), damaged('b', 3.2)]) lane.append(each);
      const parts = { decode: lane.decode, handling, limits: { orders, bytes: 500 }, cacheOrders };
      for (const each of deaths) await lane.under.live({ death: each, parts });
      await lane.under.live({ parts });
      await isSaidOnce(lane);
    }), { numRuns: 40 });
  }, 120_000);
});
