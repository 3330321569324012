import { describe, expect, test } from '@jest/globals';
import { createDemo } from '../../src/adapters/simulator/demo.js';
import { simulateNdjson, simulateOrders } from '../../src/adapters/simulator/file.js';
import { createShop } from '../../src/adapters/simulator/shop.js';
import type { SimulatedEvent } from '../../src/adapters/simulator/arrivals.js';
import { COVERABLE_SOURCES, DEFAULT_PATTERNS, SIGNALS } from '../../src/contracts/names.js';
import { SOURCES, SOURCE_EVENT_TYPES, type SourceEvent } from '../../src/contracts/sources.js';
import { assess } from '../../src/core/assess.js';
import type { Assessment } from '../../src/core/assessment.js';
import { factOf } from '../../src/core/fact-of.js';
import { createJourney, place, type Journey } from '../../src/core/journey.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';

const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const all = [...simulateOrders({ seed: 'test', start: START, orders: 3_000 })];
const placedCount = (events: readonly SimulatedEvent[]): number =>
  new Set(events.filter(({ event }) => event.type === 'order.placed').map(({ key }) => key)).size;
const instantOf = ({ event }: SimulatedEvent): number => Date.parse(event.occurredAt);

describe('a simulated shop, as a file', () => {
  test('places as many orders as asked for, and tells of every event type on its topic', () => {
    expect(placedCount(all)).toBe(3_000);
    expect(new Set(all.map(({ event }) => event.type))).toEqual(new Set(SOURCE_EVENT_TYPES));
    expect(all.filter(({ topic, event }) => topic !== SOURCES.get(event.type)?.topic)).toEqual([]);
  });

  test('says only what the contract allows, keyed by the order', () => {
    const faults = all.filter(({ event }) => SOURCES.get(event.type)?.schema.safeParse(event).success !== true);
    expect(faults).toEqual([]);
    expect(all.filter(({ key, event }) => key !== (event.orderId ?? null))).toEqual([]);
  });

  test('comes in order of arrival, and nothing arrives before it happened', () => {
    expect(all.filter(({ at }, index) => at < (all[index - 1]?.at ?? -Infinity))).toEqual([]);
    expect(all.filter((simulated) => simulated.at <= instantOf(simulated))).toEqual([]);
  });

  test('a small share comes late or twice, the same to the letter; other ids are unique', () => {
    const seen = new Map<string, string>();
    const otherContent: string[] = [];
    let twice = 0;
    for (const { key, event } of all) {
      const id = `${key ?? ''}|${event.id}`;
      const text = JSON.stringify(event);
      const before = seen.get(id);
      if (before !== undefined) twice += 1;
      if (before !== undefined && before !== text) otherContent.push(id);
      seen.set(id, text);
    }
    expect(otherContent).toEqual([]);
    const late = all.filter((simulated) => simulated.at - instantOf(simulated) > HOUR / 2).length;
    expect(twice / all.length).toBeGreaterThan(0.005);
    expect(twice / all.length).toBeLessThan(0.02);
    expect(late / all.length).toBeGreaterThan(0.005);
    expect(late / all.length).toBeLessThan(0.03);
  });

  test('customers come back, the same few most often', () => {
    const orders = new Map<string, number>();
    for (const { event } of all) {
      if (event.type === 'order.placed') orders.set(String(event['customerId']), (orders.get(String(event['customerId'])) ?? 0) + 1);
    }
    const counts = [...orders.values()].sort((a, b) => b - a);
    expect(counts.length).toBeGreaterThan(300);
    expect(counts[0]).toBeGreaterThan(50);
    expect(counts.filter((count) => count > 1).length).toBeGreaterThan(150);
  });

  test('the same seed tells the same story, another seed another', () => {
    const lines = (seed: string): string => [...simulateNdjson({ seed, start: START, orders: 60 })].join('');
    expect(lines('a')).toBe(lines('a'));
    expect(lines('a')).not.toBe(lines('b'));
    expect(lines('a').endsWith('\n')).toBe(true);
  });
});

describe('what its customers live through', () => {
  const covered = new Set(COVERABLE_SOURCES);
  const judged = (seed: string): Assessment[] => {
    const journeys = new Map<string, Journey>();
    let asOf = 0;
    for (const { topic, event } of simulateOrders({ seed, start: START, orders: 5_000 })) {
      const { orderId, fact } = factOf(event as unknown as SourceEvent, topic, 0);
      asOf = Math.max(asOf, fact.at);
      if (orderId === null) continue;
      const journey = journeys.get(orderId) ?? createJourney(orderId);
      journeys.set(orderId, journey);
      place(journey, fact);
    }
    return [...journeys.values()].map((journey) => assess(journey, asOf, { rules: DEFAULT_RULES, covered }));
  };

  test.each(['one', 'two', 'three'])('seed %s: mostly good; every signal and every pattern is among the rest', (seed) => {
    const orders = judged(seed);
    expect(orders).toHaveLength(5_000);
    const good = orders.filter(({ verdict }) => verdict === 'good').length / orders.length;
    expect(good).toBeGreaterThan(0.68);
    expect(good).toBeLessThan(0.8);
    expect(new Set(orders.flatMap(({ signals }) => signals.map(({ signal }) => signal)))).toEqual(new Set(SIGNALS));
    expect(new Set(orders.flatMap(({ patterns }) => patterns.map(({ pattern }) => pattern)))).toEqual(new Set(DEFAULT_PATTERNS));
    expect(orders.some(({ verdict, recordsVerdict }) => verdict === 'poor' && recordsVerdict === 'good')).toBe(true);
  });
});

describe('a simulated shop, asked as time goes on', () => {
  const options = { seed: 'steps', start: START, ordersPerDay: 80, speed: 1 };

  test('how often it is asked does not show', () => {
    const once = createShop(options).next(START + 3 * DAY);
    const shop = createShop(options);
    const steps: SimulatedEvent[] = [];
    for (let until = START; until <= START + 3 * DAY; until += 7 * 60_000 + 13) steps.push(...shop.next(until));
    steps.push(...shop.next(START + 3 * DAY));
    expect(steps).toEqual(once);
    expect(once.length).toBeGreaterThan(800);
  });

  test('refuses to tell an endless story to its end', () => {
    expect(() => createShop(options).next(Infinity)).toThrow(RangeError);
    expect(() => createShop({ ...options, speed: 0 })).toThrow(RangeError);
  });
});

describe('the demo', () => {
  const now = START + 40 * DAY + 3 * HOUR;
  const open = (): { past: SimulatedEvent[]; live: SimulatedEvent[] } => {
    const demo = createDemo({ seed: 'demo', now });
    const past = demo.history();
    const live: SimulatedEvent[] = [];
    for (let clock = now + 200; clock <= now + 180_000; clock += 200) {
      const arrived = demo.next(clock);
      // The clock's limit for events from the future is an hour; here none comes from the future at all.
      for (const simulated of arrived) expect(instantOf(simulated)).toBeLessThanOrEqual(clock);
      live.push(...arrived);
    }
    return { past, live };
  };
  const { past, live } = open();

  test('begins with the past days', () => {
    expect(placedCount(past)).toBeGreaterThan(400);
    expect(past.every(({ at }) => at <= now)).toBe(true);
    expect(Math.min(...past.map(instantOf))).toBeLessThan(now - 10 * DAY);
  });

  test('a label keeps the orders of two shops apart', () => {
    const ids = (label: string): string[] => createDemo({ seed: label, now, label, historyDays: 1 }).history().flatMap(({ key }) => (key === null ? [] : [key]));
    const [first, second] = [ids('a'), ids('b')];
    expect(first.every((id) => /^(parcel|courier)-a-\d+$/.test(id))).toBe(true);
    expect(second.filter((id) => first.includes(id))).toEqual([]);
    expect(second.length).toBeGreaterThan(50);
  });

  test('orders are placed at once, and go from placed to delivered within minutes', () => {
    const first = live.find(({ event }) => event.type === 'order.placed');
    expect((first?.at ?? Infinity) - now).toBeLessThan(10_000);
    expect(placedCount(live)).toBeGreaterThan(120);
    const placed = new Map(live.filter(({ event }) => event.type === 'order.placed').map((simulated) => [simulated.key, simulated]));
    const delivered = live.filter(({ event, key }) => event.type === 'delivery.completed' && placed.has(key));
    expect(delivered.length).toBeGreaterThan(50);
  });

  test('promises of the courier are real instants, seconds to minutes ahead', () => {
    const leads = live
      .filter(({ event, key }) => event.type === 'order.placed' && key?.startsWith('courier') === true && typeof event['promisedDeliveryAt'] === 'string')
      .map((simulated) => Date.parse(String(simulated.event['promisedDeliveryAt'])) - instantOf(simulated))
      .sort((a, b) => a - b);
    expect(leads[0]).toBeGreaterThan(20_000);
    expect(leads[Math.floor(leads.length * 0.9)]).toBeLessThan(160_000);
  });
});
