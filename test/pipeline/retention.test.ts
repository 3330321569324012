import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { DEAD_LETTER_HEADERS } from '../../src/contracts/dead-letter.js';
import { createCalendar } from '../../src/pipeline/retention.js';
import { OPEN_ALERT } from '../../src/core/index-keys.js';
import { alertIdOf, alertIndex } from '../../src/pipeline/alert-id.js';
import { withoutRepeats } from '../support/derived.js';
import { delivered, fact, on, promised } from '../support/facts.js';
import { createLaneUnderTest, type Death, eventually, factBytes, LANE, type LaneUnderTest, type Life } from '../support/lane-under-test.js';

const DAY = 86_400_000;
const RETENTION = 30 * DAY;
const KEPT: Life = { parts: { retention: RETENTION } };

const append = (lane: LaneUnderTest, orderId: string, ...facts: readonly ReturnType<typeof fact>[]): void => {
  for (const each of facts) lane.logs.append('orders', orderId, factBytes(orderId, each), { timestamp: each.at });
};
const lifeOf = (start = '03-01'): ReturnType<typeof fact>[] => [
  fact('order.placed', `${start} 08:00`, { promisedDelivery: promised('03-10 10:00') }), fact('delivery.completed', '03-05 10:00'),
];
/** Brings the lane's time along. */
const pass = (lane: LaneUnderTest, when: string): void => { append(lane, 'clock', fact('contact.resolved', when)); };

const refusals = (lane: LaneUnderTest): string[] => withoutRepeatedNumbers(lane).map(({ headers }) =>
  `${String(headers[DEAD_LETTER_HEADERS.reason])} ${String(headers[DEAD_LETTER_HEADERS.offset])}`);
function withoutRepeatedNumbers(lane: LaneUnderTest) {
  const seen = new Set<number | null>();
  return lane.logs.written('cx.dead-letters', LANE).filter(({ seq }) => !seen.has(seq) && seen.add(seq));
}
const kept = async (lane: LaneUnderTest): Promise<readonly string[]> => (await lane.store.list(null, null, 100)).orderIds;

const without = <T extends object>(name: keyof T & string, of: T): T => Object.fromEntries(Object.entries(of).filter(([key]) => key !== name)) as T;

/** Opens the lane and waits until these orders are all that are left. */
async function swept(lane: LaneUnderTest, left: readonly string[], life: Life = KEPT): Promise<void> {
  const { lane: working, end } = await lane.open(life);
  await eventually(`only ${left.join(', ')} left`, async () => {
    lane.wall.at += 200;
    working.wake();
    return (await lane.settled()) && JSON.stringify(await kept(lane)) === JSON.stringify(left);
  });
  await end();
}

describe('the calendar', () => {
  test('follows the time reached as far as events account for it, and never goes back', () => {
    const latest = { at: -Infinity };
    const calendar = createCalendar(null, { latest: () => latest.at, arrived: () => latest.at });
    calendar.follow(Infinity);
    expect(calendar.kept()).toBeNull();
    latest.at = 50;
    calendar.follow(-Infinity);
    expect(calendar.kept()).toBeNull();
    calendar.follow(40);
    expect(calendar.at()).toBe(40);
    calendar.follow(900);
    expect(calendar.at()).toBe(50);
    calendar.follow(10);
    expect(calendar.kept()).toBe(50);
    expect(createCalendar(70, { latest: () => latest.at, arrived: () => latest.at }).at()).toBe(70);
  });
});

describe('an order that is settled and to which nothing happens', () => {
  test('leaves the store once its time is over, and not before; its last journey stays published', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    append(lane, 'a', ...lifeOf());
    pass(lane, '04-04 10:00');
    await lane.live(KEPT);
    expect(await kept(lane)).toEqual(['a', 'clock']);
    // Nobody looks for a few orders alone: some hours more.
    pass(lane, '04-05 10:00');
    await swept(lane, ['clock']);
    expect(await lane.store.order(LANE, 'a')).toBeNull();
    expect(await lane.store.forgotten(LANE, ['a', 'clock'])).toEqual([true, false]);
    const journeys = lane.logs.written('cx.journeys', LANE).filter(({ key }) => String(key) === 'a');
    expect(JSON.parse(String(journeys.at(-1)?.value))).toMatchObject({ orderId: 'a', verdict: 'good', settled: true });
  });

  test.each([
    ['it is not over', [fact('order.placed', '03-01 08:00')]],
    ['a contact is open', [...lifeOf(), fact('contact.opened', '03-06 10:00')]],
    ['a deadline is ahead', [fact('order.placed', '03-01 08:00'), fact('payment.captured', '03-01 09:00'), fact('order.cancelled', '08-28 10:00')]],
  ])('stays while %s', async (_why, facts) => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    append(lane, 'a', ...facts);
    append(lane, 'b', ...lifeOf());
    pass(lane, '09-01 10:00');
    await swept(lane, ['a', 'clock']);
  });

  test('takes no more events from that instant on, whether or not it is still in the store', async () => {
    const late = fact('feedback.received', '03-06 10:00');
    for (const life of [KEPT, { parts: { ...KEPT.parts, limits: { orders: 1, bytes: 1 } } }]) {
      for (const leaves of [false, true]) {
        const lane = createLaneUnderTest({ topics: ['orders'] });
        append(lane, 'a', ...lifeOf());
        pass(lane, '04-04 10:00');
        append(lane, 'a', fact('contact.opened', '03-05 12:00'), fact('contact.resolved', '03-05 13:00'));
        pass(lane, '05-03 10:00');
        append(lane, 'a', fact('payment.captured', '03-05 12:00'));
        // The payment came a day before: the order rests since then.
        pass(lane, '06-03 10:00');
        if (leaves) await swept(lane, ['clock'], life);
        // Late, recent, known already, and to begin with: none can be told from the others any more.
        append(lane, 'a', late, fact('contact.opened', '06-03 09:00'), late, fact('order.placed', '06-03 09:30'));
        await lane.live(life);
        const from = 6;
        expect(refusals(lane)).toEqual([1, 2, 3, 4].map((n) => `order_expired ${String(from + n + 1)}`));
        expect(lane.progress.get('orders')?.count).toEqual({ read: 12, applied: 8, duplicate: 0, deadLetter: 4 });
        expect(withoutRepeats(lane.logs.written('cx.events', LANE)).filter((e) => e.orderId === 'a' && e.signal === 'repeat_contact')).toEqual([]);
      }
    }
  }, 60_000);

  test('an event older than the retention is refused of an order that is not known, a younger one begins it', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    pass(lane, '06-01 10:00');
    append(lane, 'old', fact('order.placed', '05-02 09:59'));
    append(lane, 'young', fact('order.placed', '05-02 10:00'));
    append(lane, 'young', fact('order.amended', '01-02 10:00'));
    await lane.live(KEPT);
    expect(refusals(lane)).toEqual(['order_expired 1']);
    expect(await kept(lane)).toEqual(['clock', 'young']);
  });

  test('is kept for ever without a retention', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    append(lane, 'a', ...lifeOf());
    pass(lane, '12-31 10:00');
    append(lane, 'old', fact('order.placed', '01-01 10:00'));
    await lane.live();
    expect(refusals(lane)).toEqual([]);
    expect(await kept(lane)).toEqual(['a', 'clock', 'old']);
  });

  test('is not looked for anew by whoever has the lane next, before it can be over', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const passages = jest.spyOn(lane.store, 'pass');
    append(lane, 'a', ...lifeOf());
    for (const day of ['03-20', '04-03']) {
      pass(lane, `${day} 10:00`);
      await lane.live(KEPT);
    }
    expect(passages).not.toHaveBeenCalled();
    pass(lane, '04-05 10:00');
    await swept(lane, ['clock']);
    // What is left has been looked at.
    const looks = passages.mock.calls.length;
    pass(lane, '07-01 10:00');
    await lane.live(KEPT);
    expect(passages).toHaveBeenCalledTimes(looks);
  });

  test('is found in a lane of which an older version did not keep since when orders rest', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    append(lane, 'a', ...lifeOf());
    pass(lane, '03-20 10:00');
    const commit = lane.store.commit.bind(lane.store);
    const older = jest.spyOn(lane.store, 'commit').mockImplementation((number, given) =>
      commit(number, given.upkeep === undefined ? given : { ...given, upkeep: without('restFrom', given.upkeep) }));
    await lane.live(KEPT);
    older.mockRestore();
    pass(lane, '04-05 10:00');
    await swept(lane, ['clock']);
  });

  test('its alert ends with it', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    append(lane, 'a', fact('order.placed', '03-01 08:00', { promisedDelivery: promised('03-02 10:00') }), fact('delivery.completed', '03-15 10:00', { lines: [delivered('1', 0)] }));
    pass(lane, '06-01 10:00');
    await swept(lane, ['clock']);
    const underAlerts = async (id: string): Promise<readonly string[][]> => Promise.all([OPEN_ALERT, alertIndex(id)].map(async (name) => [...(await lane.store.list(name, null, 9)).orderIds]));
    await lane.live(KEPT);
    const alerts = withoutRepeats(lane.logs.written('cx.alerts', LANE));
    expect(alerts.at(-1)).toMatchObject({ type: 'alert.resolved', reason: 'expired', occurredAt: new Date(on('03-15 10:00') + RETENTION).toISOString() });
    expect(new Set(alerts.map(({ sequence }) => sequence)).size).toBe(alerts.length);
    expect(await underAlerts(alertIdOf('a', 1))).toEqual([[], []]);
  });
});

describe('a history that is loaded', () => {
  /** What happened in spring was written in autumn. */
  const LOADED = Date.parse('2025-10-01T00:00:00Z');
  const load = (lane: LaneUnderTest, orderId: string, ...facts: readonly ReturnType<typeof fact>[]): void => {
    for (const each of facts) lane.logs.append('orders', orderId, factBytes(orderId, each), { timestamp: LOADED });
  };

  test('is kept as long as what happens when it is written, and taken in whatever order it comes', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    load(lane, 'a', ...lifeOf());
    load(lane, 'clock', fact('contact.resolved', '08-01 10:00'));
    load(lane, 'b', ...lifeOf());
    await lane.live(KEPT);
    expect(refusals(lane)).toEqual([]);
    pass(lane, '10-30 23:00');
    await swept(lane, ['a', 'b', 'clock']);
    pass(lane, '11-02 10:00');
    await swept(lane, ['clock']);
    // By now an event of that age has come too late.
    append(lane, 'c', { ...fact('payment.captured', '03-05 12:00') });
    await lane.live(KEPT);
    expect(refusals(lane)).toHaveLength(1);
  });

  test('is kept as long after it was read again', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    load(lane, 'a', ...lifeOf());
    pass(lane, '10-02 10:00');
    await lane.live(KEPT);
    const halts = lane.store.halts;
    const [seen] = await halts.lanes();
    await halts.decide(LANE, seen?.halt ?? null, { kind: 'rebuild', acceptLoss: false });
    await lane.live(KEPT);
    await swept(lane, ['a', 'clock']);
    pass(lane, '11-02 10:00');
    await swept(lane, ['clock']);
  });
});

describe('the wall clock', () => {
  test('forgets nothing: a history of long ago stays when its topics fall silent', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'], startedAt: on('12-01 00:00') });
    append(lane, 'a', ...lifeOf());
    pass(lane, '03-07 10:00');
    const { lane: working, end } = await lane.open(KEPT);
    for (let looks = 0; looks < 30; looks++) {
      lane.wall.at += DAY;
      const bounds = (await lane.logs.source().bounds([LANE])).get(LANE);
      if (bounds !== undefined && working.isReading()) working.bounds(bounds, lane.wall.at);
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    await eventually('said', () => lane.settled());
    await end();
    expect(await kept(lane)).toEqual(['a', 'clock']);
  });
});

/** Orders with late events on either side of their expiry, and a clock that goes on. */
const story = fc.array(fc.record({
  order: fc.constantFrom('a', 'b', 'c'), day: fc.integer({ min: 0, max: 60 }), late: fc.integer({ min: 0, max: 50 }),
  type: fc.constantFrom('order.placed', 'delivery.completed', 'contact.opened', 'contact.resolved', 'order.cancelled', 'feedback.received'),
}), { minLength: 5, maxLength: 40 });
const death: fc.Arbitrary<Death> = fc.oneof(
  fc.record({ at: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 12 }), applied: fc.boolean() }),
  fc.record({ at: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 6 }), applied: fc.boolean() }),
);

test('what is refused and what is said is the same for any steps, any deaths and any time at which orders leave', async () => {
  const RETAINED = 10 * DAY;
  await fc.assert(fc.asyncProperty(story, fc.array(death, { maxLength: 3 }), fc.constantFrom(1, 2, 250), async (events, deaths, orders) => {
    const feed = (lane: LaneUnderTest): void => {
      events.forEach(({ order, day, late, type }, i) => {
        // A day's events, each some days late; between them the clock goes on.
        const now = on('03-01 00:00') + (i * 3 + day / 30) * DAY;
        const stamp = (at: number) => ({ ...fact(type as 'order.placed', '01-01 00:00'), at, id: `e${String(i)}` });
        lane.logs.append('orders', order, factBytes(order, stamp(now - late * DAY)), { timestamp: now });
        lane.logs.append('orders', 'clock', factBytes('clock', { ...fact('audit.recorded', '01-01 00:00'), at: now, id: `c${String(i)}` }), { timestamp: now });
      });
    };
    const plain = createLaneUnderTest({ topics: ['orders'] });
    feed(plain);
    await plain.live({ parts: { retention: RETAINED } });
    const troubled = createLaneUnderTest({ topics: ['orders'] });
    feed(troubled);
    for (const each of deaths) await troubled.live({ death: each, parts: { retention: RETAINED, limits: { orders, bytes: 2_000 } } });
    await troubled.live({ parts: { retention: RETAINED, limits: { orders, bytes: 2_000 } } });
    expect(refusals(troubled)).toEqual(refusals(plain));
    expect(troubled.progress.get('orders')?.count).toEqual(plain.progress.get('orders')?.count);
    const said = (lane: LaneUnderTest): unknown[] => withoutRepeats(lane.logs.written('cx.events', LANE)).map((event) => ({ ...event, detectedAt: null }));
    expect(said(troubled)).toEqual(said(plain));
    for (const lane of [plain, troubled]) expect([lane.failures, lane.halts, lane.strays]).toEqual([[], [], []]);
  }), { numRuns: 40 });
}, 120_000);
