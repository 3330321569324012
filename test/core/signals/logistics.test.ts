import { describe, expect, test } from '@jest/globals';
import { assessed, fact, on, promised, signalIn, stateOf } from '../../support/facts.js';

const placed = (promise: string | null = '05-10 18:00', rest = {}) =>
  fact('order.placed', '05-01 08:00', { promisedDelivery: promise === null ? null : promised(promise), ...rest });
const rescheduled = (when: string, to: string | null, by: 'company' | 'customer' = 'company') =>
  fact('delivery.rescheduled', when, { by, newDelivery: to === null ? null : promised(to) });
const deliveredAt = (when: string) => fact('delivery.completed', when);

describe('late_delivery', () => {
  const late = (facts: Parameters<typeof stateOf>[1], circumstances?: Parameters<typeof stateOf>[2]) => signalIn(assessed(facts, circumstances), 'late_delivery');

  test('opens with a delivery a ms after the baseline, not with one at it', () => {
    expect(late([placed(), deliveredAt('05-10 18:00')])).toBeUndefined();
    expect(late([placed(), deliveredAt('05-10 18:00:00.001')])).toMatchObject({
      state: 'open', opensAt: on('05-10 18:00'), severity: 1, detail: { delaySeconds: 0.001 },
    });
  });

  test('opens undelivered once the time reached has passed the baseline', () => {
    expect(late([placed()], { asOf: '05-10 18:00' })).toBeUndefined();
    expect(late([placed()], { asOf: '05-10 18:00:00.001' })).toMatchObject({ state: 'open', opensAt: on('05-10 18:00') });
    expect(late([placed()], { asOf: '05-10 18:00:00.001' })?.detail).not.toHaveProperty('delaySeconds');
  });

  test('is moved by the tolerance, while the delay is not', () => {
    const rules = { deliveryToleranceMs: 60_000 };
    expect(late([placed(), deliveredAt('05-10 18:01')], { rules })).toBeUndefined();
    expect(late([placed(), deliveredAt('05-10 18:02')], { rules })).toMatchObject({ opensAt: on('05-10 18:01'), detail: { delaySeconds: 120 } });
  });

  test('is not mended by a date that the company gives', () => {
    expect(late([placed(), rescheduled('05-09 08:00', '05-12 18:00'), deliveredAt('05-11 18:00')])).toMatchObject({ state: 'open', detail: { delaySeconds: 86_400 } });
  });

  test('is put right by a customer who asks for another date, holds or cancels', () => {
    const over = { asOf: '05-11 09:00' };
    expect(late([placed(), rescheduled('05-11 08:00', '05-20 18:00', 'customer')], over)).toMatchObject({ state: 'resolved', closedAt: on('05-11 08:00') });
    expect(late([placed(), rescheduled('05-11 08:00', null, 'customer')], over)).toMatchObject({ state: 'resolved' });
    expect(late([placed(), fact('order.cancelled', '05-11 08:00')], over)).toMatchObject({ state: 'resolved' });
    expect(late([placed(), rescheduled('05-10 18:00', '05-20 18:00', 'customer')], over)).toBeUndefined();
  });

  test('is retracted by a delivery in time that is told late', () => {
    const known = [placed(), fact('feedback.received', '05-12 08:00')];
    expect(late(known)).toMatchObject({ state: 'open' });
    expect(late([...known, deliveredAt('05-10 17:00')])).toBeUndefined();
  });

  test('grows graver after a day and after three, boundaries included in the lower step', () => {
    const severityAt = (asOf: string) => late([placed()], { asOf })?.severity;
    expect(severityAt('05-11 18:00')).toBe(1);
    expect(severityAt('05-11 18:00:00.001')).toBe(2);
    expect(severityAt('05-13 18:00')).toBe(2);
    expect(severityAt('05-13 18:00:00.001')).toBe(3);
    expect(late([placed(), rescheduled('05-12 18:00', '05-30 18:00', 'customer'), deliveredAt('05-20 08:00')])).toMatchObject({ state: 'resolved', severity: 2 });
  });

  test('a change of date after the baseline proves by itself that it passed', () => {
    const facts = [placed(), rescheduled('05-11 08:00', '05-15 18:00')];
    expect(late(facts, { asOf: '05-09 08:00' })).toMatchObject({ state: 'open' });
    expect(late([placed(), rescheduled('05-10 18:00', '05-15 18:00')], { asOf: '05-09 08:00' })).toBeUndefined();
  });

  test('so does a date after a time without any, and the customer’s wish for the old date', () => {
    const undated = [placed(), fact('delivery.rescheduled', '05-09 08:00', { by: 'company', newDelivery: null })];
    expect(late(undated, { asOf: '05-09 08:00' })).toBeUndefined();
    expect(late([...undated, rescheduled('05-11 08:00', '05-15 18:00')], { asOf: '05-09 08:00' })).toMatchObject({ state: 'open', opensAt: on('05-10 18:00') });
    const asked = [placed(), rescheduled('05-09 08:00', '05-15 18:00'), rescheduled('05-11 08:00', '05-10 18:00', 'customer')];
    expect(late(asked, { asOf: '05-09 08:00' })).toMatchObject({ state: 'open', opensAt: on('05-10 18:00') });
  });

  test('counts the days of the order’s zone', () => {
    const inNewYork = placed(null, { promisedDelivery: promised('2025-05-10'), timeZone: 'America/New_York' });
    expect(late([inNewYork, deliveredAt('05-11 03:59:59.999')])).toBeUndefined();
    expect(late([inNewYork, deliveredAt('05-11 04:00')])).toMatchObject({ opensAt: on('05-11 03:59:59.999') });
  });
});

describe('broken_reschedule', () => {
  const state = (...facts: Parameters<typeof stateOf>[1]) => stateOf('broken_reschedule', facts);

  test('opens when a date of the company passed in force, not when it is replaced in time', () => {
    expect(state(placed(), rescheduled('05-09 08:00', '05-12 18:00'), deliveredAt('05-12 18:00'))).toBe('-');
    expect(state(placed(), rescheduled('05-09 08:00', '05-12 18:00'), deliveredAt('05-12 18:00:00.001'))).toBe('open');
    expect(state(placed(), rescheduled('05-09 08:00', '05-12 18:00'), rescheduled('05-12 18:00', '05-14 18:00'), deliveredAt('05-13 08:00'))).toBe('-');
    expect(state(placed(), rescheduled('05-09 08:00', '05-12 18:00'), rescheduled('05-12 18:00:00.001', '05-14 18:00'), deliveredAt('05-13 08:00'))).toBe('open');
  });

  test('the order’s first promise and a customer’s date are none, one after no date is', () => {
    expect(state(placed(), deliveredAt('05-13 08:00'))).toBe('-');
    expect(state(placed(null), rescheduled('05-09 08:00', '05-12 18:00'), deliveredAt('05-13 08:00'))).toBe('-');
    expect(state(placed(), rescheduled('05-09 08:00', '05-12 18:00', 'customer'), deliveredAt('05-13 08:00'))).toBe('-');
    expect(state(placed(), rescheduled('05-08 08:00', null), rescheduled('05-09 08:00', '05-12 18:00'), deliveredAt('05-13 08:00'))).toBe('open');
  });

  test('is retracted by a delivery in time that is told late', () => {
    const known = [placed(), rescheduled('05-09 08:00', '05-12 18:00')];
    expect(stateOf('broken_reschedule', known, { asOf: '05-13 08:00' })).toBe('open');
    expect(stateOf('broken_reschedule', [...known, deliveredAt('05-12 08:00')], { asOf: '05-13 08:00' })).toBe('-');
  });
});

describe('repeated_reschedule', () => {
  test('opens with the second replacement; restating a date or giving one after none is no replacement', () => {
    const once = [placed(), rescheduled('05-03 08:00', '05-12 18:00')];
    expect(stateOf('repeated_reschedule', [...once, rescheduled('05-04 08:00', '05-12 18:00')])).toBe('-');
    expect(signalIn(assessed([...once, fact('order.amended', '05-05 08:00', { promisedDelivery: promised('05-14 18:00') })]), 'repeated_reschedule'))
      .toMatchObject({ state: 'open', opensAt: on('05-05 08:00'), detail: { count: 2 } });
    expect(stateOf('repeated_reschedule', [placed(), rescheduled('05-03 08:00', null), rescheduled('05-04 08:00', '05-12 18:00')])).toBe('-');
  });

  test('is retracted when the first turns out to come after the end', () => {
    const twice = [placed(), rescheduled('05-03 08:00', '05-12 18:00'), rescheduled('05-04 08:00', '05-14 18:00')];
    expect(stateOf('repeated_reschedule', twice)).toBe('open');
    expect(stateOf('repeated_reschedule', [...twice, deliveredAt('05-03 12:00')])).toBe('-');
  });
});

describe('reschedule_without_date', () => {
  test('opens with the company’s, not with the customer’s wish to hold', () => {
    expect(stateOf('reschedule_without_date', [placed(null), rescheduled('05-03 08:00', null)])).toBe('open');
    expect(stateOf('reschedule_without_date', [placed(), rescheduled('05-03 08:00', null, 'customer')])).toBe('-');
  });

  test.each([
    ['a date', rescheduled('05-05 08:00', '05-12 18:00', 'customer')],
    ['delivery', deliveredAt('05-05 08:00')],
    ['cancellation', fact('order.cancelled', '05-05 08:00')],
  ])('is put right by %s', (_, mending) => {
    expect(signalIn(assessed([placed(), rescheduled('05-03 08:00', null), mending]), 'reschedule_without_date'))
      .toMatchObject({ state: 'resolved', opensAt: on('05-03 08:00'), closedAt: on('05-05 08:00') });
  });
});

describe.each([
  ['delivery_attempt_failed', (when: string) => fact('delivery.attempt_failed', when)],
  ['damaged', (when: string) => fact('delivery.exception', when, { code: 'damaged' })],
  ['lost', (when: string) => fact('delivery.exception', when, { code: 'lost' })],
] as const)('%s', (name, trouble) => {
  test('opens as it occurs, and is put right by a final delivery after the last of them', () => {
    expect(stateOf(name, [placed(), deliveredAt('05-09 08:00')])).toBe('-');
    expect(stateOf(name, [placed(), trouble('05-08 08:00'), fact('delivery.completed', '05-09 08:00', { final: false })])).toBe('open');
    expect(stateOf(name, [placed(), trouble('05-08 08:00'), deliveredAt('05-09 08:00')])).toBe('resolved');
    expect(signalIn(assessed([placed(), trouble('05-08 08:00'), deliveredAt('05-09 08:00'), trouble('05-09 08:00:00.001')]), name))
      .toMatchObject({ state: 'open', opensAt: on('05-08 08:00'), detail: { count: 2 } });
  });

  test('a delivery after a cancellation mends nothing', () => {
    expect(stateOf(name, [placed(), trouble('05-08 08:00'), fact('order.cancelled', '05-08 12:00'), deliveredAt('05-09 08:00')])).toBe('open');
  });
});

describe('late_dispatch', () => {
  const due = fact('order.placed', '05-01 08:00', { dispatchBy: promised('05-03 12:00') });
  const dispatched = (when: string) => fact('shipment.dispatched', when);

  test('opens with a first dispatch a ms too late', () => {
    expect(stateOf('late_dispatch', [due, dispatched('05-03 12:00')])).toBe('-');
    expect(signalIn(assessed([due, dispatched('05-03 12:00:01.500')]), 'late_dispatch'))
      .toMatchObject({ state: 'open', opensAt: on('05-03 12:00'), detail: { delaySeconds: 1.5 } });
  });

  test('opens by time while nothing left, never on an order that had ended', () => {
    expect(stateOf('late_dispatch', [due], { asOf: '05-03 12:00' })).toBe('-');
    expect(stateOf('late_dispatch', [due], { asOf: '05-03 12:00:00.001' })).toBe('open');
    expect(stateOf('late_dispatch', [due, fact('order.cancelled', '05-03 12:00')], { asOf: '05-09 08:00' })).toBe('-');
    expect(stateOf('late_dispatch', [due, fact('order.cancelled', '05-03 12:00:00.001')])).toBe('open');
  });

  test('is retracted by an earlier dispatch that is told late', () => {
    expect(stateOf('late_dispatch', [due, dispatched('05-04 08:00'), dispatched('05-02 08:00')])).toBe('-');
  });
});
