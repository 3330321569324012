import { describe, expect, test } from '@jest/globals';
import { timelineOf } from '../../../src/adapters/http/timeline.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../../src/contracts/names.js';
import { delivered, dispatched, fact, NOW, orderOf, placed, signal } from './orders-on-record.js';

const names = Object.fromEntries(SOURCE_TOPICS.map((topic) => [topic, `shop.${topic}`])) as Record<SourceTopic, string>;
const told = (given: Parameters<typeof orderOf>[0]) => timelineOf({ ...orderOf(given), lane: 3 }, names);

describe('the timeline of an order', () => {
  test('puts events, signals and good touchpoints in the order of time', () => {
    const entries = told({
      orderId: 'o-1',
      facts: [placed(NOW), dispatched(NOW + 1_000), delivered(NOW + 3_000)],
      signals: [signal('late_delivery', NOW + 2_000)],
      more: { goods: [{ type: 'invoice_matched', area: 'billing', stage: 'OWN', at: NOW + 500, evidence: [] }] },
    });
    expect(entries.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'event order.placed', 'good invoice_matched', 'event shipment.dispatched', 'signal late_delivery', 'event delivery.completed',
    ]);
  });

  test('at one instant tells what happened, then what was adverse, then what was neutral, then what was good', () => {
    const entries = told({
      orderId: 'o-1',
      facts: [delivered(NOW)],
      signals: [signal('substitution', NOW, 0), signal('quantity_shortfall', NOW, 2)],
      more: { goods: [{ type: 'delivered_on_time', area: 'logistics', stage: 'OWN', at: NOW, evidence: [] }] },
    });
    expect(entries.map(({ type, adverse }) => [type, adverse])).toEqual([
      ['delivery.completed', false], ['quantity_shortfall', true], ['substitution', false], ['delivered_on_time', false],
    ]);
  });

  test('an event has the area of its topic, and belongs to owning from the first dispatch on', () => {
    const complaint = (at: number) => fact('contact.opened', 'contacts', at, { contactId: 'x', channel: 'mail', topic: 'where', by: 'customer' });
    const survey = fact('feedback.received', 'feedback', NOW, { surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10, higherIsBetter: true, touchpoint: null, task: null });
    const entries = told({ orderId: 'o-1', facts: [survey, complaint(NOW + 999), dispatched(NOW + 1_000), complaint(NOW + 1_001)] });
    expect(entries.map(({ area, stage }) => [area, stage])).toEqual([
      ['feedback', 'ADVOCATE'], ['service', 'BUY'], ['logistics', 'OWN'], ['service', 'OWN'],
    ]);
  });

  test('evidence says where to read the record again: topic as the broker calls it, partition and offset', () => {
    const order = placed(Date.UTC(2026, 0, 1));
    const [event, late] = told({ orderId: 'o-1', facts: [order], signals: [signal('late_delivery', NOW, 1, { evidence: [order] })] });
    const entry = { id: order.id, type: 'order.placed', topic: 'shop.orders', partition: 3, offset: order.offset, occurredAt: '2026-01-01T00:00:00.000Z' };
    expect(event?.evidence).toEqual([entry]);
    expect(late?.evidence).toEqual([entry]);
  });

  test('shows no more than a hundred pieces of evidence', () => {
    const many = Array.from({ length: 150 }, (_, n) => dispatched(NOW + n));
    const entries = told({ orderId: 'o-1', facts: [], signals: [signal('lost', NOW, 3, { evidence: many })] });
    expect(entries[0]?.evidence).toHaveLength(100);
  });
});
