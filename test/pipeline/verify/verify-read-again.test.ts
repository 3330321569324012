import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../../src/app/config.js';
import { configuredDecoder } from '../../../src/app/decoder.js';
import type { TopicCount } from '../../../src/pipeline/ports.js';
import { createFactsMemory, packFacts, unpackFacts } from '../../../src/core/facts-codec.js';
import type { Fact } from '../../../src/core/fact.js';
import type { Decision } from '../../../src/pipeline/upkeep.js';
import { eventually, LANE } from '../../support/lane-under-test.js';
import { CONFIG, createVerifiedLane, type Damage, type Event, kindsOf, type VerifiedLane } from '../../support/verified-lane.js';

/** Records that were refused for what was true then, and are read again when it is not any more. */

const HOUR = 3_600_000;
const WALL = Date.UTC(2027, 0, 1);
const at = (hours: number): string => new Date(WALL + hours * HOUR).toISOString();
const placed = (orderId: string, hours = -1, more: object = {}): Event => ({ id: `placed-${orderId}`, type: 'order.placed', orderId, occurredAt: at(hours), lines: [], customerId: 'c-1', ...more });
const cancelled = (orderId: string, hours: number, more: object = {}): Event =>
  ({ id: `cancelled-${orderId}`, type: 'order.cancelled', orderId, occurredAt: at(hours), initiatedBy: 'company', ...more });

const workOn = (lane: VerifiedLane, config: Config = CONFIG, maxFacts = 1_000): Promise<void> =>
  lane.work({ decode: configuredDecoder(config, 1, () => lane.under.wall.at, null), maxFacts });
const countOf = async ({ under: { store } }: VerifiedLane): Promise<TopicCount | undefined> => (await store.look(LANE, []))?.topics.get('orders')?.count;
const factsOf = async ({ under: { store } }: VerifiedLane, orderId: string): Promise<string[]> => {
  const stored = await store.order(LANE, orderId);
  return stored === null ? [] : unpackFacts(stored.facts).map(({ id, offset }) => `${id} of ${offset}`);
};
async function decide({ under: { store: { halts } } }: VerifiedLane, decision: Decision): Promise<void> {
  const [lane] = await halts.lanes();
  expect(await halts.decide(LANE, lane?.halt ?? null, decision)).toBe(true);
}
const REBUILD: Decision = { kind: 'rebuild', acceptLoss: false };
const clean = async (lane: VerifiedLane, config: Config = CONFIG): Promise<void> => {
  expect([lane.under.halts, lane.under.failures]).toEqual([[], []]);
  expect((await lane.verify({}, false, config)).found).toEqual([]);
};

/** An order with a cancellation two hours ahead of the clock, which is refused. */
async function ahead(): Promise<VerifiedLane> {
  const lane = createVerifiedLane();
  lane.append(placed('a'));
  lane.append(cancelled('a', 2));
  lane.append(placed('b'));
  await workOn(lane);
  expect(await countOf(lane)).toMatchObject({ read: 3, applied: 2, deadLetter: 1 });
  await clean(lane);
  return lane;
}

/** The same, once its time had come: sent back, and taken. */
async function sentBack(): Promise<VerifiedLane> {
  const lane = await ahead();
  lane.under.wall.at += 3 * HOUR;
  lane.append(cancelled('a', 2));
  await workOn(lane);
  expect(await factsOf(lane, 'a')).toEqual(['placed-a of 0', 'cancelled-a of 3']);
  await clean(lane);
  return lane;
}

/** And then everything was read again. */
async function madeAnew(): Promise<VerifiedLane> {
  const lane = await sentBack();
  await decide(lane, REBUILD);
  await workOn(lane);
  return lane;
}

describe('an event that was ahead of the clock', () => {
  test('and was sent back in its time is taken where it stands once the lane is made anew: the copy is a duplicate', async () => {
    const lane = await madeAnew();
    expect(await factsOf(lane, 'a')).toEqual(['placed-a of 0', 'cancelled-a of 1']);
    expect(await countOf(lane)).toEqual({ read: 4, applied: 3, duplicate: 1, deadLetter: 0 });
    await clean(lane);
    lane.append(placed('c'));
    await workOn(lane);
    await clean(lane);
  });

  test('is taken then too where nobody sent it back, also if it is all that is known of its order', async () => {
    const lane = await ahead();
    lane.append(cancelled('alone', 2));
    await workOn(lane);
    lane.under.wall.at += 3 * HOUR;
    await clean(lane);
    await decide(lane, REBUILD);
    await workOn(lane);
    expect(await factsOf(lane, 'alone')).toEqual(['cancelled-alone of 3']);
    expect(await countOf(lane)).toEqual({ read: 4, applied: 4, duplicate: 0, deadLetter: 0 });
    await clean(lane);
  });

  test.each([['sent back', sentBack], ['refused', ahead]] as const)('is no difference where the topic is read again: %s', async (_what, begin) => {
    const lane = await begin();
    lane.under.wall.at += 3 * HOUR;
    await decide(lane, { kind: 'rewind', topic: 'orders', offset: 0 });
    await workOn(lane);
    expect((await factsOf(lane, 'a')).map((fact) => fact.split(' ')[0])).toEqual(['placed-a', 'cancelled-a']);
    await clean(lane);
  });

  test('and belongs to no order', async () => {
    const answer: Event = { id: 'f', type: 'feedback.received', occurredAt: at(2), surveyId: 's', metric: 'nps', score: 3, scaleMin: 0, scaleMax: 10 };
    const lane = createVerifiedLane();
    lane.append(answer);
    await workOn(lane);
    lane.under.wall.at += 3 * HOUR;
    lane.append(answer);
    await workOn(lane);
    await clean(lane);
    await decide(lane, REBUILD);
    await workOn(lane);
    await clean(lane);
  });
});

describe('so is what was refused by limits that were raised since:', () => {
  test('of the bytes of a value', async () => {
    const lane = createVerifiedLane();
    const narrow = { ...CONFIG, limits: { ...CONFIG.limits, maxValueBytes: 1_000 } };
    const long = cancelled('a', -1, { reason: 'r'.repeat(2_000) });
    lane.append(placed('a'));
    lane.append(long);
    await workOn(lane, narrow);
    lane.append(long);
    await workOn(lane);
    await clean(lane);
    await decide(lane, REBUILD);
    await workOn(lane);
    expect(await factsOf(lane, 'a')).toEqual(['placed-a of 0', 'cancelled-a of 1']);
    await clean(lane);
  });

  test('of the time ahead', async () => {
    const lane = await ahead();
    const wide = { ...CONFIG, limits: { ...CONFIG.limits, maxAheadMs: 5 * HOUR } };
    lane.append(cancelled('a', 2));
    await workOn(lane, wide);
    await clean(lane, wide);
    await decide(lane, REBUILD);
    await workOn(lane, wide);
    await clean(lane, wide);
  });

  test('of the facts of an order', async () => {
    const lane = createVerifiedLane();
    for (const id of ['1', '2', '3']) lane.append(placed('full', -1, { id }));
    await workOn(lane, CONFIG, 2);
    await clean(lane);
    lane.append(placed('full', -1, { id: '3' }));
    await workOn(lane, CONFIG, 9);
    await clean(lane);
    await decide(lane, REBUILD);
    await workOn(lane, CONFIG, 9);
    expect(await factsOf(lane, 'full')).toEqual(['1 of 0', '2 of 1', '3 of 2']);
    await clean(lane);
  });
});

describe('an order that was given up since', () => {
  const config = { ...CONFIG, retentionMs: 30 * 24 * HOUR };
  async function forgotten(isMadeAnew: boolean): Promise<VerifiedLane> {
    const lane = createVerifiedLane({ asItHappens: true });
    const parts = { retention: config.retentionMs, decode: configuredDecoder(config, 1, () => lane.under.wall.at, null) };
    for (const each of [placed('a', -48), { id: 'd', type: 'delivery.completed', orderId: 'a', occurredAt: at(-2) }]) lane.append(each);
    lane.append({ id: 'f', type: 'feedback.received', orderId: 'a', occurredAt: at(2), surveyId: 's', metric: 'nps', score: 0, scaleMin: 0, scaleMax: 10 });
    await lane.work(parts);
    lane.under.wall.at += 3 * HOUR;
    if (isMadeAnew) await decide(lane, REBUILD);
    await lane.work(parts);
    lane.under.wall.at += 40 * 24 * HOUR;
    lane.append(placed('later', 40 * 24));
    await lane.work(parts);
    const { lane: working, end } = await lane.under.open({ parts });
    await eventually('it is given up', async () => {
      lane.under.wall.at += 20_000;
      const bounds = (await lane.under.logs.source().bounds([LANE])).get(LANE);
      if (bounds !== undefined && working.isReading()) working.bounds(bounds, lane.under.wall.at);
      working.wake();
      return (await lane.under.settled()) && (await lane.under.store.list(null, null, 10)).orderIds.length === 1;
    });
    await end();
    return lane;
  }

  test.each([true, false])('is no difference, whether it was made anew before or not: %s', async (isMadeAnew) => {
    const lane = await forgotten(isMadeAnew);
    const [last] = lane.under.logs.written('cx.journeys', LANE).filter(({ key }) => String(key) === 'a').slice(-1);
    expect(String(last?.value).includes('poor_feedback')).toBe(isMadeAnew);
    await clean(lane, config);
    const other: Damage = { output: (topic, records) => (topic !== 'cx.journeys' ? records : records.filter(({ key }) => String(key) !== 'a')) };
    expect(kindsOf(await lane.verify(other, false, config))).toEqual(['journey_missing']);
  });
});

describe('what is wrong is found all the same:', () => {
  const withFacts = (change: (facts: Fact[]) => Fact[]): Damage => ({
    order: (order) => (order.orderId !== 'a' || order.stored === null ? order
      : { ...order, stored: { ...order.stored, facts: Buffer.from(packFacts(change(unpackFacts(order.stored.facts)), createFactsMemory())) } }),
  });
  const last = (change: (fact: Fact) => Fact[]): Damage => withFacts((facts) => [...facts.slice(0, -1), ...facts.slice(-1).flatMap(change)]);

  test.each([
    ['neither of the two was applied', last(() => []), 'fact_missing'],
    ['both were applied', last((fact) => [fact, { ...fact, offset: 3 }]), 'fact_twice'],
    ['another offset is named', last((fact) => [{ ...fact, offset: 2 }]), 'fact_unfounded'],
    ['it says something else', last((fact) => [{ ...fact, customerId: 'another' }]), 'fact_differs'],
  ] as const)('%s', async (_what, damage, kind) => {
    expect(kindsOf(await (await madeAnew()).verify(damage))).toEqual([kind]);
  });

  test('the later of two that were taken counts', async () => {
    const lane = createVerifiedLane();
    for (const hours of [-1, 2]) lane.append(cancelled('a', hours));
    await workOn(lane);
    lane.under.wall.at += 3 * HOUR;
    expect(kindsOf(await lane.verify(last((fact) => [{ ...fact, offset: 1 }])))).toContain('fact_unfounded');
  });

  test('counts that are those of no history', async () => {
    const lane = await madeAnew();
    const counted = (change: Partial<TopicCount>): Damage => ({
      look: (look) => ({ ...look, topics: new Map([...look.topics].map(([topic, progress]) => [topic, topic === 'orders' ? { ...progress, count: { ...progress.count, ...change } } : progress])) }),
    });
    expect(kindsOf(await lane.verify(counted({ deadLetter: 2, applied: 1 })))).toEqual(['counts_differ']);
    expect(kindsOf(await lane.verify(counted({ applied: 1, duplicate: 3 })))).toEqual(['counts_differ']);
  });

  test('a letter of one that was not ahead', async () => {
    const lane = await ahead();
    lane.under.wall.at += 3 * HOUR;
    const told = (message: string): Damage => ({
      output: (topic, records) => (topic !== 'cx.dead-letters' ? records : records.map((record) => ({ ...record, headers: { ...record.headers, '__connect.errors.exception.message': message } }))),
    });
    expect(kindsOf(await lane.verify(told('occurredAt: 7200 s ahead of the clock, at most 3600 s are allowed')))).toEqual([]);
    expect(kindsOf(await lane.verify(told('occurredAt: 60 s ahead of the clock, at most 3600 s are allowed')))).toContain('dead_letter_unfounded');
  });
});
