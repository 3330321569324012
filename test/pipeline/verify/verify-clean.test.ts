import { describe, expect, test } from '@jest/globals';
import { renderVerification } from '../../../src/app/verify-report.js';
import { createVerifiedLane, shopEvents } from '../../support/verified-lane.js';

describe('a lane that worked as it should', () => {
  test('is clean, and all of it was compared', async () => {
    const lane = createVerifiedLane();
    const events = shopEvents(60);
    for (const [i, event] of events.entries()) {
      lane.append(event);
      if (i % 17 === 0) lane.append(event);
    }
    lane.append('no json', 'billing');
    lane.append({ type: 'parcel.scanned', id: 'x', orderId: 'O' });
    await lane.work();
    const done = await lane.verify();
    expect(renderVerification(done)).toContain('No difference.');
    const [summary] = done.lanes;
    const known = new Set(events.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId])));
    expect(summary).toMatchObject({ orders: known.size, deadLetters: 2, waiting: { records: 0, outbox: 0, journeys: 0 } });
    expect(summary?.events).toBe(lane.under.logs.written('cx.events', 0).length);
    expect(Object.values(summary?.unverified ?? {}).every((n) => n === 0)).toBe(true);
  });
});
