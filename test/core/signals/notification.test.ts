import { describe, expect, test } from '@jest/globals';
import type { NotificationAbout } from '../../../src/core/fact.js';
import { assessed, fact, on, promised, signalIn, stateOf, type Circumstances } from '../../support/facts.js';

type Facts = Parameters<typeof assessed>[0];
const placed = (to = '05-10 18:00', rest = {}) => fact('order.placed', '05-01 08:00', { promisedDelivery: promised(to), ...rest });
const moved = (when: string, to: string | null, by: 'company' | 'customer' = 'company') =>
  fact('delivery.rescheduled', when, { by, newDelivery: to === null ? null : promised(to) });
const told = (when: string, about: NotificationAbout, stated: string | null = null) =>
  fact('notification.sent', when, { about, statedDelivery: stated === null ? null : promised(stated) });
const done = (when: string) => fact('delivery.completed', when);

const untold = (facts: Facts, circumstances?: Circumstances) => signalIn(assessed(facts, circumstances), 'change_not_notified');
const bucketsOf = (facts: Facts, circumstances?: Circumstances) => untold(facts, circumstances)?.detail['buckets'] ?? [];
const toldLate = (facts: Facts, circumstances?: Circumstances) => signalIn(assessed(facts, circumstances), 'change_notified_late');

describe('change_not_notified', () => {
  const changed = [placed(), moved('05-05 08:00', '05-20 18:00')];

  test('opens with the date once the time reached has passed it', () => {
    expect(untold(changed, { asOf: '05-10 18:00' })).toBeUndefined();
    expect(untold(changed, { asOf: '05-10 18:00:00.001' })).toMatchObject({ state: 'open', opensAt: on('05-10 18:00'), detail: { buckets: ['never'], count: 1 } });
  });

  test('a notice at the date is in time, a ms after it is after the fact', () => {
    expect(bucketsOf([...changed, told('05-10 18:00', 'delay')], { asOf: '05-12 08:00' })).toEqual([]);
    expect(bucketsOf([...changed, told('05-10 18:00:00.001', 'delay')], { asOf: '05-12 08:00' })).toEqual(['after_the_fact']);
  });

  test('a notice in time that is told late retracts it', () => {
    expect(bucketsOf(changed, { asOf: '05-12 08:00' })).toEqual(['never']);
    expect(bucketsOf([...changed, told('05-06 08:00', 'reschedule')], { asOf: '05-12 08:00' })).toEqual([]);
  });

  test('a notice before the change counts only if it states a later date, or is a delay without one', () => {
    const early = (about: NotificationAbout, stated: string | null) => bucketsOf([...changed, told('05-03 08:00', about, stated)], { asOf: '05-12 08:00' });
    expect(early('delay', null)).toEqual([]);
    expect(early('reschedule', null)).toEqual(['never']);
    expect(early('reschedule', '05-10 18:00')).toEqual(['never']);
    expect(early('reschedule', '05-10 18:00:00.001')).toEqual([]);
    expect(early('other', '05-20 18:00')).toEqual(['never']);
  });

  test('a change at the date itself still is one; a notice at the instant of the change speaks of it', () => {
    expect(bucketsOf([placed(), moved('05-10 18:00', '05-20 18:00')], { asOf: '05-12 08:00' })).toEqual(['never']);
    expect(bucketsOf([...changed, told('05-05 08:00', 'reschedule')], { asOf: '05-12 08:00' })).toEqual([]);
    expect(bucketsOf([...changed, told('05-05 07:59:59.999', 'reschedule')], { asOf: '05-12 08:00' })).toEqual(['never']);
  });

  test('a failed notice tells nobody', () => {
    expect(bucketsOf([...changed, fact('notification.failed', '05-06 08:00', { about: 'delay' })], { asOf: '05-12 08:00' })).toEqual(['never']);
  });

  test('nothing is raised when the order ended in time, or the customer asked for the change', () => {
    expect(bucketsOf([...changed, done('05-10 18:00')], { asOf: '05-30 08:00' })).toEqual([]);
    expect(bucketsOf([...changed, done('05-10 18:00:00.001')], { asOf: '05-30 08:00' })).toEqual(['never']);
    expect(bucketsOf([placed(), moved('05-05 08:00', '05-20 18:00', 'customer')], { asOf: '05-12 08:00' })).toEqual([]);
  });

  test('a date missed while in force counts, whoever asked for it and whatever replaced it later', () => {
    expect(bucketsOf([placed(), done('05-10 18:00')], { asOf: '05-12 08:00' })).toEqual([]);
    expect(bucketsOf([placed(), done('05-11 08:00')], { asOf: '05-12 08:00' })).toEqual(['never']);
    expect(bucketsOf([placed(), moved('05-11 08:00', '05-20 18:00', 'customer')], { asOf: '05-12 08:00' })).toEqual(['never']);
    expect(bucketsOf([placed(), told('05-10 20:00', 'delay'), done('05-11 08:00')], { asOf: '05-12 08:00' })).toEqual(['after_the_fact']);
  });

  test('where notifications or logistics are silent it is unknown', () => {
    const noNotices: Circumstances = { asOf: '05-12 08:00', notCovered: ['notifications'] };
    expect(bucketsOf(changed, noNotices)).toEqual([]);
    expect(assessed(changed, noNotices).unknown).toEqual(['change_not_notified']);
    expect(bucketsOf([...changed, told('05-11 08:00', 'delay')], noNotices)).toEqual(['after_the_fact']);
    const noLogistics: Circumstances = { asOf: '05-12 08:00', notCovered: ['logistics'] };
    expect(assessed([placed()], noLogistics).unknown).toEqual(['change_not_notified', 'late_delivery']);
    expect(bucketsOf([placed(), done('05-11 08:00')], noLogistics)).toEqual(['never']);
  });
});

describe('change_notified_late', () => {
  const changed = [placed(), moved('05-05 08:00', '05-20 18:00')];

  test('opens with a notice less than two days ahead; two and seven days belong to the longer bucket', () => {
    expect(toldLate([...changed, told('05-08 18:00', 'delay')])).toBeUndefined();
    expect(toldLate([...changed, told('05-08 18:00:00.001', 'delay')])).toMatchObject({ state: 'open', opensAt: on('05-08 18:00:00.001'), detail: { count: 1 } });
    expect(toldLate([...changed, told('05-10 18:00', 'delay')])).toBeDefined();
  });

  test('opens with the change, or the missed date, where that came after the notice', () => {
    expect(toldLate([placed(), told('05-09 08:00', 'delay'), moved('05-10 08:00', '05-20 18:00')])).toMatchObject({ opensAt: on('05-10 08:00') });
    expect(toldLate([placed(), told('05-09 08:00', 'delay'), done('05-11 08:00')])).toMatchObject({ opensAt: on('05-10 18:00') });
  });

  test('an earlier notice that is told late retracts it', () => {
    expect(toldLate([...changed, told('05-09 08:00', 'delay'), told('05-06 08:00', 'delay')])).toBeUndefined();
  });
});

describe('inaccurate_update', () => {
  const state = (...facts: Facts) => stateOf('inaccurate_update', facts);

  test('instants agree within twelve hours, boundary included', () => {
    expect(state(placed(), told('05-02 08:00', 'other', '05-11 06:00'))).toBe('-');
    expect(state(placed(), told('05-02 08:00', 'other', '05-11 06:00:00.001'))).toBe('open');
    expect(state(placed(), told('05-02 08:00', 'delivered', '05-20 06:00'))).toBe('-');
  });

  test('as soon as either is a date, the day in the order’s zone decides', () => {
    const inBerlin = placed('2025-05-10', { timeZone: 'Europe/Berlin' });
    expect(state(inBerlin, told('05-02 08:00', 'other', '05-09 22:00'))).toBe('-');
    expect(state(inBerlin, told('05-02 08:00', 'other', '05-09 21:59:59.999'))).toBe('open');
    expect(state(inBerlin, told('05-02 08:00', 'other', '05-10 21:59:59.999'))).toBe('-');
    expect(state(inBerlin, told('05-02 08:00', 'other', '05-10 22:00'))).toBe('open');
    expect(state(inBerlin, told('05-02 08:00', 'other', '2025-05-10'))).toBe('-');
    expect(state(inBerlin, told('05-02 08:00', 'other', '2025-05-11'))).toBe('open');
  });

  test('is judged against what is in force at that instant, before the end, and not without a promise', () => {
    expect(state(placed(), told('05-05 08:00', 'reschedule', '05-20 18:00'), moved('05-05 08:00', '05-20 18:00'))).toBe('-');
    expect(state(placed(), moved('05-05 08:00', null), told('05-06 08:00', 'other', '05-20 18:00'))).toBe('-');
    expect(state(placed(), moved('05-05 08:00', null), told('05-05 08:00', 'other', '05-20 18:00'))).toBe('-');
    expect(state(placed(), done('05-05 08:00'), told('05-05 08:00', 'other', '05-20 18:00'))).toBe('-');
    expect(state(fact('order.placed', '05-01 08:00'), told('05-02 08:00', 'other', '05-20 18:00'))).toBe('-');
  });

  test('a change of date that is told late retracts it', () => {
    expect(state(placed(), told('05-06 08:00', 'delay', '05-20 18:00'))).toBe('open');
    expect(state(placed(), told('05-06 08:00', 'delay', '05-20 18:00'), moved('05-05 08:00', '05-20 18:00'))).toBe('-');
  });
});

describe('inconsistent_updates', () => {
  const state = (...facts: Facts) => stateOf('inconsistent_updates', facts);
  const first = told('05-02 08:00', 'order_confirmation', '05-10 18:00');

  test('opens with a notice that contradicts the one before it, not within twelve hours', () => {
    expect(state(placed(), first, told('05-03 08:00', 'dispatched', '05-11 06:00'))).toBe('-');
    expect(state(placed(), first, told('05-03 08:00', 'dispatched', '05-11 06:00:00.001'))).toBe('open');
    expect(state(fact('order.placed', '05-01 08:00'), first, told('05-03 08:00', 'dispatched', '05-12 18:00'))).toBe('open');
  });

  test('a change of promise after the first and up to the second excuses, also one that is told late', () => {
    const second = told('05-04 08:00', 'dispatched', '05-20 18:00');
    expect(state(placed(), first, moved('05-02 08:00', '05-20 18:00'), second)).toBe('open');
    expect(state(placed(), first, moved('05-02 08:00:00.001', '05-20 18:00'), second)).toBe('-');
    expect(state(placed(), first, second, moved('05-04 08:00', '05-20 18:00'))).toBe('-');
    expect(state(placed(), first, moved('05-04 08:00:00.001', '05-20 18:00'), second)).toBe('open');
    expect(state(placed(), first, moved('05-03 08:00', '05-10 18:00'), second)).toBe('open');
  });
});

describe('notification_failed', () => {
  const failed = (when: string, about: NotificationAbout) => fact('notification.failed', when, { about });

  test('is put right by a later success on each failed subject', () => {
    const state = (...facts: Facts) => stateOf('notification_failed', facts);
    expect(state(placed(), told('05-02 08:00', 'delay'))).toBe('-');
    expect(state(placed(), told('05-02 08:00', 'delay'), failed('05-03 08:00', 'delay'))).toBe('open');
    expect(state(placed(), failed('05-03 08:00', 'delay'), told('05-04 08:00', 'dispatched'))).toBe('open');
    expect(state(placed(), failed('05-03 08:00', 'delay'), told('05-04 08:00', 'delay'))).toBe('resolved');
    expect(state(placed(), failed('05-03 08:00', 'delay'), failed('05-03 09:00', 'dispatched'), told('05-04 08:00', 'delay'))).toBe('open');
  });
});
