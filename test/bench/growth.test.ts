import { describe, expect, test } from '@jest/globals';
import { eventsOf } from '../../bench/serve/growth-orders.js';
import { keeps, shownFinding } from '../../bench/serve/growth-report.js';
import { createDecoder } from '../../src/pipeline/decode.js';
import { topicOf } from '../../src/contracts/sources.js';

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly occurredAt: string;
}
const sent = (...args: Parameters<typeof eventsOf>): readonly Sent[] => [...eventsOf(...args)] as Sent[];

describe('the orders that a growth is measured with', () => {
  const orders = { name: 'o', count: 3, facts: 23, lines: 2, failing: 1 };

  test('are events that the service takes, each with an id of its own', () => {
    const decode = createDecoder({ now: () => Date.now(), maxValueBytes: 1_048_576, maxAheadMs: 0, keyOf: null });
    const events = sent(orders);
    const refused = events.filter((event) => decode({
      topic: topicOf(event.type) ?? 'orders', partition: 0, offset: 0, timestamp: Date.now(), key: null, value: Buffer.from(JSON.stringify(event)), headers: {},
    }).kind !== 'event');
    expect([events.length, refused]).toEqual([3 * 23, []]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3 * 23);
  });

  test('go round, and time never goes back', () => {
    const events = sent(orders, { from: 1, to: 3, of: [2, 0] });
    expect(events.map(({ orderId, type }) => [orderId, type])).toEqual([
      ['o-2', 'notification.sent'], ['o-0', 'notification.sent'], ['o-2', 'payment.failed'], ['o-0', 'payment.failed'],
    ]);
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(events.map(({ occurredAt }) => occurredAt).toSorted());
  });

  test('fail to be paid in the share that was asked for', () => {
    const failed = sent({ ...orders, count: 200, facts: 3, failing: 0.25 }).filter(({ type }) => type === 'payment.failed');
    expect(failed).toHaveLength(50);
  });
});

describe('what is shown of a growth', () => {
  test('says of a ratio whether it is what it should be', () => {
    const shown = shownFinding({
      ratios: [{ name: 'rate', value: 0.95, least: 0.9 }, { name: 'start', value: 12.34, most: 10, unit: 's' }, { name: 'memory', value: 1_234.5, unit: 'MB' }],
      table: '| a |', note: 'On a machine.',
    });
    expect(shown).toBe('- rate: 0.95 (at least 0.9)\n- start: 12.3 s (at most 10: not kept)\n- memory: 1,235 MB\n\n| a |\n\nOn a machine.');
  });

  test('keeps no bound that is not known to be kept', () => {
    expect([keeps({ name: 'any', value: NaN }), keeps({ name: 'any', value: NaN, least: 1 })]).toEqual([false, false]);
  });
});
