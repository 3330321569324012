import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryAlertHandling } from '../../src/adapters/memory/alert-handling.js';
import { OPEN_ALERT } from '../../src/core/index-keys.js';
import { alertIdOf } from '../../src/pipeline/alert-id.js';
import type { AlertHandlingStore, Closure } from '../../src/pipeline/alert-handling.js';
import { withoutRepeats } from '../support/derived.js';
import { fact, on, promised } from '../support/facts.js';
import { createLaneUnderTest, type Death, eventually, factBytes, LANE } from '../support/lane-under-test.js';
import { createRewindableStore } from '../support/rewindable-store.js';
import { createVerifiedLane, type Event, type VerifiedLane } from '../support/verified-lane.js';

/** How alerts end in a lane, other than by what happens to their orders. */

const DAY = 86_400_000;
const at = (days: number): string => new Date(Date.UTC(2026, 0, 5) + days * DAY).toISOString();
const event = (type: string, orderId: string, days: number, more: object = {}): Event => ({ id: `${type}-${orderId}-${String(days)}`, type, orderId, occurredAt: at(days), ...more });
const placed = (orderId: string): Event => event('order.placed', orderId, 0, { customerId: 'c-1', lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: at(1), totalMinor: 100, currency: 'EUR' });
/** Nothing that matters. */
const note = (orderId: string, days: number): Event => event('notification.sent', orderId, days, { notificationId: 'n', channel: 'mail', about: 'other' });
const damaged = (orderId: string, days: number): Event => event('delivery.exception', orderId, days, { code: 'damaged' });
const delivered = (orderId: string, days: number): Event => event('delivery.completed', orderId, days, { lines: [{ lineId: '1', sku: 's', quantity: 1 }] });
const clock = (days: number): Event => event('audit.recorded', 'clock', days, { auditId: `a${String(days)}`, step: 'order.placed', observed: 'done' });
/** When a person closes alerts in these tests. */
const CLOSED_AT = Date.UTC(2026, 11, 30);
const closure = (more: Partial<Closure> = {}): Closure => ({ at: CLOSED_AT, by: 'Ina', note: null, outcome: 'done', ...more });
const close = (handling: AlertHandlingStore, orderId: string, episode = 1) => handling.close({ lane: LANE, orderId, alertId: alertIdOf(orderId, episode) }, closure());

interface Said {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly episode: number;
  readonly reason?: string;
  readonly patterns: readonly string[];
  readonly occurredAt: string;
  readonly sequence: number;
}
type Under = Pick<VerifiedLane, 'under'>;
const alertsOf = ({ under: { logs } }: Under, orderId: string): readonly Said[] => (withoutRepeats(logs.written('cx.alerts', LANE)) as unknown as Said[]).filter((said) => said.orderId === orderId);
const told = (lane: Under, orderId: string): string[] => alertsOf(lane, orderId).map(({ type, episode, reason }) => `${type} ${String(episode)}${reason === undefined ? '' : ` ${reason}`}`);
const openOrders = async ({ under: { store } }: VerifiedLane): Promise<readonly string[]> => (await store.list(OPEN_ALERT, null, 100)).orderIds;

/** Works until no closure waits, and all is read and said. */
const workOn = ({ under, decode }: Under & Partial<Pick<VerifiedLane, 'decode'>>, handling: AlertHandlingStore): Promise<boolean> =>
  under.live({ parts: { handling, ...(decode === undefined ? {} : { decode }) } });
async function expectSound(lane: VerifiedLane): Promise<void> {
  expect([lane.under.failures, lane.under.halts, lane.under.strays, lane.under.unassessed]).toEqual([[], [], [], []]);
  expect((await lane.verify()).found).toEqual([]);
}
async function rebuild({ under: { store: { halts } } }: Under): Promise<void> {
  const [lane] = await halts.lanes();
  expect(await halts.decide(LANE, lane?.halt ?? null, { kind: 'rebuild', acceptLoss: false })).toBe(true);
}

/** Two orders that did not come, in a lane that has come to know it. */
async function twoLate(options: Parameters<typeof createVerifiedLane>[0] = {}): Promise<VerifiedLane> {
  const lane = createVerifiedLane(options);
  for (const each of [placed('a'), placed('b'), clock(3)]) lane.append(each);
  await lane.work();
  expect(await openOrders(lane)).toEqual(['a', 'b']);
  return lane;
}

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

describe('an alert that people were told of', () => {
  const LIVE = { alertMaxAgeMs: 1e15 };
  /** A lane whose time is that of one topic. */
  const inOneTopic = () => {
    const under = createLaneUnderTest({ topics: ['orders'], ...LIVE });
    const append = (orderId: string, each: ReturnType<typeof fact>): void => { under.logs.append('orders', orderId, factBytes(orderId, each), { timestamp: each.at }); };
    return { under, append, pass: (when: string): void => { append('clock', fact('contact.resolved', when)); }, told: (orderId: string) => told({ under }, orderId) };
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
    // A day of use, and a week.
    expect([lane.told('a').at(-1), due]).toEqual(['alert.updated 1', on('03-10 10:00')]);
    await rebuild(lane);
    await lane.under.live();
    expect([lane.told('a').at(-1), await lane.under.store.nextDue(LANE)]).toEqual(['alert.updated 1', due]);
    lane.pass('03-10 10:01');
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
    expect((await lane.under.store.look(LANE, ['a', 'b'].map((orderId) => ({ orderId, indexes: [] }))))?.orders.map(({ due }) => due)).toEqual([null, on('03-10 10:00')]);
    lane.append('b', fact('order.cancelled', '03-01 09:00'));
    lane.pass('04-09 10:00');
    await lane.under.live({ parts: { handling } });
    expect([lane.told('a').at(-1), lane.told('b').at(-1), await lane.under.store.nextDue(LANE)]).toEqual(['alert.resolved 1 closed', 'alert.resolved 1 cleared', null]);
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
