import { describe, expect, test } from '@jest/globals';
import { assessed, delivered, fact, on, signalIn, stateOf, type Circumstances } from '../../support/facts.js';

type Facts = Parameters<typeof assessed>[0];
const placed = fact('order.placed', '05-01 08:00');
const done = fact('delivery.completed', '05-05 08:00');
const cancelled = fact('order.cancelled', '05-05 08:00');
const billed = (when: string, totalMinor: number, rest = {}) => fact('invoice.issued', when, { totalMinor, ...rest });
const corrected = (when: string, totalMinor: number) => fact('invoice.corrected', when, { totalMinor });
const paid = (when: string, amountMinor: number) => fact('payment.captured', when, { amountMinor });
const refunded = (when: string, amountMinor: number) => fact('refund.issued', when, { amountMinor });

const errorIn = (facts: Facts, circumstances?: Circumstances) => signalIn(assessed(facts, circumstances), 'billing_error');
const reasonsOf = (facts: Facts, circumstances?: Circumstances) => errorIn(facts, circumstances)?.detail['reasons'] ?? [];

describe('billing_error: amounts', () => {
  test('overbilled beyond the tolerance of two minor units, summed over invoices', () => {
    expect(reasonsOf([placed, billed('05-02 08:00', 1002)])).toEqual([]);
    expect(reasonsOf([placed, billed('05-02 08:00', 1003)])).toEqual(['overbilled']);
    expect(reasonsOf([placed, billed('05-02 08:00', 600), billed('05-03 08:00', 600, { invoiceId: 'i2' })])).toEqual(['overbilled']);
  });

  test('issuing an invoice again replaces it and is no correction', () => {
    expect(errorIn([placed, billed('05-02 08:00', 1200), billed('05-03 08:00', 1000)]))
      .toMatchObject({ state: 'resolved', opensAt: on('05-02 08:00'), closedAt: on('05-03 08:00'), detail: { reasons: ['overbilled'] } });
  });

  test('amounts are compared only after all facts of an instant', () => {
    expect(reasonsOf([placed, billed('05-02 08:00', 1200), billed('05-02 08:00', 1000)])).toEqual([]);
  });

  test('underbilled from the final delivery on, never on a cancelled order', () => {
    const little = billed('05-02 08:00', 997);
    expect(reasonsOf([placed, little])).toEqual([]);
    expect(errorIn([placed, little, done])).toMatchObject({ opensAt: on('05-05 08:00'), detail: { reasons: ['underbilled'] } });
    expect(reasonsOf([placed, billed('05-02 08:00', 998), done])).toEqual([]);
    expect(reasonsOf([placed, little, cancelled])).toEqual([]);
    expect(errorIn([placed, done, billed('05-06 08:00', 500), billed('05-07 08:00', 500, { invoiceId: 'i2' })])).toMatchObject({ state: 'resolved' });
  });

  test('overcharged against the larger of bill and order until delivered, against the bill then', () => {
    const half = billed('05-02 08:00', 500);
    expect(reasonsOf([placed, paid('05-01 09:00', 5000)])).toEqual([]);
    expect(reasonsOf([placed, half, paid('05-03 08:00', 1002)])).toEqual([]);
    expect(reasonsOf([placed, half, paid('05-03 08:00', 1003)])).toEqual(['overcharged']);
    expect(reasonsOf([placed, half, paid('05-03 08:00', 1000), done])).toEqual(['overcharged', 'underbilled']);
    expect(errorIn([placed, half, paid('05-03 08:00', 1003), refunded('05-04 08:00', 1)])).toMatchObject({ state: 'resolved' });
  });

  test('an amended total, told late, retracts; it counts even after the end', () => {
    const dear = [placed, billed('05-02 08:00', 1200), done];
    expect(errorIn([...dear, fact('order.amended', '05-01 12:00', { totalMinor: 1200 })])).toBeUndefined();
    expect(errorIn([...dear, fact('order.amended', '05-06 08:00', { totalMinor: 1200 })])).toMatchObject({ state: 'resolved' });
  });

  test('with several currencies no amounts are compared, and the delivered order is unknown', () => {
    const dollars = [placed, billed('05-02 08:00', 9000, { currency: 'USD' }), done];
    expect(reasonsOf(dollars)).toEqual([]);
    expect(assessed(dollars).unknown).toContain('billing_error');
    expect(errorIn([...dollars, corrected('05-06 08:00', 8000)])).toMatchObject({ state: 'resolved', detail: { reasons: ['corrected'] } });
  });

  test('delivered without an invoice is unknown', () => {
    expect(assessed([placed, done]).unknown).toContain('billing_error');
    expect(assessed([placed, done, billed('05-06 08:00', 1000)]).unknown).not.toContain('billing_error');
  });
});

describe('billing_error: quantities, corrections, disputes', () => {
  const itemised = (when: string, quantity: number) => billed(when, 1000, { lines: [{ lineId: '1', quantity }] });

  test('billed_undelivered from the final delivery on, until delivered or billed otherwise', () => {
    expect(reasonsOf([placed, itemised('05-02 08:00', 2)])).toEqual([]);
    expect(reasonsOf([placed, itemised('05-02 08:00', 1), done])).toEqual([]);
    expect(errorIn([placed, itemised('05-02 08:00', 2), done])).toMatchObject({ state: 'open', detail: { reasons: ['billed_undelivered'] } });
    expect(errorIn([placed, itemised('05-02 08:00', 2), done, fact('delivery.completed', '05-06 08:00', { lines: [delivered('1')] })])).toMatchObject({ state: 'resolved' });
    expect(errorIn([placed, itemised('05-02 08:00', 2), done, corrected('05-06 08:00', 1000)]))
      .toMatchObject({ state: 'resolved', detail: { reasons: ['billed_undelivered', 'corrected'] } });
  });

  test('once deliveries are unknown, the last judgement stands', () => {
    const untold = fact('delivery.completed', '05-06 08:00', { lines: null });
    expect(errorIn([placed, itemised('05-02 08:00', 2), done, untold, itemised('05-07 08:00', 1)])).toMatchObject({ state: 'open' });
    expect(errorIn([placed, itemised('05-02 08:00', 1), done, untold, itemised('05-07 08:00', 2)])).toBeUndefined();
  });

  test('corrected until the bill is what the order costs', () => {
    expect(errorIn([placed, billed('05-02 08:00', 1000), corrected('05-03 08:00', 900)])).toMatchObject({ state: 'open', detail: { reasons: ['corrected'] } });
    expect(errorIn([placed, billed('05-02 08:00', 1000), corrected('05-03 08:00', 900), corrected('05-04 08:00', 998)]))
      .toMatchObject({ state: 'resolved', opensAt: on('05-03 08:00'), closedAt: on('05-04 08:00') });
    expect(errorIn([fact('order.placed', '05-01 08:00', { totalMinor: null }), corrected('05-03 08:00', 900)]))
      .toMatchObject({ state: 'resolved', opensAt: on('05-03 08:00'), closedAt: on('05-03 08:00') });
  });

  test.each([
    ['a resolution', fact('billing.dispute_resolved', '05-04 08:00')],
    ['a correction', corrected('05-04 08:00', 1000)],
    ['a refund', refunded('05-04 08:00', 0)],
  ])('disputed until %s', (_, mending) => {
    const disputed = fact('billing.disputed', '05-03 08:00');
    expect(errorIn([placed, disputed])).toMatchObject({ state: 'open', detail: { reasons: ['disputed'] } });
    expect(errorIn([placed, disputed, mending])).toMatchObject({ state: 'resolved', opensAt: on('05-03 08:00') });
  });
});

describe('billing_error: refund_overdue', () => {
  const owed = [placed, paid('05-02 08:00', 1000), cancelled];

  test('opens ten days after the cancellation, to the ms', () => {
    expect(reasonsOf(owed, { asOf: '05-15 08:00' })).toEqual([]);
    expect(errorIn(owed, { asOf: '05-15 08:00:00.001' })).toMatchObject({ state: 'open', opensAt: on('05-15 08:00'), detail: { reasons: ['refund_overdue'] } });
    expect(reasonsOf([placed, paid('05-02 08:00', 2), cancelled], { asOf: '05-30 08:00' })).toEqual([]);
    expect(reasonsOf([placed, paid('05-02 08:00', 3), cancelled], { asOf: '05-30 08:00' })).toEqual(['refund_overdue']);
  });

  test('a refund at the date is in time, one after it puts right, one told late retracts', () => {
    expect(reasonsOf([...owed, refunded('05-15 08:00', 1000)], { asOf: '05-30 08:00' })).toEqual([]);
    expect(errorIn([...owed, refunded('05-20 08:00', 1000)])).toMatchObject({ state: 'resolved', opensAt: on('05-15 08:00'), closedAt: on('05-20 08:00') });
    expect(reasonsOf([...owed, refunded('05-10 08:00', 998)], { asOf: '05-30 08:00' })).toEqual([]);
  });

  test('a capture moves the date while it is not overdue', () => {
    expect(reasonsOf([...owed, paid('05-15 08:00', 5)], { asOf: '05-25 08:00' })).toEqual([]);
    expect(errorIn([...owed, paid('05-15 08:00', 5)], { asOf: '05-25 08:00:00.001' })).toMatchObject({ opensAt: on('05-25 08:00') });
    expect(errorIn([...owed, paid('05-16 08:00', 5)])).toMatchObject({ state: 'open', opensAt: on('05-15 08:00') });
  });

  test('where refunds aren’t covered, time alone makes it unknown; a later payment proves it all the same', () => {
    const blind: Circumstances = { asOf: '05-30 08:00', notCovered: ['refunds'] };
    expect(reasonsOf(owed, blind)).toEqual([]);
    expect(assessed(owed, blind).unknown).toEqual(['billing_error']);
    expect(assessed(owed, { ...blind, asOf: '05-15 08:00' }).unknown).toEqual([]);
    expect(reasonsOf([...owed, refunded('05-20 08:00', 1000)], blind)).toEqual(['refund_overdue']);
  });
});

describe('payment_failed', () => {
  const failed = fact('payment.failed', '05-02 08:00');

  test('opens with a failure and is put right by any capture after the last one', () => {
    expect(stateOf('payment_failed', [placed, paid('05-02 07:00', 1)])).toBe('-');
    expect(stateOf('payment_failed', [placed, paid('05-02 07:00', 1), failed])).toBe('open');
    expect(stateOf('payment_failed', [placed, failed, paid('05-02 09:00', 1)])).toBe('resolved');
    expect(stateOf('payment_failed', [placed, failed, paid('05-02 09:00', 1), fact('payment.failed', '05-02 10:00')])).toBe('open');
  });
});
