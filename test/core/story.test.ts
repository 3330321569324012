import { describe, expect, test } from '@jest/globals';
import { SIGNALS, type SignalName } from '../../src/contracts/names.js';
import { SOURCES } from '../../src/contracts/sources.js';
import type { Assessment, SignalState } from '../../src/core/assessment.js';
import { factOf } from '../../src/core/fact-of.js';
import { byPlace, type Fact } from '../../src/core/fact.js';
import { sentenceOfFact } from '../../src/core/story/fact-sentences.js';
import { sentenceOfSignal } from '../../src/core/story/signal-sentences.js';
import { createWords, oneLine, span } from '../../src/core/story/words.js';
import { storyOf } from '../../src/core/story.js';

const exampleFacts: readonly Fact[] = [...SOURCES.values()].map(({ example, topic }, offset) => factOf(example, topic, offset).fact);
const words = createWords({ zone: 'UTC', currency: 'EUR', year: 2026 });

const at = (text: string): number => Date.parse(text);
const LATE = at('2026-03-12T23:59:59.999Z');
const signal = (name: SignalName, state: Partial<SignalState> = {}): SignalState => ({
  signal: name, area: 'logistics', stage: 'OWN', state: 'open', opensAt: LATE, since: LATE, severeSince: LATE, closedAt: null,
  severity: 2, detail: {}, evidence: [], ...state,
});
const header = (id: string, when: string): Pick<Fact, 'id' | 'at' | 'customerId' | 'accountId' | 'place' | 'topic' | 'offset'> => ({
  id, at: at(when), customerId: null, accountId: null, place: null, topic: 'orders', offset: 0,
});
const placed = (overrides: object = {}): Fact => ({
  ...header('1', '2026-03-10T08:00:00Z'), type: 'order.placed',
  body: {
    lines: [{ lineId: '1', sku: 'a', quantity: 1 }], promisedDelivery: { text: '2026-03-12', instant: null }, requestedDelivery: null,
    dispatchBy: null, timeZone: null, totalMinor: 5_000, currency: 'EUR', ...overrides,
  },
});
const invoice = (totalMinor: number, when: string): Fact => ({
  ...header('2', when), type: 'invoice.issued', body: { invoiceId: 'i', totalMinor, currency: 'EUR', lines: null },
});
const assessment = (signals: readonly SignalState[]): Assessment => ({
  orderId: 'o-1', customerId: 'c-1', place: {}, verdict: 'poor', recordsVerdict: 'fair', settled: false, end: null, unknown: [],
  promises: { original: null, baseline: null, latest: null }, lastTold: null, signals, patterns: [], goods: [], nextDeadline: null,
});

describe('words', () => {
  test.each([
    [0, 'under a second'], [999, 'under a second'], [20_000, '20 s'], [3_600_000, '1 h'], [188_000_000, '2 d 4 h'], [-90_000, '1 min 30 s'],
  ])('%d ms is %s', (ms, said) => expect(span(ms)).toBe(said));

  test('amounts follow the minor units of their currency', () => {
    const money = (currency: string | null): string => createWords({ zone: 'UTC', currency, year: null }).money(2_000);
    expect(money('EUR')).toBe('EUR 20.00');
    expect(money('JPY')).toBe('JPY 2,000');
    expect(money('KWD')).toBe('KWD 2.000');
    expect(money(null)).toBe('2000 minor units');
  });

  test('moments are told in the zone, days stay days, the year is said where it differs', () => {
    const berlin = createWords({ zone: 'Europe/Berlin', currency: null, year: 2026 });
    expect(berlin.moment(at('2026-03-12T23:30:00Z'))).toBe('13 Mar 00:30');
    expect(berlin.promise({ text: '2026-03-12', instant: null })).toBe('12 Mar');
    expect(berlin.promise({ text: 'x', instant: at('2027-01-01T00:00:00Z') })).toBe('1 Jan 2027 01:00');
  });

  test('texts of others cannot break out of their line', () => {
    expect(oneLine('a\u001b[31m\nb\u202ec', 50)).toBe('a [31m b c');
    expect(oneLine('x'.repeat(99), 10)).toBe('xxxxxxx...');
  });
});

describe('sentences', () => {
  test('every event type has one, with its amounts and dates', () => {
    expect(exampleFacts).toHaveLength(SOURCES.size);
    for (const fact of exampleFacts) expect(sentenceOfFact(fact, words)).toMatch(/^[A-Z"].{6,}\.$/);
  });

  test('every signal has one, also without evidence or detail', () => {
    for (const name of SIGNALS) expect(sentenceOfSignal(signal(name), words, [])).toMatch(/^[A-Z].{6,}\.$/);
  });

  test('a late delivery tells by how much once it came', () => {
    expect(sentenceOfSignal(signal('late_delivery'), words, [])).toBe('The delivery promised for this day had not come.');
    expect(sentenceOfSignal(signal('late_delivery', { detail: { delaySeconds: 33_001.5 } }), words, [])).toContain('it came 9 h 10 min late');
  });

  test('a late delivery missed a day or a time, as it was promised', () => {
    const of = (promised: string): string => sentenceOfSignal(signal('late_delivery', { detail: { instances: [{ promised, due: promised }] } }), words, []);
    expect(of('2026-03-12')).toBe('The delivery promised for this day had not come.');
    expect(of('2026-03-12T14:30:00Z')).toBe('The delivery promised for this time had not come.');
  });

  test('a wrong bill tells the amount only where the facts up to then do', () => {
    const wrong = signal('billing_error', { opensAt: at('2026-03-11T09:00:00Z'), detail: { reasons: ['overbilled', 'disputed'] } });
    const facts = [placed(), invoice(7_000, '2026-03-11T09:00:00Z')];
    expect(sentenceOfSignal(wrong, words, facts)).toBe('Wrong bill: billed EUR 20.00 too much; the bill was disputed.');
    expect(sentenceOfSignal(wrong, words, [placed(), invoice(7_000, '2026-03-12T09:00:00Z')])).toContain('billed too much;');
  });

  test('being told afterwards is not being told by nobody', () => {
    const told = (buckets: readonly string[]): string => sentenceOfSignal(signal('change_not_notified', { detail: { buckets } }), words, []);
    expect(told(['never'])).toContain('nobody told');
    expect(told(['after_the_fact'])).toContain('only after it had passed');
  });

  test('a scale that runs the other way is told so', () => {
    const answers = exampleFacts.filter((fact) => fact.type === 'feedback.received');
    const told = answers.map((fact) => ({ ...fact, body: { ...fact.body, higherIsBetter: false } })).map((fact) => sentenceOfFact(fact, words));
    expect(told).toEqual(['Answered a survey (ces) with 2 on 1 to 7, where 1 is best.']);
  });

  test('what was put right says when', () => {
    const mended = signal('payment_failed', { state: 'resolved', closedAt: at('2026-03-13T10:00:00Z') });
    expect(sentenceOfSignal(mended, words, [])).toBe('A payment failed. Resolved 13 Mar 10:00.');
  });
});

describe('a story', () => {
  test('is told in order of time, what happened before what was wrong with it', () => {
    const facts = [placed(), invoice(7_000, '2026-03-11T09:00:00Z')];
    const wrong = signal('billing_error', { opensAt: at('2026-03-11T09:00:00Z'), detail: { reasons: ['overbilled'] } });
    const story = storyOf(assessment([signal('late_delivery'), wrong]), facts, { zone: 'UTC', events: 'all' });
    expect(story.map(({ when, kind, adverse, type }) => [when, kind, adverse, type])).toEqual([
      ['10 Mar 08:00', 'event', false, 'order.placed'],
      ['11 Mar 09:00', 'event', false, 'invoice.issued'],
      ['11 Mar 09:00', 'signal', true, 'billing_error'],
      ['12 Mar 23:59', 'signal', true, 'late_delivery'],
    ]);
    expect(story[0]?.text).toBe('Ordered 1 line for EUR 50.00, promised for 12 Mar.');
  });

  test("is told in the order's own zone, and leaves out amounts when currencies are mixed", () => {
    const facts = [placed({ timeZone: 'Asia/Tokyo', currency: 'USD' }), invoice(7_000, '2026-03-11T09:00:00Z')];
    const story = storyOf(assessment([]), facts, { zone: 'UTC', events: 'all' });
    expect(story[0]?.when).toBe('10 Mar 17:00');
    expect(story[1]?.text).toBe('Invoiced 7000 minor units.');
  });

  test('leaves unsaid the year in which it began there', () => {
    // Midnight has struck in Tokyo alone.
    const facts = [{ ...placed({ timeZone: 'Asia/Tokyo' }), at: Date.parse('2025-12-31T20:00:00Z') }];
    expect(storyOf(assessment([]), facts, { zone: 'UTC', events: 'all' })[0]?.when).toBe('1 Jan 05:00');
  });

  test('leaves to its signals what they tell', () => {
    const facts = exampleFacts.toSorted(byPlace);
    const turns = storyOf(assessment([]), facts, { zone: 'UTC' }).map(({ type }) => type);
    expect(turns).toContain('delivery.completed');
    expect(turns).not.toContain('delivery.attempt_failed');
    expect(turns).toContain('order.cancelled');
    expect(storyOf(assessment([signal('cancelled_by_company', { evidence: facts.filter(({ type }) => type === 'order.cancelled') })]), facts, { zone: 'UTC' }).map(({ type }) => type)).not.toContain('order.cancelled');
  });
});
