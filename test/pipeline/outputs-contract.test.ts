import { describe, expect, test } from '@jest/globals';
import { simulateOrders } from '../../src/adapters/simulator/file.js';
import { alert } from '../../src/contracts/alerts.js';
import { deadLetterHeaders } from '../../src/contracts/dead-letter.js';
import { derivedEvent } from '../../src/contracts/derived.js';
import { journey } from '../../src/contracts/journeys.js';
import { SOURCE_TOPICS } from '../../src/contracts/names.js';
import { createDecoder } from '../../src/pipeline/decode.js';
import { OPEN_ALERT } from '../../src/core/index-keys.js';
import { alertIndex } from '../../src/pipeline/alert-id.js';
import { foldedJourney, foldEvents, withoutRepeats } from '../support/derived.js';
import { createLaneUnderTest, LANE } from '../support/lane-under-test.js';

const OPENED = Date.parse('2026-01-05T00:00:00Z');
const NOW = Date.parse('2026-12-31T00:00:00Z');

describe('what a lane publishes of 2,000 simulated orders', () => {
  const lane = createLaneUnderTest({ topics: SOURCE_TOPICS, startedAt: NOW, tick: 0 });
  const decode = createDecoder({ now: () => NOW, maxValueBytes: 100_000, maxAheadMs: 3_600_000, keyOf: () => LANE });

  test('is all in the outbox first, and keeps to the contracts', async () => {
    let count = 0;
    for (const { topic, key, event, at } of simulateOrders({ seed: 'outputs', start: OPENED, orders: 2_000 })) {
      const value = JSON.stringify(event);
      lane.logs.append(topic, key, value, { timestamp: at });
      count += 1;
      // Now and then a record that is refused, of a kind of its own.
      if (count % 500 === 0) lane.logs.append(topic, key, [value.slice(1), '{}', '"text"', value.replace('occurredAt', 'when'), ''][(count / 500) % 5] ?? null, { timestamp: at, headers: { trace: ['a', 'b'] } });
      if (count % 700 === 0) lane.logs.append(topic, 'another key', value, { timestamp: at });
    }
    await lane.live({ parts: { decode } });
    expect(lane.failures).toEqual([]);
    expect(lane.strays).toEqual([]);
    expect(lane.unassessed).toEqual([]);
    const faults = new Set<string>();
    const check = (schema: { safeParse(value: unknown): { error?: { message: string } | undefined } }, value: unknown): void => {
      const { error } = schema.safeParse(value);
      if (error !== undefined) faults.add(error.message);
    };
    for (const { value } of lane.logs.written('cx.events', LANE)) check(derivedEvent, JSON.parse(String(value)));
    for (const { value } of lane.logs.written('cx.alerts', LANE)) check(alert, JSON.parse(String(value)));
    for (const { value } of lane.logs.written('cx.journeys', LANE)) check(journey, JSON.parse(String(value)));
    for (const { headers } of lane.logs.written('cx.dead-letters', LANE)) check(deadLetterHeaders, Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])));
    expect([...faults]).toEqual([]);
    expect(lane.logs.written('cx.dead-letters', LANE).length).toBeGreaterThan(20);
    expect(lane.logs.written('cx.alerts', LANE).length).toBeGreaterThan(200);
  });

  test('is CloudEvents in binary mode, keyed and named by its order', () => {
    for (const topic of ['cx.events', 'cx.alerts', 'cx.journeys'] as const) {
      const written = lane.logs.written(topic, LANE);
      expect(written.length).toBeGreaterThan(0);
      for (const { key, value, headers } of written) {
        const body = JSON.parse(String(value)) as { id?: string; orderId: string; type?: string; occurredAt?: string };
        const head = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
        expect(String(key)).toBe(body.orderId);
        expect(head).toMatchObject({ ce_specversion: '1.0', ce_source: 'test', ce_subject: body.orderId, 'content-type': 'application/json' });
        if (topic !== 'cx.journeys') expect([head['ce_id'], head['ce_type'], head['ce_time']]).toEqual([body.id, `touchpoint.${String(body.type)}`, body.occurredAt]);
      }
    }
  });

  test('leaves every open alert to be found by its order, and by its own id', async () => {
    const open = new Map<string, string>();
    for (const { value } of lane.logs.written('cx.alerts', LANE)) {
      const { type, orderId, alertId } = JSON.parse(String(value)) as { type: string; orderId: string; alertId: string };
      if (type === 'alert.resolved') open.delete(orderId);
      else open.set(orderId, alertId);
    }
    expect(open.size).toBeGreaterThan(50);
    expect([...(await lane.store.list(OPEN_ALERT, null, 10_000)).orderIds].sort()).toEqual([...open.keys()].sort());
    for (const [orderId, alertId] of open) expect((await lane.store.list(alertIndex(alertId), null, 9)).orderIds).toEqual([orderId]);
  });

  test('adds up to the journeys published last, and every record read is accounted for', async () => {
    const journeys = new Map(lane.logs.written('cx.journeys', LANE).map(({ key, value }) => [String(key), JSON.parse(String(value)) as Parameters<typeof foldedJourney>[0]]));
    const folded = foldEvents(withoutRepeats(lane.logs.written('cx.events', LANE)));
    expect(journeys.size).toBe((await lane.store.list(null, null, 10_000)).orderIds.length);
    for (const [orderId, each] of journeys) expect(folded.get(orderId) ?? { verdict: 'on_course', signals: {}, patterns: [] }).toEqual(foldedJourney(each));
    const bounds = (await lane.logs.source().bounds([LANE])).get(LANE);
    for (const topic of SOURCE_TOPICS) {
      const { read, applied, duplicate, deadLetter } = lane.progress.get(topic)?.count ?? { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };
      expect(read).toBe(bounds?.get(topic)?.end);
      expect(applied + duplicate + deadLetter).toBe(read);
    }
  });
});
