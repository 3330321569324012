import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { SourceTopic } from '../../src/contracts/names.js';
import type { Fact } from '../../src/core/fact.js';
import { viewOf } from '../../src/pipeline/journey-renderer.js';
import { journeyOf } from '../../src/pipeline/render.js';
import { journeyFacts } from './arbitrary-journey.js';
import { foldEvents, foldedJourney, withoutRepeats } from './derived.js';
import { CONTEXT, type Death, factBytes, LANE, type LaneUnderTest, type Life } from './lane-under-test.js';

/** Random histories of a lane, and what must hold of whatever it said of them. */

export type Input = readonly { readonly topic: SourceTopic; readonly key: string; readonly value: string }[];
export const TOPICS = ['orders', 'logistics'] as const;

/** Three orders, their facts in any order, some of them twice, some records that are none; then time goes on for all. */
export const input: fc.Arbitrary<Input> = fc
  .tuple(fc.tuple(journeyFacts, journeyFacts, journeyFacts), fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), fc.nat(), fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }))
  .map(([journeys, repeated, salt, sides]) => {
    const all = journeys.flatMap((facts, order) => facts.map((fact) => ({ key: `o${String(order)}`, value: factBytes(`o${String(order)}`, fact) })));
    const again = repeated.flatMap((i) => all[i] ?? []);
    const shuffled = [...all, ...again, { key: 'o0', value: 'no fact' }, { key: 'o9', value: 'none either' }]
      .map((each, i) => ({ each, rank: (i * 7919 + salt) % 1009 })).sort((a, b) => a.rank - b.rank);
    const records = shuffled.map(({ each }, i) => ({ topic: TOPICS[sides[i % sides.length] === true ? 1 : 0] ?? 'orders', ...each }));
    return [...records, ...TOPICS.map((topic) => ({ topic, key: 'later', value: factBytes('later', LATER) }))];
  });
const LATER = {
  id: 'later', at: Date.parse('2025-09-01T00:00:00Z'), customerId: null, accountId: null, place: null, type: 'order.cancelled', body: { by: 'customer', reason: null },
} as Omit<Fact, 'topic' | 'offset'>;

export const death: fc.Arbitrary<Death> = fc.oneof(
  fc.record({ at: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 12 }), applied: fc.boolean() }),
  fc.record({ at: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 12 }), share: fc.constantFrom(0, 0.3, 0.5, 1) }),
  fc.record({ at: fc.constant('trim' as const), count: fc.integer({ min: 1, max: 6 }), applied: fc.boolean() }),
);
export const life = (end: fc.Arbitrary<Death | undefined>): fc.Arbitrary<Life> => fc.record({
  death: end, sends: fc.integer({ min: 1, max: 3 }), orders: fc.constantFrom(1, 1, 2, 3, 250), bytes: fc.constantFrom(1, 500, 524_288),
}).map(({ orders, bytes, death: at, sends }) => ({ sends, parts: { limits: { orders, bytes } }, ...(at === undefined ? {} : { death: at }) }));

export function feed(lane: LaneUnderTest, records: Input): void {
  for (const { topic, key, value } of records) lane.logs.append(topic, key, value, { timestamp: 1_760_000_000_000 });
}


/** What was said, once each, without what is not a matter of facts: when it was noticed. */
export const saidOn = (lane: LaneUnderTest): unknown[] => withoutRepeats(lane.logs.written('cx.events', LANE)).map((event) => ({ ...event, detectedAt: null }));
export const alertsOn = (lane: LaneUnderTest): unknown[] => withoutRepeats(lane.logs.written('cx.alerts', LANE)).map((event) => ({ ...event, detectedAt: null }));

/** What the orders are, as the store has them; each must be the one published last. */
export async function foldedOnRecord(lane: LaneUnderTest) {
  const folded = new Map<string, unknown>();
  const journeys = new Map<string, string>();
  for (const { key, value } of lane.logs.written('cx.journeys', LANE)) journeys.set(String(key), String(value));
  for (const orderId of (await lane.store.list(null, null, 100)).orderIds) {
    const stored = await lane.store.order(LANE, orderId);
    if (stored === null) throw new Error('listed, but not there');
    const journey = journeyOf(viewOf(orderId, stored, CONTEXT).assessment, CONTEXT.rules.version);
    expect(journeys.get(orderId)).toBe(JSON.stringify(journey));
    const shape = foldedJourney(journey);
    if (shape.verdict !== 'on_course' || Object.keys(shape.signals).length > 0 || shape.patterns.length > 0) folded.set(orderId, shape);
  }
  return folded;
}

/**
 * Numbers of all records that were said: 1 to the last without a gap but where numbers were skipped, rising in every topic, repeats left out.
 */
export async function expectNumbered(lane: LaneUnderTest): Promise<void> {
  const all = new Set<number>();
  for (const topic of ['cx.events', 'cx.alerts', 'cx.dead-letters'] as const) {
    const values = new Map<number, string>();
    let greatest = 0;
    for (const { seq, value } of lane.logs.written(topic, LANE)) {
      if (seq === null) throw new Error(`${topic} has a record without a number`);
      const before = values.get(seq);
      if (before === undefined) expect(seq).toBeGreaterThan(greatest);
      else expect(String(value)).toBe(before);
      values.set(seq, String(value));
      greatest = Math.max(greatest, seq);
    }
    for (const seq of values.keys()) expect(all.has(seq)).toBe(false);
    for (const seq of values.keys()) all.add(seq);
  }
  const skipped = (await lane.store.look(LANE, []))?.upkeep.skipped ?? [];
  let number = 0;
  for (const each of [...all].sort((a, b) => a - b)) {
    for (const { first, last } of skipped) if (number + 1 >= first && each > last) number = Math.max(number, last);
    expect(skipped.some(({ first, last }) => each >= first && each <= last) || each === number + 1).toBe(true);
    number = each;
  }
}

/** Every record was read, and counted as what became of it. */
export async function expectAccounted(lane: LaneUnderTest, records: Input): Promise<void> {
  const look = await lane.store.look(LANE, []);
  for (const topic of TOPICS) {
    const count = look?.topics.get(topic)?.count ?? { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };
    expect(count.read).toBe(records.filter((r) => r.topic === topic).length);
    expect(count.applied + count.duplicate + count.deadLetter).toBe(count.read);
  }
}

/** What a consumer makes of everything that was said; orders of which nothing holds left out. */
export const foldedAsSaid = (lane: LaneUnderTest): Map<string, unknown> => new Map<string, unknown>(
  [...foldEvents(withoutRepeats(lane.logs.written('cx.events', LANE)))].filter(([, o]) => o.verdict !== 'on_course' || Object.keys(o.signals).length > 0 || o.patterns.length > 0),
);
