import { describe, expect, test } from '@jest/globals';
import { measures as measuresSchema } from '../../../src/contracts/measures.js';
import { delivered, fact, line, on, promised } from '../../support/facts.js';
import { CONTEXT, measured, rowOf } from './measured.js';

/**
 * Seven orders whose figures can be worked out by hand; all expectations are written out or plain arithmetic on the times
 * below.
 */

const north = { place: { carrier: 'north', region: 'a' } };
const south = { place: { carrier: 'south', region: 'a' } };
const k = (customerId: string, place: object = {}) => ({ customerId, ...place });
const placedLines = { lines: [line('1', 2), line('2', 0.25)] };
const whole = { lines: [delivered('1', 2), delivered('2', 0.25)] };

const orders = {
  /** On time, in full, billed right, dispatched on time. Promoter. */
  perfect: [
    fact('order.placed', '05-01 08:00', { ...placedLines, promisedDelivery: promised('05-05 18:00'), dispatchBy: promised('05-02 12:00') }, k('k1', north)),
    fact('shipment.dispatched', '05-02 10:00'), fact('invoice.issued', '05-02 11:00'),
    fact('delivery.completed', '05-05 12:00', whole),
    fact('feedback.received', '05-06 12:00', { metric: 'nps', score: 10, scaleMin: 0, scaleMax: 10, touchpoint: 'delivery', task: 'receive' }),
  ],
  /** A day late, one piece short, dispatched late and in haste, overbilled. Detractor; the customer called. */
  failed: [
    fact('order.placed', '05-02 08:00', { ...placedLines, promisedDelivery: promised('05-06 18:00'), dispatchBy: promised('05-03 12:00') }, k('k1', north)),
    fact('shipment.dispatched', '05-03 20:00', { expedited: true }), fact('invoice.issued', '05-04 08:00', { totalMinor: 1500 }),
    fact('contact.opened', '05-07 09:00'), fact('contact.resolved', '05-07 10:00'),
    fact('delivery.completed', '05-07 18:00', { lines: [delivered('1', 1), delivered('2', 0.25)] }),
    fact('feedback.received', '05-08 12:00', { metric: 'nps', score: 2, scaleMin: 0, scaleMax: 10 }),
  ],
  /** Moved by the company from the 6th to the 8th, announced a day before the 6th, delivered on the 8th. */
  moved: [
    fact('order.placed', '05-03 08:00', { ...placedLines, promisedDelivery: promised('05-06 18:00') }, k('k2', south)),
    fact('delivery.rescheduled', '05-05 12:00', { newDelivery: promised('05-08 18:00') }),
    fact('notification.sent', '05-05 18:00', { about: 'reschedule', statedDelivery: promised('05-08 18:00') }),
    fact('delivery.completed', '05-08 17:00', whole),
  ],
  /** Moved at the customer's wish, so on time by the baseline; the contents of the delivery aren't told. */
  wished: [
    fact('order.placed', '05-04 08:00', { ...placedLines, promisedDelivery: promised('05-07 18:00') }, k('k2', south)),
    fact('delivery.rescheduled', '05-05 12:00', { by: 'customer', newDelivery: promised('05-10 18:00') }),
    fact('delivery.completed', '05-10 18:00', { lines: null }),
  ],
  /** Overdue since the 9th, and nobody said a word. */
  waiting: [fact('order.placed', '05-05 08:00', { promisedDelivery: promised('05-09 18:00') }, k('k3'))],
  /** Cancelled by the company after its date: due, not on time. */
  cancelled: [
    fact('order.placed', '05-06 08:00', { promisedDelivery: promised('05-08 18:00') }, k('k4', north)),
    fact('order.cancelled', '05-09 12:00', { by: 'company' }),
  ],
  /** Never placed: its answer counts, nothing else. */
  unplaced: [
    fact('delivery.completed', '05-06 12:00', {}, k('k5', north)),
    fact('feedback.received', '05-07 12:00', { metric: 'csat', score: 5, scaleMin: 1, scaleMax: 5, task: 'pay' }),
  ],
};
const orderless = [
  fact('feedback.received', '05-07 12:00', { metric: 'csat', score: 1, scaleMin: 1, scaleMax: 5 }, south),
  fact('feedback.received', '05-07 13:00', { metric: 'nps', score: 7, scaleMin: 0, scaleMax: 10 }, south),
];

const seconds = (from: string, to: string): number => (on(to) - on(from)) / 1_000;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0);
const sd = (values: readonly number[]): number => Math.sqrt(squares(values) / (values.length - 1));

describe('measures of seven made-up orders', () => {
  const rows = measured(Object.values(orders), { at: on('05-12'), by: ['carrier'], orderless });
  const row = (labels: Parameters<typeof rowOf>[1]) => rowOf(rows, labels);
  const ratio = (numerator: number, denominator: number) => ({ value: denominator === 0 ? null : numerator / denominator, numerator, denominator });

  test('are rows of the published shape', () => {
    expect(measuresSchema.safeParse(rows).error).toBeUndefined();
  });

  test('count orders', () => {
    expect(['orders_placed', 'orders_delivered', 'orders_cancelled', 'orders_overdue_open'].map((measure) => row({ measure: measure as 'orders_placed' }).value)).toEqual([6, 4, 1, 1]);
  });

  test('on time: by target and cohort', () => {
    expect(row({ measure: 'on_time_rate', target: 'original', cohort: 'delivered' })).toEqual(ratio(1, 4));
    expect(row({ measure: 'on_time_rate', target: 'baseline', cohort: 'delivered' })).toEqual(ratio(2, 4));
    expect(row({ measure: 'on_time_rate', target: 'latest', cohort: 'delivered' })).toEqual(ratio(3, 4));
    expect(row({ measure: 'on_time_rate', target: 'original', cohort: 'due' })).toEqual(ratio(1, 6));
    expect(row({ measure: 'on_time_rate', target: 'baseline', cohort: 'due' })).toEqual(ratio(2, 6));
    expect(row({ measure: 'on_time_rate', target: 'latest', cohort: 'due' })).toEqual(ratio(3, 6));
  });

  test('in full, and what is unknown of it', () => {
    expect(row({ measure: 'in_full_rate' })).toEqual({ ...ratio(2, 3), unknown: 1 });
    expect(row({ measure: 'on_time_in_full_rate' })).toEqual({ ...ratio(1, 3), unknown: 1 });
    expect(row({ measure: 'perfect_order_rate' })).toEqual({ ...ratio(1, 3), unknown: 1 });
    expect(row({ measure: 'unit_fill_rate' })).toEqual({ ...ratio(2.25 + 1.25 + 2.25, 3 * 2.25), unknown: 1 });
  });

  test('durations', () => {
    const delays = [seconds('05-05 18:00', '05-05 12:00'), seconds('05-06 18:00', '05-07 18:00'), seconds('05-06 18:00', '05-08 17:00'), seconds('05-07 18:00', '05-10 18:00')];
    const cycles = [seconds('05-01 08:00', '05-05 12:00'), seconds('05-02 08:00', '05-07 18:00'), seconds('05-03 08:00', '05-08 17:00'), seconds('05-04 08:00', '05-10 18:00')];
    for (const [measure, values] of [['delivery_delay_seconds', delays], ['order_cycle_seconds', cycles]] as const) {
      expect(row({ measure, statistic: 'mean' })).toEqual({ value: mean(values), denominator: 4 });
      expect(row({ measure, statistic: 'sd' }).value).toBeCloseTo(sd(values), 6);
      const sorted = [...values].sort((a, b) => a - b);
      for (const [statistic, exact] of [['p50', sorted[1]!], ['p90', sorted[3]!], ['p99', sorted[3]!]] as const) {
        expect(Math.abs(row({ measure, statistic }).value! / exact - 1)).toBeLessThanOrEqual(0.01);
      }
    }
  });

  test('promises', () => {
    expect(row({ measure: 'promise_revisions_per_order' })).toEqual(ratio(2, 5));
    expect(row({ measure: 'reschedule_kept_rate' })).toEqual(ratio(1, 1));
    const notices = { '7_days_or_more': 0, '2_to_7_days': 0, under_2_days: 1, after_the_fact: 0, never: 3, unknown: 0 } as const;
    for (const [bucket, value] of Object.entries(notices)) expect(row({ measure: 'change_notice', bucket: bucket as 'never' })).toEqual({ value });
  });

  test('dispatch, invoices, contacts', () => {
    expect(row({ measure: 'on_time_dispatch_rate' })).toEqual(ratio(1, 2));
    expect(row({ measure: 'expedited_rate' })).toEqual(ratio(1, 2));
    expect(row({ measure: 'invoice_accuracy_rate' })).toEqual(ratio(1, 2));
    expect(row({ measure: 'contact_rate' })).toEqual(ratio(1, 6));
  });

  test('signals and patterns, with zeros', () => {
    expect(row({ measure: 'signal_count', signal: 'late_delivery' })).toEqual({ value: 4 });
    expect(row({ measure: 'signal_count', signal: 'quantity_shortfall' })).toEqual({ value: 1 });
    expect(row({ measure: 'signal_count', signal: 'lost' })).toEqual({ value: 0 });
    expect(row({ measure: 'pattern_count', pattern: 'failed_order' })).toEqual({ value: 1 });
    expect(row({ measure: 'pattern_count', pattern: 'broken_promises' })).toEqual({ value: 0 });
  });

  test('answers, over all and by touchpoint and task', () => {
    expect(row({ measure: 'nps' })).toEqual({ value: 0, numerator: 0, denominator: 3, standardError: 100 * Math.sqrt(2 / 3 / 3) });
    expect(row({ measure: 'nps', touchpoint: 'delivery', task: 'receive' })).toEqual({ value: 100, numerator: 1, denominator: 1, standardError: 0 });
    expect(row({ measure: 'csat' })).toEqual(ratio(1, 2));
    expect(row({ measure: 'csat', task: 'pay' })).toEqual(ratio(1, 1));
    expect(row({ measure: 'ces' })).toEqual(ratio(0, 0));
    expect(rows.filter(({ measure, by }) => measure === 'csat' && by === undefined)).toHaveLength(2);
  });

  test('customers', () => {
    expect(row({ measure: 'customers_hurt' })).toEqual({ value: 4, customers: ['k1', 'k2', 'k3', 'k4'] });
    const first = [seconds('05-01 08:00', '05-02 10:00'), seconds('05-02 08:00', '05-03 20:00')];
    const delays = [[seconds('05-05 18:00', '05-05 12:00'), seconds('05-06 18:00', '05-07 18:00')], [seconds('05-06 18:00', '05-08 17:00'), seconds('05-07 18:00', '05-10 18:00')]];
    expect(row({ measure: 'within_customer_sd_seconds', process: 'order_to_dispatch' })).toEqual({ value: expect.closeTo(sd(first), 6), denominator: 2 });
    const within = row({ measure: 'within_customer_sd_seconds', process: 'delivery_delay' });
    expect(within.denominator).toBe(4);
    expect(within.value).toBeCloseTo(Math.sqrt((squares(delays[0]!) + squares(delays[1]!)) / 2), 6);
  });

  test('by a key of the place: each value as if its orders were all there are', () => {
    const only = (names: readonly (keyof typeof orders)[], answers: typeof orderless = []) =>
      measured(names.map((name) => orders[name]), { at: on('05-12'), orderless: answers });
    const under = (carrier: string) => rows.filter(({ by }) => by?.carrier === carrier).map(({ by: _, ...rest }) => rest);
    expect(under('north')).toEqual(only(['perfect', 'failed', 'cancelled', 'unplaced']));
    expect(under('south')).toEqual(only(['moved', 'wished'], orderless));
    expect(new Set(rows.map(({ by }) => by?.carrier))).toEqual(new Set([undefined, 'north', 'south']));
  });

  test('values beyond the number kept apart go under other', () => {
    const answers = ['a', 'b', 'a', 'c'].map((task) => fact('feedback.received', '05-07 12:00', { task }));
    const bounded = measured(Object.values(orders), { at: on('05-12'), by: ['carrier'], mostValues: 1, orderless: answers });
    expect(rowOf(bounded, { measure: 'orders_placed', by: { carrier: 'north' } }).value).toBe(3);
    expect(rowOf(bounded, { measure: 'orders_placed', by: { carrier: 'other' } }).value).toBe(2);
    const first = rowOf(bounded, { measure: 'nps', touchpoint: 'delivery', task: 'receive' });
    expect([first.denominator, rowOf(bounded, { measure: 'csat', touchpoint: 'other', task: 'other' }).denominator]).toEqual([1, 5]);
  });

  test('an order that came early is due once its promise has passed', () => {
    const due = (at: number) => rowOf(measured([orders.perfect], { at }), { measure: 'on_time_rate', target: 'baseline', cohort: 'due' });
    expect(due(on('05-05 18:00'))).toEqual(ratio(0, 0));
    expect(due(on('05-05 18:00') + 1)).toEqual(ratio(1, 1));
  });

  test('without logistics nothing is overdue or due by time alone', () => {
    const silent = measured([orders.waiting], { at: on('05-12'), context: { rules: CONTEXT.rules, covered: new Set(['orders']) } });
    expect(rowOf(silent, { measure: 'orders_overdue_open' }).value).toBe(0);
    expect(rowOf(silent, { measure: 'on_time_rate', target: 'baseline', cohort: 'due' })).toEqual(ratio(0, 0));
    expect(rowOf(silent, { measure: 'change_notice', bucket: 'unknown' }).value).toBe(1);
  });
});
