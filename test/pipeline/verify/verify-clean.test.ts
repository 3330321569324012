import { describe, expect, test } from '@jest/globals';
import { renderVerification, verificationJson } from '../../../src/app/verify-report.js';
import { CONFIG, createVerifiedLane, decoderOf, kindsOf, shopEvents, type VerifiedLane } from '../../support/verified-lane.js';

const appended = (orders: number): VerifiedLane => {
  const lane = createVerifiedLane();
  for (const [i, event] of shopEvents(orders).entries()) {
    lane.append(event);
    if (i % 17 === 0) lane.append(event);
  }
  return lane;
};
const worked = async (orders = 30): Promise<VerifiedLane> => {
  const lane = appended(orders);
  await lane.work();
  return lane;
};

describe('a lane that worked as it should is clean', () => {
  test('and all of it was compared', async () => {
    const lane = appended(60);
    lane.append('no json', 'billing');
    lane.append({ type: 'parcel.scanned', id: 'x', orderId: 'O' });
    await lane.work();
    const done = await lane.verify();
    expect(renderVerification(done)).toContain('No difference.');
    const [summary] = done.lanes;
    expect(summary).toMatchObject({
      orders: lane.orderIds().size, deadLetters: 2, repeats: 0, waiting: { records: 0, outbox: 0, journeys: 0 },
      events: lane.under.logs.written('cx.events', 0).length, alerts: lane.under.logs.written('cx.alerts', 0).length,
    });
    expect(Object.values(summary?.unverified ?? {}).every((n) => n === 0)).toBe(true);
    expect(JSON.parse(verificationJson(done))).toMatchObject({ clean: true, differences: [] });
  });

  test('after workers that died at every kind of step: what was sent twice counts as repeats', async () => {
    const lane = appended(40);
    lane.append('no json', 'billing');
    for (const death of [{ at: 'trim', count: 1, applied: false }, { at: 'publish', count: 2, share: 0.5 }, { at: 'commit', count: 2, applied: true }] as const) {
      await lane.under.live({ death, parts: { decode: decoderOf(CONFIG), limits: { orders: 5, bytes: 10_000 } } });
      expect(kindsOf(await lane.verify())).toEqual([]);
    }
    await lane.under.logs.output.publish(0, lane.under.logs.written('cx.events', 0).slice(0, 3));
    await lane.work();
    const done = await lane.verify();
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.repeats).toBeGreaterThanOrEqual(3);
  });

  test('while records wait that were not applied yet', async () => {
    const lane = await worked(5);
    lane.append({ id: 'x', type: 'order.cancelled', orderId: 'later', initiatedBy: 'customer', occurredAt: '2026-03-01T00:00:00Z' });
    const done = await lane.verify();
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.waiting.records).toBe(1);
    expect(renderVerification(done)).toContain('1 source record not applied yet');
  });

  test('before a worker ever claimed it', async () => {
    const lane = appended(3);
    const done = await lane.verify();
    expect(kindsOf(done)).toEqual([]);
    expect(renderVerification(done)).toContain('Never claimed by a worker: lane 0.');
  });

  test('while it goes on between every look and the reading of the topics', async () => {
    const lane = await worked(10);
    const further = shopEvents(20, 'further');
    const done = await lane.verify({
      async afterLook() {
        for (const event of further.splice(0, 12)) lane.append(event);
        await lane.work();
      },
    }, true);
    expect([kindsOf(done), done.lanes[0]?.unverified.moving]).toEqual([[], 0]);
    expect(done.lanes[0]?.records).toBeGreaterThan(60);
  });

  test('with orders that are full, and events of no order', async () => {
    const lane = createVerifiedLane();
    const placed = shopEvents(1).find(({ type }) => type === 'order.placed');
    for (const id of ['1', '2', '3', '1', '4', '4', '5']) lane.append({ ...placed, type: 'order.placed', id, orderId: 'full' });
    for (const id of ['f', 'f', 'g']) {
      lane.append({ id, type: 'feedback.received', occurredAt: '2026-03-01T00:00:00Z', surveyId: id, metric: 'nps', score: 3, scaleMin: 0, scaleMax: 10 });
    }
    await lane.work({ maxFacts: 3 });
    const done = await lane.verify();
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]).toMatchObject({ records: 10, deadLetters: 3, orders: 1 });
  });
});

describe('what is gone is told, and not called different:', () => {
  test('records of sources', async () => {
    const lane = await worked();
    const done = await lane.verify({ starts: { orders: 10, billing: 7 } });
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.unverified.facts_gone).toBeGreaterThan(5);
    expect(done.lanes[0]?.unverified.counts).toBe(2);
    expect(renderVerification(done)).toContain('these facts were taken as they are stored');
  });

  test('events and alerts', async () => {
    const lane = await worked();
    const done = await lane.verify({ starts: { 'cx.events': 15, 'cx.alerts': 3 } });
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.unverified.events_gone).toBe(done.lanes[0]?.orders);
  });

  test('dead letters whose records are gone', async () => {
    const lane = createVerifiedLane();
    lane.append('no json', 'orders');
    for (const event of shopEvents(5)) lane.append(event);
    await lane.work();
    const done = await lane.verify({ starts: { orders: 1 } });
    expect([kindsOf(done), done.lanes[0]?.unverified.letters_gone]).toEqual([[], 1]);
  });

  test('dead letters that their topic no longer holds, but not those that it should', async () => {
    const lane = createVerifiedLane();
    for (let i = 0; i < 5; i++) lane.append('no json', 'orders');
    await lane.work();
    const done = await lane.verify({ starts: { 'cx.dead-letters': 2 } });
    expect([kindsOf(done), done.lanes[0]?.unverified.letters_trimmed]).toEqual([[], 2]);
    const gap = await lane.verify({ starts: { 'cx.dead-letters': 2 }, output: (topic, records) => (topic === 'cx.dead-letters' ? records.filter(({ offset }) => offset !== 3) : records) });
    expect(kindsOf(gap)).toContain('dead_letter_missing');
    const all = await lane.verify({ starts: { 'cx.dead-letters': 5 } });
    expect([kindsOf(all), all.lanes[0]?.unverified.letters_trimmed]).toEqual([[], 5]);
  });

  test('limits that were others when a record was refused', async () => {
    const lane = appended(5);
    const long = { id: 'x', type: 'order.cancelled', orderId: 'long', initiatedBy: 'customer', occurredAt: '2026-03-01T00:00:00Z', reason: 'r'.repeat(5_000) };
    lane.append(long);
    await lane.work({ decode: decoderOf({ ...CONFIG, limits: { ...CONFIG.limits, maxValueBytes: 4_000 } }) });
    const done = await lane.verify();
    expect([kindsOf(done), done.lanes[0]?.unverified.letters_otherwise]).toEqual([[], 1]);
  });

  test('rules that are others by now', async () => {
    const lane = await worked();
    const done = await lane.verify({}, false, { ...CONFIG, rules: { ...CONFIG.rules, version: 'other' } });
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.unverified.other_rules).toBe(done.lanes[0]?.orders);
  });
});
