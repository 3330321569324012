import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEAD_LETTER_HEADERS } from '../../src/contracts/dead-letter.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import type { Lane } from '../../src/pipeline/lane.js';
import { createMeasureReader } from '../../src/pipeline/measure-reader.js';
import type { LaneStore } from '../../src/pipeline/ports.js';
import type { Decision } from '../../src/pipeline/upkeep.js';
import { withoutRepeats } from '../support/derived.js';
import { CONTEXT, eventually, LANE } from '../support/lane-under-test.js';
import { createRewindableStore } from '../support/rewindable-store.js';
import { CONFIG, createVerifiedLane, type Event, type VerifiedLane } from '../support/verified-lane.js';

/** Orders that were given up, in a lane that reads again what it has read, or judges its orders anew. */

const DAY = 86_400_000;
const CONFIGURED = { ...CONFIG, retentionMs: 30 * DAY };
const PARTS = { retention: CONFIGURED.retentionMs };

const at = (days: number): string => new Date(Date.UTC(2026, 0, 5) + days * DAY).toISOString();
const event = (type: string, orderId: string, days: number, more: object = {}): Event => ({ id: `${type}-${orderId}-${days}`, type, orderId, occurredAt: at(days), ...more });
const order = (orderId: string, promised = 5): Event[] => [
  event('order.placed', orderId, 0, { customerId: 'c-1', lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: at(promised) }),
  event('delivery.completed', orderId, 4, { lines: [{ lineId: '1', sku: 's', quantity: 1 }], place: { carrier: 'x' } }),
];
const survey = (orderId: string, days: number): Event => event('feedback.received', orderId, days, { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10 });
const attempt = (orderId: string, days: number): Event => event('delivery.attempt_failed', orderId, days);
const clock = (days: number): Event => event('audit.recorded', 'clock', days, { auditId: `a${days}`, step: 'order.placed', observed: 'done' });

const kept = async ({ under }: VerifiedLane): Promise<readonly string[]> => (await under.store.list(null, null, 100)).orderIds;
/** What was said and refused so far, repeats left out. */
const published = ({ under: { logs } }: VerifiedLane) => ({
  ...Object.fromEntries((['cx.events', 'cx.alerts'] as const).map((topic) => [topic, withoutRepeats(logs.written(topic, LANE))])),
  letters: [...new Map(logs.written('cx.dead-letters', LANE).map(({ seq, headers }) => [seq, `${String(headers[DEAD_LETTER_HEADERS.reason])} ${String(headers[DEAD_LETTER_HEADERS.topic])}/${String(headers[DEAD_LETTER_HEADERS.offset])}`])).values()],
});
const measured = ({ under: { store } }: VerifiedLane) =>
  createMeasureReader({ store: store.measures, lanes: 1, context: { patterns: CONTEXT.rules.patterns.map(({ pattern }) => pattern) }, now: () => Date.UTC(2026, 6, 1) }).rows(['all'], 'carrier');
async function expectSound(lane: VerifiedLane): Promise<void> {
  expect([lane.under.failures, lane.under.halts, lane.under.strays]).toEqual([[], [], []]);
  const verified = await lane.verify({}, false, CONFIGURED);
  expect(verified.found).toEqual([]);
}
async function decide({ under: { store: { halts } } }: VerifiedLane, decision: Decision): Promise<void> {
  const [lane] = await halts.lanes();
  expect(await halts.decide(LANE, lane?.halt ?? null, decision)).toBe(true);
}
/** The topics are quiet for a while. */
async function quietly({ under: { wall, logs } }: VerifiedLane, working: Lane): Promise<void> {
  wall.at += 2_000;
  const bounds = (await logs.source().bounds([LANE])).get(LANE);
  if (bounds !== undefined && working.isReading()) working.bounds(bounds, wall.at);
}
/** Works until these orders are all that are left. */
async function leaving(lane: VerifiedLane, left: readonly string[]): Promise<void> {
  const { lane: working, end } = await lane.under.open({ parts: { ...PARTS, decode: lane.decode } });
  await eventually(`${left.join(', ')} are left`, async () => {
    await quietly(lane, working);
    return lane.under.failures.length > 0 || ((await lane.under.settled()) && JSON.stringify(await kept(lane)) === JSON.stringify(left));
  });
  await end();
}

/** `a` and `late`, which had an alert, are given up; of both a record was refused since. */
async function forgotten(options: Parameters<typeof createVerifiedLane>[0] = {}): Promise<VerifiedLane> {
  const lane = createVerifiedLane({ asItHappens: true, ...options });
  for (const each of [...order('a'), ...order('late', 0.5), event('contact.opened', 'open', 3, { contactId: 'x', channel: 'mail', topic: 'where' }), clock(40)]) lane.append(each);
  await lane.work(PARTS);
  await leaving(lane, ['clock', 'open']);
  for (const each of [survey('a', 4.5), survey('late', 39), event('order.cancelled', 'unknown', 3, { initiatedBy: 'customer' })]) lane.append(each);
  await lane.work(PARTS);
  expect(published(lane).letters).toHaveLength(3);
  return lane;
}

describe('a lane that is made anew from its topics', () => {
  test('says nothing again of orders that were given up, refuses what it refused, counts them as before, and gives them up again', async () => {
    const lane = await forgotten();
    const before = { published: published(lane), measured: await measured(lane) };
    await decide(lane, { kind: 'rebuild', acceptLoss: false });
    await lane.work(PARTS);
    await expectSound(lane);
    await leaving(lane, ['clock', 'open']);
    await expectSound(lane);
    expect({ published: published(lane), measured: await measured(lane) }).toEqual(before);
    lane.append(survey('late', 41));
    await lane.work(PARTS);
    expect(published(lane).letters.slice(before.published.letters.length)).toEqual(['order_expired feedback/2']);
    await expectSound(lane);
  });
});

describe('a state that went back', () => {
  test('before orders were given up says nothing again of them and gives them up again, at every distance', async () => {
    const { store } = createRewindableStore();
    const plain = await forgotten({ store });
    const before = { published: published(plain), measured: await measured(plain) };
    for (let distance = 1; distance <= 10; distance++) {
      const { store: rewindable, goBack } = createRewindableStore();
      const lane = await forgotten({ store: rewindable });
      expect(published(lane)).toEqual(before.published);
      await goBack(distance);
      await lane.work(PARTS);
      await expectSound(lane);
      await leaving(lane, ['clock', 'open']);
      await expectSound(lane);
      expect({ published: published(lane), measured: await measured(lane) }).toEqual(before);
    }
  }, 120_000);

  test('does not begin an order anew of which the last word was published, and its trace was kept', async () => {
    const { store, goBack } = createRewindableStore();
    const lane = createVerifiedLane({ asItHappens: true, store });
    for (const each of [...order('late', 0.5), clock(20)]) lane.append(each);
    await lane.work(PARTS);
    lane.append(clock(40));
    await lane.work({ retention: null });
    // The last word of it is published, and so is one of another order; what the store knows of either is lost.
    const trim: LaneStore['trim'] = async () => true;
    const { parts } = lane.under.parts();
    const { lane: working, end } = await lane.under.open({ parts: { ...PARTS, decode: lane.decode, source: parts.source, store: { ...parts.store, trim } } });
    const isSaid = (topic: 'cx.events' | 'cx.alerts', orderId: string, type: string): boolean =>
      withoutRepeats(lane.under.logs.written(topic, LANE)).some((said) => said.orderId === orderId && said.type === type);
    const quietUntil = (what: string, holds: () => boolean) => eventually(what, async () => {
      await quietly(lane, working);
      return holds();
    });
    await quietUntil('the last word is published', () => isSaid('cx.alerts', 'late', 'alert.resolved'));
    expect(await store.forgotten(LANE, ['late'])).toEqual([true]);
    lane.append(attempt('other', 40));
    await quietUntil('another one too', () => isSaid('cx.events', 'other', 'signal.opened'));
    await end();
    await goBack(1);
    expect(await kept(lane)).toEqual(['clock']);
    await lane.work(PARTS);
    expect((await lane.under.store.look(LANE, []))?.upkeep.skipped).toHaveLength(1);
    expect(await kept(lane)).toEqual(['clock', 'other']);
    lane.append(survey('late', 41));
    await lane.work(PARTS);
    expect(published(lane).letters).toEqual(['order_expired feedback/0']);
    await expectSound(lane);
  });
});

describe('a topic that is read again', () => {
  test('brings no letters for what orders took before they were given up', async () => {
    const lane = await forgotten();
    const before = { published: published(lane), measured: await measured(lane), topics: (await lane.under.store.look(LANE, []))?.topics };
    for (const topic of ['orders', 'logistics', 'feedback'] as const) {
      await decide(lane, { kind: 'rewind', topic, offset: 0 });
      await lane.work(PARTS);
    }
    expect({ published: published(lane), measured: await measured(lane), topics: (await lane.under.store.look(LANE, []))?.topics }).toEqual(before);
    await expectSound(lane);
  });

  test('says of a new record that its order is gone', async () => {
    const lane = await forgotten();
    await decide(lane, { kind: 'rewind', topic: 'feedback', offset: 0 });
    lane.append(survey('a', 41));
    await lane.work(PARTS);
    expect(published(lane).letters.slice(3)).toEqual(['order_expired feedback/2']);
    await expectSound(lane);
  });
});

describe('other rules', () => {
  const GRAVER = { ...CONTEXT, rules: { ...DEFAULT_RULES, version: 'graver', severities: { ...DEFAULT_RULES.severities, delivery_attempt_failed: 3 as const } } };
  test('change nothing of an order that has expired, given up or not, and do not keep one at rest for longer', async () => {
    let context = CONTEXT;
    const lane = createVerifiedLane({ asItHappens: true, context: () => context });
    for (const each of [...order('expired'), attempt('expired', 3), clock(34.2)]) lane.append(each);
    await lane.work(PARTS);
    expect(await kept(lane)).toEqual(['clock', 'expired']);
    for (const each of [...order('young').map((each) => ({ ...each, occurredAt: at(10) })), attempt('young', 10)]) lane.append(each);
    await lane.work(PARTS);
    const before = published(lane);
    context = GRAVER;
    await lane.work(PARTS);
    const news = withoutRepeats(lane.under.logs.written('cx.events', LANE)).slice((before as unknown as Record<string, unknown[]>)['cx.events']?.length);
    expect(new Set(news.map(({ orderId }) => orderId))).toEqual(new Set(['young']));
    // It rests since the time reached when it was read, and not since it was looked at again.
    lane.append(clock(66));
    await lane.work(PARTS);
    await leaving(lane, ['clock']);
  });
});

/** Lives of some orders, some of their events late; time goes on between them. */
const story = fc.array(fc.record({
  order: fc.constantFrom('a', 'b', 'c'), late: fc.integer({ min: 0, max: 60 }),
  type: fc.constantFrom('order.placed', 'delivery.completed', 'order.cancelled', 'feedback.received', 'contact.opened', 'contact.resolved'),
}), { minLength: 8, maxLength: 30 });
const BODIES: Readonly<Record<string, object>> = {
  'order.placed': { customerId: 'c-1', lines: [{ lineId: '1', sku: 's', quantity: 1 }] },
  'delivery.completed': { lines: [{ lineId: '1', sku: 's', quantity: 1 }] }, 'order.cancelled': { initiatedBy: 'customer' },
  'feedback.received': { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10 },
  'contact.opened': { contactId: 'x', channel: 'mail', topic: 'where' }, 'contact.resolved': { contactId: 'x' },
};
const trouble = fc.oneof(
  fc.record({ kind: fc.constant('back' as const), distance: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constant('rebuild' as const) }),
  fc.record({ kind: fc.constant('rewind' as const), topic: fc.constantFrom('orders' as const, 'logistics' as const, 'feedback' as const), offset: fc.integer({ min: 0, max: 10 }) }),
);

test('whatever is lost, read again or made anew: all that was published stays true of what is kept, and no record is refused twice', async () => {
  await fc.assert(fc.asyncProperty(story, fc.array(trouble, { minLength: 1, maxLength: 3 }), fc.constantFrom(1, 250), async (events, troubles, orders) => {
    const { store, goBack } = createRewindableStore();
    const lane = createVerifiedLane({ asItHappens: true, store });
    const parts = { ...PARTS, limits: { orders, bytes: 524_288 } };
    const feed = (from: number, to: number): void => {
      events.slice(from, to).forEach(({ order: orderId, late, type }, j) => {
        const day = 60 + (from + j) * 6;
        lane.append(event(type, orderId, day - late, BODIES[type]));
        lane.append(clock(day));
      });
    };
    const share = Math.ceil(events.length / (troubles.length + 1));
    for (const [i, each] of troubles.entries()) {
      feed(i * share, (i + 1) * share);
      await lane.work(parts);
      if (each.kind === 'back') await goBack(each.distance);
      else await decide(lane, each.kind === 'rebuild' ? { kind: 'rebuild', acceptLoss: false } : each);
      await lane.work(parts);
      await expectSound(lane);
    }
    feed(troubles.length * share, events.length);
    await lane.work(parts);
    await expectSound(lane);
    const { letters } = published(lane);
    expect(new Set(letters).size).toBe(letters.length);
  }), { numRuns: 8 });
}, 240_000);
