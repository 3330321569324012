import { describe, expect, test } from '@jest/globals';
import type { FactBodies } from '../../../src/core/fact.js';
import { assessed, fact, on, signalIn, stateOf, type Circumstances } from '../../support/facts.js';

type Facts = Parameters<typeof assessed>[0];
type Said = Partial<FactBodies['contact.opened']>;
const placed = fact('order.placed', '05-01 08:00');
const opened = (when: string, said: Said = {}) => fact('contact.opened', when, said);
const reopened = (when: string, said: Said = {}) => fact('contact.reopened', when, said);
const resolved = (when: string, said: Said = {}) => fact('contact.resolved', when, said);

describe('repeat_contact', () => {
  const state = (...facts: Facts) => stateOf('repeat_contact', facts);

  test('opens with a second opening on the topic within seven days, boundary included', () => {
    expect(state(placed, opened('05-02 08:00'), opened('05-09 08:00', { contactId: 'c2' }))).toBe('open');
    expect(state(placed, opened('05-02 08:00'), opened('05-09 08:00:00.001', { contactId: 'c2' }))).toBe('-');
    expect(state(placed, opened('05-02 08:00'), opened('05-03 08:00', { contactId: 'c2', topic: 'invoice' }))).toBe('-');
  });

  test('reopening, or opening a known contact again, always is one', () => {
    expect(state(placed, reopened('05-02 08:00'))).toBe('open');
    expect(signalIn(assessed([placed, opened('05-02 08:00'), opened('05-30 08:00', { topic: 'invoice' })]), 'repeat_contact')).toMatchObject({ opensAt: on('05-30 08:00'), detail: { count: 1 } });
  });

  test('the seven days count from an opening, not from a reopening', () => {
    const again = [placed, opened('05-02 08:00'), reopened('05-06 08:00'), opened('05-10 08:00', { contactId: 'c2' })];
    expect(signalIn(assessed(again), 'repeat_contact')?.detail['count']).toBe(1);
  });

  test('what the company began counts nowhere, whoever later events name', () => {
    const byCompany = opened('05-02 08:00', { by: 'company' });
    expect(state(placed, byCompany, opened('05-03 08:00'))).toBe('-');
    expect(state(placed, byCompany, opened('05-03 08:00', { contactId: 'c2' }))).toBe('-');
    expect(stateOf('contact_unresolved', [placed, byCompany], { asOf: '05-30 08:00' })).toBe('-');
    expect(state(placed, opened('05-02 08:00'), reopened('05-03 08:00', { by: 'company' }))).toBe('open');
  });

  test('is retracted by an earlier event that makes the contact the company’s', () => {
    const twice = [placed, opened('05-02 08:00'), reopened('05-03 08:00')];
    expect(state(...twice)).toBe('open');
    expect(state(...twice, opened('05-01 09:00', { by: 'company' }))).toBe('-');
  });
});

describe('contact_unresolved', () => {
  const unresolved = (facts: Facts, asOf = '05-30 08:00') => signalIn(assessed(facts, { asOf }), 'contact_unresolved');

  test('opens 72 hours after the opening, to the ms', () => {
    expect(unresolved([placed, opened('05-02 08:00')], '05-05 08:00')).toBeUndefined();
    expect(unresolved([placed, opened('05-02 08:00')], '05-05 08:00:00.001')).toMatchObject({ state: 'open', opensAt: on('05-05 08:00') });
  });

  test('an answer at the limit is in time, one after it puts right, one told late retracts', () => {
    expect(unresolved([placed, opened('05-02 08:00'), resolved('05-05 08:00')])).toBeUndefined();
    expect(unresolved([placed, opened('05-02 08:00'), resolved('05-06 08:00')])).toMatchObject({ state: 'resolved', opensAt: on('05-05 08:00'), closedAt: on('05-06 08:00') });
    expect(unresolved([placed, opened('05-02 08:00'), resolved('05-06 08:00'), resolved('05-04 08:00')])).toBeUndefined();
  });

  test('counts from the reopening once answered, from the opening before', () => {
    expect(unresolved([placed, opened('05-02 08:00'), resolved('05-03 08:00'), reopened('05-10 08:00')], '05-13 08:00')).toBeUndefined();
    expect(unresolved([placed, opened('05-02 08:00'), reopened('05-04 08:00')], '05-05 08:00:00.001')).toMatchObject({ opensAt: on('05-05 08:00') });
    expect(unresolved([placed, resolved('05-03 08:00')])).toBeUndefined();
  });
});

describe('incident_affected', () => {
  const incident = (type: 'incident.opened' | 'incident.resolved', when: string, incidentId = 'x1') => fact(type, when, { incidentId });

  test('is put right when every incident that named the order is resolved', () => {
    const state = (...facts: Facts) => stateOf('incident_affected', facts);
    expect(state(placed, incident('incident.resolved', '05-02 08:00'))).toBe('-');
    expect(state(placed, incident('incident.opened', '05-02 08:00'))).toBe('open');
    expect(state(placed, incident('incident.opened', '05-02 08:00'), incident('incident.resolved', '05-03 08:00', 'x2'))).toBe('open');
    expect(state(placed, incident('incident.opened', '05-02 08:00'), incident('incident.resolved', '05-03 08:00'))).toBe('resolved');
    expect(state(placed, incident('incident.opened', '05-02 08:00'), incident('incident.opened', '05-02 09:00', 'x2'), incident('incident.resolved', '05-03 08:00'))).toBe('open');
  });
});

describe('poor_feedback', () => {
  type Answer = Partial<FactBodies['feedback.received']>;
  const answers = (...given: Answer[]) => assessed([placed, ...given.map((said) => fact('feedback.received', '05-10 08:00', said))]);
  const severity = (...given: Answer[]) => signalIn(answers(...given), 'poor_feedback')?.severity;
  const isGood = (said: Answer) => answers(said).goods.some(({ type }) => type === 'good_feedback');
  const nps = (score: number): Answer => ({ metric: 'nps', score, scaleMin: 0, scaleMax: 10 });
  const csat = (score: number, scaleMin: number, scaleMax: number): Answer => ({ score, scaleMin, scaleMax });

  test('NPS goes by its raw score, whatever the polarity', () => {
    expect([2, 3, 6, 7].map((score) => severity(nps(score)))).toEqual([3, 2, 2, undefined]);
    expect([8, 9].map((score) => isGood(nps(score)))).toEqual([false, true]);
    expect(severity({ ...nps(10), higherIsBetter: false })).toBeUndefined();
  });

  test('CSAT and CES go by the place on their scale, exactly', () => {
    expect([1, 2, 3].map((score) => severity(csat(score, 1, 5)))).toEqual([3, 2, undefined]);
    expect([39, 40].map((score) => severity(csat(score, 0, 100)))).toEqual([2, undefined]);
    expect([24, 25].map((score) => severity(csat(score, 0, 100)))).toEqual([3, 2]);
    expect([60, 61].map((score) => isGood(csat(score, 0, 100)))).toEqual([false, true]);
    // In binary 0.7 - 0.1 is less than 0.6, though on the scale it's neither below two fifths nor above three.
    expect(isGood(csat(0.7, 0.1, 1.1))).toBe(false);
    expect(severity(csat(0.7, 0.3, 1.3))).toBeUndefined();
    // Whatever the number of decimals, and the size.
    expect([3.4, 3.4000000000001].map((score) => isGood(csat(score, 1, 5)))).toEqual([false, true]);
    expect([2e-13, 1.9999e-13].map((score) => severity(csat(score, 0, 5e-13)))).toEqual([undefined, 2]);
    expect([-4e299, -3.999e299].map((score) => isGood({ ...csat(score, -1e300, 0) }))).toEqual([false, true]);
  });

  test('polarity turns the scale round, the worst of several answers decides', () => {
    expect(severity({ metric: 'ces', score: 7, scaleMin: 1, scaleMax: 7, higherIsBetter: false })).toBe(3);
    expect(isGood({ metric: 'ces', score: 1, scaleMin: 1, scaleMax: 7, higherIsBetter: false })).toBe(true);
    expect(severity(nps(6), nps(0), nps(9))).toBe(3);
  });
});

describe('recorded_not_done', () => {
  const audit = (when: string, observed: 'done' | 'done_poorly' | 'not_done' = 'not_done') => fact('audit.recorded', when, { step: 'delivery.completed', observed });
  const delivered = (when: string) => fact('delivery.completed', when);
  const state = (facts: Facts, circumstances?: Circumstances) => stateOf('recorded_not_done', facts, circumstances);

  test('opens when the step is recorded at or before the audit that denies it', () => {
    expect(state([placed, audit('05-10 08:00')])).toBe('-');
    expect(state([placed, audit('05-10 08:00'), delivered('05-10 08:00')])).toBe('open');
    expect(state([placed, audit('05-10 08:00'), delivered('05-10 08:00:00.001')])).toBe('-');
    expect(state([placed, delivered('05-09 08:00'), audit('05-10 08:00', 'done')])).toBe('-');
    expect(state([placed, delivered('05-09 08:00'), audit('05-10 08:00', 'done_poorly')])).toBe('open');
  });

  test('a record that is told late opens it', () => {
    expect(state([placed, audit('05-10 08:00'), delivered('05-11 08:00')])).toBe('-');
    expect(state([placed, audit('05-10 08:00'), delivered('05-11 08:00'), delivered('05-09 08:00')])).toBe('open');
  });
});
