import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IntakeRecord } from '../../../src/pipeline/mapping/ports.js';
import { COMPANY_MAPS, COMPANY_TOPICS, compiledMap, createCompany, mapText, shuffled } from '../../support/company.js';
import { createIntakeUnderTest, type IntakeDeath } from '../../support/intake-under-test.js';

const maps = COMPANY_MAPS.map((map) => compiledMap(mapText(map)));
const company = createCompany(60);

/** What was written, repeats dropped: `TOPIC ORDER {event}`. Throws where an id has two contents. */
function eventsIn(written: readonly IntakeRecord[]): string[] {
  const seen = new Map<string, string>();
  for (const { topic, key, value } of written) {
    const text = String(value);
    const { id, orderId } = JSON.parse(text) as { id: string; orderId: string };
    const name = `${topic} ${String(key)} ${id}`;
    if (String(key) !== orderId) throw new Error(`${name}: the key is not ${orderId}`);
    if ((seen.get(name) ?? text) !== text) throw new Error(`${name} has two contents`);
    seen.set(name, text);
  }
  return [...seen].map(([name, text]) => `${name} ${text}`).sort();
}
/** Ids aside. */
const contentsOf = (events: readonly string[]): string[] => events.map((line) => canonical(JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>)).sort();
function canonical({ id: _, ...event }: Readonly<Record<string, unknown>>): string {
  const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)])) : value);
  return JSON.stringify(sorted(event));
}

const deaths = fc.record({ at: fc.constantFrom<IntakeDeath['at'][]>('load', 'commit', 'write', 'trim'), count: fc.integer({ min: 1, max: 6 }), after: fc.boolean() });

describe('the intake', () => {
  let inOrder: string[] = [];

  test('makes of the records of a company what happened in it', async () => {
    const intake = createIntakeUnderTest(maps, { topics: COMPANY_TOPICS });
    for (const { topic, key, value } of company.records) intake.append(topic, key, value);
    await intake.live();
    expect([intake.failures, intake.halts]).toEqual([[], []]);
    inOrder = eventsIn(intake.written);
    expect(inOrder).toHaveLength(intake.written.length);
    expect(contentsOf(inOrder)).toEqual(company.events.map(canonical).sort());
    expect(intake.peek().waiting).toBe(0);
  });

  test('writes the same events in whichever order records come, however steps are cut, and wherever it dies', async () => {
    await fc.assert(fc.asyncProperty(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), fc.integer({ min: 1, max: 60 }), fc.array(deaths, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }), async (chance, records, ends, parts) => {
      const intake = createIntakeUnderTest(maps, { topics: COMPANY_TOPICS, parts: { limits: { records, bytes: 20_000 } } });
      const all = shuffled(company.records, () => chance.next().value as number);
      const size = Math.ceil(all.length / parts);
      for (let part = 0; part < parts; part++) {
        for (const { topic, key, value } of all.slice(part * size, (part + 1) * size)) intake.append(topic, key, value, intake.wall.at + Math.floor((chance.next().value as number) * 100));
        const death = ends[part];
        if (death === undefined || await intake.live(death)) await intake.live();
      }
      expect([intake.failures, intake.halts]).toEqual([[], []]);
      expect(eventsIn(intake.written)).toEqual(inOrder);
      expect(intake.peek().waiting).toBe(0);
    }), { numRuns: 25 });
  }, 120_000);
});
