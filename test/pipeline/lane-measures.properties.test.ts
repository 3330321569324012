import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MeasureRow } from '../../src/contracts/measures.js';
import type { Place, SourceTopic } from '../../src/contracts/names.js';
import { assess, openCase } from '../../src/core/assess.js';
import type { Fact } from '../../src/core/fact.js';
import { gather } from '../../src/core/measures/gather.js';
import { keep, kept } from '../../src/core/measures/increments.js';
import { packPlaces } from '../../src/core/measures/packed.js';
import { createMeasureKeeper } from '../../src/pipeline/measure-keeper.js';
import { createMeasureReader } from '../../src/pipeline/measure-reader.js';
import { openOrder } from '../../src/pipeline/live-order.js';
import { commitOf } from '../support/store-under-test.js';
import { journeyFacts } from '../support/arbitrary-journey.js';
import { CONTEXT, createLaneUnderTest, type Death, factBytes, LANE, type LaneUnderTest, type Life } from '../support/lane-under-test.js';

/** Whatever happens to its owners, a lane's measures are those of its orders as they stand. */

const TOPICS: readonly SourceTopic[] = ['orders', 'logistics'];
const END = Date.parse('2025-09-01T00:00:00Z');
const NOW = Date.parse('2027-01-01T00:00:00Z');
const PATTERNS = CONTEXT.rules.patterns.map(({ pattern }) => pattern);

const bare = (id: string, type: string, body: object): Omit<Fact, 'topic' | 'offset'> =>
  ({ id, at: END, customerId: null, accountId: null, place: { carrier: 'a' }, type, body }) as unknown as Omit<Fact, 'topic' | 'offset'>;
const answer = bare('answer', 'feedback.received', { surveyId: 's', metric: 'nps', score: 9, scaleMin: 0, scaleMax: 10, higherIsBetter: true, touchpoint: null, task: null });

/** Orders in any order of arrival, some events twice, an answer without order twice; then time goes on for all. */
const input = fc.tuple(fc.array(journeyFacts, { minLength: 1, maxLength: 3 }), fc.nat(), fc.array(fc.boolean(), { minLength: 80, maxLength: 80 })).map(([journeys, salt, sides]) => {
  const all = journeys.flatMap((facts, order) => facts.map((fact) => ({ key: `o${order}`, value: factBytes(`o${order}`, fact) })));
  const shuffled = [...all, ...all.slice(0, 3), ...[1, 2].map(() => ({ key: 'none', value: factBytes(null, answer) }))]
    .map((each, i) => ({ each, rank: (i * 7919 + salt) % 1009 })).sort((a, b) => a.rank - b.rank)
    .map(({ each }, i) => ({ topic: each.key === 'none' ? 'orders' as const : sides[i % sides.length] === true ? 'logistics' as const : 'orders' as const, ...each }));
  const ends = TOPICS.map((topic) => ({ topic, key: 'later', value: factBytes('later', bare('later', 'order.cancelled', { by: 'customer', reason: null })) }));
  return [...shuffled, ...ends];
});

const death: fc.Arbitrary<Death> = fc.record({ at: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 12 }), applied: fc.boolean() });
const life: fc.Arbitrary<Life> = fc.record({
  death: fc.option(death, { nil: undefined }), sends: fc.integer({ min: 1, max: 3 }), orders: fc.constantFrom(1, 2, 250),
}).map(({ orders, death: at, sends }) => ({ sends, parts: { limits: { orders, bytes: 524_288 } }, ...(at === undefined ? {} : { death: at }) }));

/** The rows that the lane's orders make, each added once as it stands in the store. */
async function rowsOfOrders({ store }: LaneUnderTest): Promise<MeasureRow[]> {
  const gathered = gather({ by: ['carrier'], mostValues: 100, customers: true, patterns: PATTERNS });
  for (const orderId of (await store.list(null, null, 100)).orderIds) {
    const stored = await store.order(LANE, orderId);
    const { journey } = openOrder(orderId, stored!);
    gathered.add(openCase(journey, END, CONTEXT), assess(journey, END, CONTEXT));
  }
  gathered.addOrderless({ ...answer, topic: 'orders', offset: 0 } as Fact);
  return gathered.rows();
}

/** Rows of values for which nothing is left once corrections took it away. */
const isEmpty = ({ value, denominator, unknown }: MeasureRow): boolean => (value ?? 0) === 0 && (denominator ?? 0) === 0 && (unknown ?? 0) === 0;
const telling = (rows: readonly MeasureRow[]): MeasureRow[] => rows.filter((row) => !isEmpty(row));

describe('the measures of a lane', () => {
  test('are those of its orders, whatever the steps, deaths and repeats of commits, before and after they are folded', async () => {
    await fc.assert(fc.asyncProperty(input, fc.array(life, { maxLength: 3 }), fc.array(fc.integer({ min: -400, max: 0 }), { maxLength: 3 }), async (records, lives, days) => {
      const lane = createLaneUnderTest({ startedAt: NOW });
      for (const { topic, key, value } of records) lane.logs.append(topic, key, value, { timestamp: 1_760_000_000_000 });
      for (const each of lives) await lane.live(each);
      await lane.live();
      const { measures } = lane.store;
      const reader = createMeasureReader({ store: measures, lanes: 1, context: { patterns: PATTERNS }, now: () => NOW });
      const expected = telling(await rowsOfOrders(lane));
      expect(telling(await reader.rows(['all'], 'carrier'))).toEqual(expected);
      const { token } = await lane.store.claim(LANE, 1);
      for (const day of [...days.sort((a, b) => a - b), 0]) {
        const keeper = createMeasureKeeper(LANE, measures, 100, () => NOW + day * 86_400_000);
        while (await keeper.fold(token));
        while (await keeper.coarsen(token));
        expect(telling(await reader.rows(['all'], 'carrier'))).toEqual(expected);
        expect(telling(await reader.rowsBy(['all'], 'carrier'))).toEqual(expected.filter(({ by }) => by !== undefined));
      }
      expect((await measures.journal(LANE, 1)).entries).toEqual([]);
      expect((await measures.fields(LANE, null)).every((field) => field.startsWith('t'))).toBe(true);
      const { standing: { open, verdicts } } = await reader.overview();
      expect([...verdicts.values()].reduce((sum, n) => sum + n, 0)).toBe((await lane.store.list(null, null, 100)).orderIds.length);
      expect(open).toBe(count(expected, 'orders_placed') - count(expected, 'orders_delivered') - count(expected, 'orders_cancelled'));
    }), { numRuns: 120 });
  }, 240_000);

  test('values beyond the number kept apart go under other, over all lanes', async () => {
    const lane = createLaneUnderTest();
    ['a', 'b', 'c', 'a'].forEach((carrier, i) => lane.logs.append('orders', `o${i}`, factBytes(`o${i}`, { ...placing(i), place: { carrier } })));
    await lane.live();
    const { token } = await lane.store.claim(LANE, 1);
    const keeper = createMeasureKeeper(LANE, lane.store.measures, 2, () => NOW);
    await keeper.fold(token);
    const reader = createMeasureReader({ store: lane.store.measures, lanes: 1, context: { patterns: [] }, now: () => NOW });
    const placed = (await reader.rows(['all'], 'carrier')).filter(({ measure }) => measure === 'orders_placed');
    expect(placed.map(({ by, value }) => [by?.carrier ?? 'all', value])).toEqual([['all', 4], ['a', 2], ['b', 1], ['other', 1]]);
  });

  test('a value that was admitted stays apart, however many others were met', async () => {
    const { store } = createLaneUnderTest();
    const { token, version } = await store.claim(LANE, 1);
    const keeper = createMeasureKeeper(LANE, store.measures, 2, () => NOW);
    const amounts = keep([kept('placed', NOW)]);
    const steps: readonly (readonly Place[])[] = [
      [{ location: 'here' }, ...Array.from({ length: 10_001 }, (_, n) => ({ location: `there-${n}` }))],
      [{ location: 'here', carrier: 'unheard of' }],
    ];
    for (const [step, places] of steps.entries()) {
      await store.commit(LANE, commitOf(token, version + step, { measures: Buffer.from(packPlaces(places.map((place) => ({ place, amounts })))) }));
      await keeper.fold(token);
    }
    const reader = createMeasureReader({ store: store.measures, lanes: 1, context: { patterns: [] }, now: () => NOW });
    const placed = (await reader.rows(['all'], 'location')).filter(({ measure }) => measure === 'orders_placed');
    expect(placed.find(({ by }) => by?.location === 'here')?.value).toBe(2);
  });

  test('an order counts in each window that reaches back to it', async () => {
    const lane = createLaneUnderTest({ startedAt: NOW });
    const hoursAgo = [0.5, 5, 100, 500, 1_000];
    hoursAgo.forEach((hours, i) => lane.logs.append('orders', `o${i}`, factBytes(`o${i}`, { ...placing(i), at: NOW - hours * 3_600_000 })));
    await lane.live();
    const { token } = await lane.store.claim(LANE, 1);
    const reader = createMeasureReader({ store: lane.store.measures, lanes: 1, context: { patterns: [] }, now: () => NOW });
    const placed = async () => (await reader.rows(['1h', '24h', '7d', '28d', 'all'], null)).filter(({ measure }) => measure === 'orders_placed').map(({ value }) => value);
    expect(await placed()).toEqual([1, 2, 3, 4, 5]);
    await createMeasureKeeper(LANE, lane.store.measures, 2, () => NOW).fold(token);
    expect(await placed()).toEqual([1, 2, 3, 4, 5]);
  });
});

const count = (rows: readonly MeasureRow[], measure: MeasureRow['measure']): number => rows.find((row) => row.measure === measure && row.by === undefined)?.value ?? 0;
const placing = (i: number): Omit<Fact, 'topic' | 'offset'> => ({
  ...bare(`p${i}`, 'order.placed', { lines: [], promisedDelivery: null, requestedDelivery: null, dispatchBy: null, timeZone: null, totalMinor: null, currency: null }),
});
