import { describe, expect, test } from '@jest/globals';
import type { SeenOrder } from '../../../src/pipeline/lane-viewer.js';
import { CONFIG, createVerifiedLane, kindsOf, type VerifiedLane } from '../../support/verified-lane.js';
import { eventually, LANE } from '../../support/lane-under-test.js';

const DAY = 86_400_000;
const CONFIGURED = { ...CONFIG, retentionMs: 30 * DAY };
const PARTS = { retention: CONFIGURED.retentionMs };

const at = (days: number): string => new Date(Date.UTC(2026, 0, 5) + days * DAY).toISOString();
const event = (type: string, orderId: string, days: number, more: object = {}) => ({ id: `${type}-${days}`, type, orderId, occurredAt: at(days), ...more });
const order = (orderId: string, promised = 5) => [
  event('order.placed', orderId, 0, { customerId: 'c-1', lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: at(promised) }),
  event('delivery.completed', orderId, 4, { lines: [{ lineId: '1', sku: 's', quantity: 1 }] }),
];

/** Two orders of which one was late, and time that goes on; `a` and `late` are given up. */
async function forgotten(): Promise<VerifiedLane> {
  const lane = createVerifiedLane({ asItHappens: true });
  for (const each of [...order('a'), ...order('late', 0.5), event('contact.opened', 'open', 3, { contactId: 'x', channel: 'mail', topic: 'where' })]) lane.append(each);
  lane.append(event('audit.recorded', 'clock', 40, { auditId: 'a', step: 'order.placed', observed: 'done' }));
  await lane.work(PARTS);
  const { lane: working, end } = await lane.under.open({ parts: { ...PARTS, decode: lane.decode } });
  await eventually('both are given up', async () => {
    lane.under.wall.at += 200;
    working.wake();
    return (await lane.under.settled()) && (await lane.under.store.list(null, null, 10)).orderIds.length === 2;
  });
  await end();
  return lane;
}

describe('orders that were given up', () => {
  test('are no difference, nor are the letters for what came after', async () => {
    const lane = await forgotten();
    lane.append(event('feedback.received', 'a', 4.5, { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10 }));
    lane.append(event('feedback.received', 'late', 39, { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10 }));
    lane.append(event('order.cancelled', 'unknown', 3, { initiatedBy: 'customer' }));
    await lane.work(PARTS);
    const done = await lane.verify({}, false, CONFIGURED);
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]).toMatchObject({ deadLetters: 3, orders: 5 });
    expect(Object.values(done.lanes[0]?.unverified ?? {}).every((n) => n === 0)).toBe(true);
  });

  test('are counted, not called wrong, where another retention is configured by now', async () => {
    const lane = await forgotten();
    lane.append(event('feedback.received', 'a', 4.5, { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10 }));
    await lane.work(PARTS);
    const done = await lane.verify({}, false, CONFIG);
    expect(kindsOf(done)).toEqual([]);
    expect(done.lanes[0]?.unverified).toMatchObject({ other_rules: 2, letters_otherwise: 1 });
  });

  const seen = (orderId: string, change: Partial<SeenOrder>) => ({ order: (found: SeenOrder): SeenOrder => (found.orderId === orderId ? { ...found, ...change } : found) });
  test.each([
    ['it was never given up, and is gone', 'a', { forgotten: false }, ['fact_missing', 'journey_unfounded']],
    ['something of it was left behind', 'a', { listed: true }, ['order_forgotten']],
    ['it was given up while a contact was open', 'open', { forgotten: true, stored: null, listed: false, due: null, indexes: [] }, ['order_forgotten']],
    ['it was given up and is still there', 'open', { forgotten: true }, ['order_forgotten']],
  ])('are told from damage: %s', async (_what, orderId, change, kinds) => {
    const lane = await forgotten();
    expect(kindsOf(await lane.verify({}, false, CONFIGURED))).toEqual([]);
    expect(new Set(kindsOf(await lane.verify(seen(orderId, change), false, CONFIGURED)))).toEqual(new Set(kinds));
  });

  test('have their last journey, and no open alert', async () => {
    const lane = await forgotten();
    const without = await lane.verify({ output: (topic, records) => records.filter(({ key }) => topic !== 'cx.journeys' || String(key) !== 'a') }, false, CONFIGURED);
    expect(kindsOf(without)).toEqual(['journey_missing']);
    const open = await lane.verify({ output: (topic, records) => records.filter(({ value }) => topic !== 'cx.alerts' || !String(value).includes('alert.resolved')) }, false, CONFIGURED);
    expect(kindsOf(open)).toContain('alert_differs');
  });

  test('a letter is unfounded when its order has not expired', async () => {
    const lane = await forgotten();
    lane.append(event('order.cancelled', 'unknown', 39.5, { initiatedBy: 'customer' }));
    await lane.work({ ...PARTS, retention: DAY / 4 });
    const message = lane.under.logs.written('cx.dead-letters', LANE).map(({ headers }) => String(headers['__connect.errors.exception.message']));
    expect(message).toEqual([expect.stringContaining('21600 s')]);
    const said = { output: (topic: string, records: readonly { headers: object }[]) => (topic !== 'cx.dead-letters' ? records
      : records.map((record) => ({ ...record, headers: { ...record.headers, '__connect.errors.exception.message': 'settled orders are kept for 30 days' } }))) };
    expect(kindsOf(await lane.verify(said as never, false, CONFIGURED))).toContain('dead_letter_unfounded');
  });
});
