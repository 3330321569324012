import { describe, expect, test } from '@jest/globals';
import type { SignalName } from '../../../src/contracts/names.js';
import { alertContent } from '../../../src/core/alerts.js';
import { DEFAULT_ALERT_RULES } from '../../../src/core/alert-rules.js';
import type { Fact } from '../../../src/core/fact.js';
import { assessed, delivered, fact, on, promised, signalIn, type Circumstances } from '../../support/facts.js';

/** When signals became true the last time, and as grave as they are; what alerts on them say of it. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const placed = fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-10 18:00') });
const moved = (when: string, to: string | null, by: 'customer' | 'company' = 'customer') =>
  fact('delivery.rescheduled', when, { by, newDelivery: to === null ? null : promised(to) });
const failed = (when: string) => fact('payment.failed', when);
const paid = (when: string) => fact('payment.captured', when);
const opened = (when: string, contactId: string) => fact('contact.opened', when, { contactId, topic: contactId });
const answered = (when: string, contactId: string) => fact('contact.resolved', when, { contactId });
const down = (when: string, incidentId: string) => fact('incident.opened', when, { incidentId });
const up = (when: string, incidentId: string) => fact('incident.resolved', when, { incidentId });
const invoiced = (when: string, totalMinor: number) => fact('invoice.issued', when, { totalMinor });
const substituted = (when: string, approved: boolean) => fact('delivery.completed', when, { final: false, lines: [delivered('1', 1, { for: '1', approved })] });
const scored = (when: string, score: number) => fact('feedback.received', when, { metric: 'nps', score, scaleMin: 0, scaleMax: 10 });

const sinceOf = (name: SignalName, facts: readonly Fact[], circumstances?: Circumstances) => {
  const signal = signalIn(assessed(facts, circumstances), name);
  return signal === undefined ? null : { opensAt: signal.opensAt, since: signal.since };
};
const severeSince = (name: SignalName, facts: readonly Fact[], circumstances?: Circumstances): number | undefined =>
  signalIn(assessed(facts, circumstances), name)?.severeSince;

describe('a signal is true since', () => {
  test.each<[SignalName, string, string, readonly Fact[], Circumstances]>([
    ['payment_failed', '05-02 10:00', '05-03 10:00', [placed, failed('05-02 10:00'), paid('05-02 11:00'), failed('05-03 10:00'), failed('05-03 12:00')], {}],
    ['payment_failed', '05-02 10:00', '05-02 10:00', [placed, failed('05-02 10:00'), failed('05-03 10:00')], {}],
    ['late_delivery', '05-10 18:00', '05-14 18:00', [placed, moved('05-12 08:00', '05-14 18:00')], { asOf: '05-15 08:00' }],
    ['late_delivery', '05-10 18:00', '05-10 18:00', [placed, moved('05-12 08:00', '05-14 18:00')], { asOf: '05-13 08:00' }],
    ['late_delivery', '05-10 18:00', '05-15 08:00', [placed, moved('05-15 08:00', '05-14 18:00')], { asOf: '05-16 08:00' }],
    ['reschedule_without_date', '05-02 08:00', '05-04 08:00', [placed, moved('05-02 08:00', null, 'company'), moved('05-03 08:00', '05-12 18:00', 'company'), moved('05-04 08:00', null, 'company')], {}],
    ['contact_unresolved', '05-05 08:00', '05-13 08:00', [placed, opened('05-02 08:00', 'a'), answered('05-06 08:00', 'a'), opened('05-10 08:00', 'b')], { asOf: '05-14 08:00' }],
    ['incident_affected', '05-02 08:00', '05-04 08:00', [placed, down('05-02 08:00', 'a'), up('05-03 08:00', 'a'), down('05-04 08:00', 'b'), down('05-05 08:00', 'c'), up('05-06 08:00', 'b')], {}],
    ['billing_error', '05-02 08:00', '05-04 08:00', [placed, invoiced('05-02 08:00', 1200), invoiced('05-03 08:00', 1000), invoiced('05-04 08:00', 1300), fact('billing.disputed', '05-05 08:00')], {}],
  ])('%s: first %s, the last time %s', (name, opensAt, since, facts, circumstances) => {
    expect(sinceOf(name, facts, circumstances)).toEqual({ opensAt: on(opensAt), since: on(since) });
  });

  test('billing_error: from when a refund was overdue, where what was wrong before had been put right', () => {
    const facts = [placed, paid('05-02 07:00'), invoiced('05-02 08:00', 1200), invoiced('05-03 08:00', 1000), fact('order.cancelled', '05-05 08:00')];
    expect(sinceOf('billing_error', facts, { asOf: '05-20 08:00' })).toEqual({ opensAt: on('05-02 08:00'), since: on('05-15 08:00') });
  });
});

describe('a signal is as severe as it is since', () => {
  test('lateness: the step that it crossed last', () => {
    const due = on('05-10 18:00');
    expect(['05-11 18:00', '05-11 19:00', '05-13 18:00', '05-13 19:00'].map((asOf) => severeSince('late_delivery', [placed], { asOf })))
      .toEqual([due, due + DAY, due + DAY, due + 3 * DAY]);
    // The first date was overdue for longer than the second is.
    expect(severeSince('late_delivery', [placed, moved('05-12 08:00', '05-14 18:00')], { asOf: '05-14 19:00' })).toBe(due + DAY);
  });

  test('a substitute that nobody had approved, an answer in the lowest quarter', () => {
    expect(severeSince('substitution', [placed, substituted('05-04 08:00', true), substituted('05-05 08:00', false)])).toBe(on('05-05 08:00'));
    expect(severeSince('poor_feedback', [placed, scored('05-14 08:00', 5), scored('05-15 08:00', 1)])).toBe(on('05-15 08:00'));
    expect(severeSince('poor_feedback', [placed, scored('05-14 08:00', 5)])).toBe(on('05-14 08:00'));
  });
});

describe('an alert is about what happened last', () => {
  const contentOf = (facts: readonly Fact[], circumstances?: Circumstances) => {
    const content = alertContent(assessed(facts, circumstances), DEFAULT_ALERT_RULES);
    return content === null ? null : { patterns: content.patterns, at: content.at, actBy: content.guidance?.actBy ?? null, causeGroup: content.causeGroup };
  };
  const carried = fact('shipment.dispatched', '05-02 08:00', { shipmentId: 's1' }, { place: { carrier: 'parcelx' } });
  const told = (when: string) => fact('notification.sent', when, { about: 'delay' });

  test('the second miss of a promise, not the first', () => {
    const facts = [placed, carried, told('05-05 08:00'), moved('05-12 08:00', '05-20 18:00'), told('05-15 08:00')];
    expect(contentOf(facts, { asOf: '05-20 19:00' })).toEqual({
      patterns: ['missed_promise'], at: on('05-20 18:00'), actBy: on('05-23 18:00'), causeGroup: 'carrier:parcelx|2025-05-20',
    });
  });

  test('a second date that nobody spoke of, not the first', () => {
    const facts = [placed, moved('05-12 08:00', '05-20 18:00')];
    expect(contentOf(facts, { asOf: '05-20 19:00' })).toMatchObject({ patterns: expect.arrayContaining(['silent_change', 'missed_promise']), at: on('05-20 18:00'), actBy: on('05-21 18:00') });
  });

  test('lateness that became grave: what is to be done about the miss counts from the miss', () => {
    expect(contentOf([placed, told('05-05 08:00')], { asOf: '05-13 19:00' })).toMatchObject({ patterns: ['missed_promise', 'grave_signal'], at: on('05-13 18:00'), actBy: on('05-13 18:00') });
    const silenced = { rules: { patterns: [{ pattern: 'grave_signal', severity: 'warning', when: { kind: 'any_severity', atLeast: 3 } }] } } as const;
    expect(contentOf([placed, told('05-05 08:00')], { asOf: '05-13 19:00', ...silenced })).toMatchObject({ at: on('05-13 18:00'), actBy: on('05-15 18:00') });
  });
});
