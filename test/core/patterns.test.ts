import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RULES, type PatternCondition } from '../../src/core/rules.js';
import { assessed, delivered, fact, line, on, patternsOf, promised, type Circumstances } from '../support/facts.js';

type Facts = Parameters<typeof assessed>[0];
const placed = fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-10 18:00') });
const done = (when: string) => fact('delivery.completed', when);
const dear = fact('invoice.issued', '05-11 20:00', { totalMinor: 1500 });
const fine = fact('invoice.issued', '05-02 08:00');
const told = fact('notification.sent', '05-03 08:00', { about: 'delay' });
const moved = (when: string, to: string) => fact('delivery.rescheduled', when, { newDelivery: promised(to) });
const matches = (name: string, facts: Facts, circumstances?: Circumstances) => patternsOf(facts, circumstances).includes(name);

describe('patterns of the default catalogue', () => {
  test('late_with_billing_error: both, also when put right; a retracted one does not count', () => {
    const late = [placed, told, done('05-11 08:00')];
    expect(matches('late_with_billing_error', late)).toBe(false);
    expect(matches('late_with_billing_error', [...late, dear])).toBe(true);
    expect(matches('late_with_billing_error', [...late, dear, fact('invoice.corrected', '05-12 08:00')])).toBe(true);
    expect(matches('late_with_billing_error', [...late, dear, done('05-10 18:00')])).toBe(false);
  });

  test('failed_order: short or substituted, and late, and billed wrongly; an approved substitute is neutral', () => {
    const short = (lines: ReturnType<typeof delivered>[]) => [
      fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-10 18:00'), lines: [line('1'), line('2')] }), told, dear,
      fact('delivery.completed', '05-11 08:00', { lines }),
    ];
    expect(assessed(short([delivered('1')])).verdict).toBe('failed');
    expect(matches('failed_order', short([delivered('1')]))).toBe(true);
    expect(matches('failed_order', short([delivered('1'), delivered('2')]))).toBe(false);
    expect(matches('failed_order', short([delivered('1'), delivered('9', 1, { for: '2' })]))).toBe(true);
    expect(matches('failed_order', short([delivered('1'), delivered('9', 1, { for: '2', approved: true })]))).toBe(false);
  });

  describe('consecutive_adverse', () => {
    const attempt = fact('delivery.attempt_failed', '05-05 08:00');
    const damaged = fact('delivery.exception', '05-06 08:00');
    const lost = fact('delivery.exception', '05-07 08:00', { code: 'lost' });
    const refused = fact('payment.failed', '05-08 08:00');
    const accurate = (when: string) => fact('notification.sent', when, { statedDelivery: promised('05-10 18:00') });

    test('three in a row of two areas, in whatever order within an instant before what is good', () => {
      expect(matches('consecutive_adverse', [placed, attempt, damaged, lost])).toBe(false);
      expect(matches('consecutive_adverse', [placed, attempt, damaged, refused])).toBe(true);
      expect(matches('consecutive_adverse', [placed, attempt, damaged, lost, refused])).toBe(true);
      expect(matches('consecutive_adverse', [placed, attempt, refused])).toBe(false);
    });

    test('a good touchpoint between breaks the run, one at the instant of the last does not', () => {
      expect(matches('consecutive_adverse', [placed, attempt, damaged, refused, accurate('05-07 08:00')])).toBe(false);
      expect(matches('consecutive_adverse', [placed, attempt, damaged, refused, accurate('05-08 08:00')])).toBe(true);
      const refusedEarly = fact('payment.failed', '05-03 08:00');
      expect(matches('consecutive_adverse', [placed, refusedEarly, attempt, damaged, lost])).toBe(true);
      expect(matches('consecutive_adverse', [placed, refusedEarly, accurate('05-04 08:00'), attempt, damaged, lost])).toBe(false);
    });

    test('feedback and audits are in no run and break none', () => {
      const poor = fact('feedback.received', '05-07 08:00', { score: 2 });
      const good = fact('feedback.received', '05-07 08:00', { score: 5 });
      expect(matches('consecutive_adverse', [placed, attempt, refused, poor])).toBe(false);
      expect(matches('consecutive_adverse', [placed, attempt, damaged, refused, good])).toBe(true);
    });
  });

  test('adverse_accumulation: severities of 6 or more, feedback left out', () => {
    const five = [placed, fact('delivery.exception', '05-05 08:00'), fact('delivery.attempt_failed', '05-06 08:00'), fact('payment.failed', '05-07 08:00')];
    expect(matches('adverse_accumulation', [...five, fact('feedback.received', '05-08 08:00', { score: 1 })])).toBe(false);
    expect(matches('adverse_accumulation', [...five, fact('notification.failed', '05-08 08:00')])).toBe(true);
  });

  test('broken_promises: late, and a new date broken', () => {
    expect(matches('broken_promises', [placed, moved('05-09 08:00', '05-12 18:00'), done('05-12 18:00')])).toBe(false);
    expect(matches('broken_promises', [placed, moved('05-09 08:00', '05-12 18:00'), done('05-12 18:01')])).toBe(true);
  });

  test('silent_change: never told, not merely after the fact', () => {
    const changed = [placed, moved('05-05 08:00', '05-20 18:00')];
    expect(matches('silent_change', changed, { asOf: '05-12 08:00' })).toBe(true);
    expect(matches('silent_change', [...changed, fact('notification.sent', '05-11 08:00', { about: 'delay' })], { asOf: '05-12 08:00' })).toBe(false);
  });

  test('missed_promise: late and acting still helps; clears with the end or the customer’s new date', () => {
    const over = { asOf: '05-11 08:00' };
    expect(matches('missed_promise', [placed], { asOf: '05-10 18:00' })).toBe(false);
    expect(matches('missed_promise', [placed], over)).toBe(true);
    expect(matches('missed_promise', [placed, done('05-11 08:00')], over)).toBe(false);
    expect(matches('missed_promise', [placed, fact('delivery.rescheduled', '05-11 08:00', { by: 'customer', newDelivery: promised('05-20 18:00') })], over)).toBe(false);
  });

  test('grave_signal: severity 3 of any area', () => {
    expect(matches('grave_signal', [placed, fact('feedback.received', '05-08 08:00', { score: 2 })])).toBe(false);
    expect(matches('grave_signal', [placed, fact('feedback.received', '05-08 08:00', { score: 1 })])).toBe(true);
  });
});

describe('patterns of one’s own', () => {
  const own = (when: PatternCondition): Circumstances => ({ rules: { ...DEFAULT_RULES, patterns: [{ pattern: 'own', severity: 'warning', when }] } });

  test('a bucket: a late notice matches with when it opened', () => {
    const late = [placed, fine, moved('05-09 08:00', '05-20 18:00'), fact('notification.sent', '05-09 09:00', { about: 'delay' })];
    expect(assessed(late, own({ kind: 'bucket', bucket: 'under_2_days' })).patterns).toEqual([
      { pattern: 'own', severity: 'warning', at: on('05-09 09:00'), since: on('05-09 09:00'), signals: ['change_notified_late'] },
    ]);
    expect(patternsOf(late, own({ kind: 'bucket', bucket: '2_to_7_days' }))).toEqual([]);
  });

  test('signals: complete with the latest that it needed', () => {
    const facts = [placed, fact('payment.failed', '05-02 08:00'), fact('delivery.exception', '05-06 08:00')];
    expect(assessed(facts, own({ kind: 'signals', allOf: [['damaged', 'lost'], ['payment_failed']] })).patterns[0]).toMatchObject({ at: on('05-06 08:00') });
  });
});
