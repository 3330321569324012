import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Assessment, SignalState } from '../../src/core/assessment.js';
import type { Fact } from '../../src/core/fact.js';
import { SIGNALS, VERDICTS, type SignalName } from '../../src/contracts/names.js';
import { columns, share, wrap, WIDTH } from '../../src/app/report/layout.js';
import { renderReport } from '../../src/app/report/render.js';
import { createTally, type ReplaySummary } from '../../src/app/report/summary.js';
import { severitySum, worstFirst, type Ranked } from '../../src/app/report/worst-first.js';

const at = (text: string): number => Date.parse(text);
const LATE = at('2026-03-12T23:59:59.999Z');
const signal = (name: SignalName, severity: SignalState['severity'], state: Partial<SignalState> = {}): SignalState => ({
  signal: name, area: 'logistics', stage: 'OWN', state: 'open', opensAt: LATE, since: LATE, severeSince: LATE, closedAt: null,
  severity, detail: {}, evidence: [], ...state,
});
const assessment = (orderId: string, fields: Partial<Assessment> = {}): Assessment => ({
  orderId, customerId: `c-${orderId}`, place: {}, verdict: 'good', recordsVerdict: 'good', settled: true,
  end: { kind: 'delivered', at: at('2026-03-13T10:00:00Z') }, unknown: [],
  promises: { original: null, baseline: null, latest: null }, lastTold: null, signals: [], patterns: [], goods: [], nextDeadline: null, ...fields,
});
const placed = (id: string, timeZone: string | null = null): Fact => ({
  id, at: at('2026-03-10T08:00:00Z'), customerId: null, accountId: null, place: null, topic: 'orders', offset: 0, type: 'order.placed',
  body: {
    lines: [], promisedDelivery: { text: '2026-03-12', instant: null }, requestedDelivery: null, dispatchBy: null, timeZone,
    totalMinor: 5_000, currency: 'EUR',
  },
});

describe('worst first', () => {
  const ranked = fc.record({
    orderId: fc.string({ minLength: 1, maxLength: 3 }),
    verdict: fc.constantFrom(...VERDICTS),
    signals: fc.array(fc.tuple(fc.constantFrom(...SIGNALS), fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const)), { maxLength: 4 })
      .map((all) => all.map(([name, severity]) => signal(name, severity))),
  });

  test('is an order: antisymmetric, transitive, and equal only for one order', () => {
    fc.assert(fc.property(ranked, ranked, ranked, (a, b, c) => {
      expect(Math.sign(worstFirst(a, b))).toBe(-Math.sign(worstFirst(b, a)) + 0);
      if (worstFirst(a, b) <= 0 && worstFirst(b, c) <= 0) expect(worstFirst(a, c)).toBeLessThanOrEqual(0);
      if (worstFirst(a, b) === 0) expect([a.orderId, a.verdict, severitySum(a)]).toEqual([b.orderId, b.verdict, severitySum(b)]);
    }));
  });

  test('takes verdict, then severities, then number of signals, then id', () => {
    const order = (orderId: string, verdict: Ranked['verdict'], ...severities: SignalState['severity'][]): Ranked =>
      ({ orderId, verdict, signals: severities.map((severity) => signal('damaged', severity)) });
    const sorted = [
      order('a', 'failed', 1), order('b', 'poor', 3, 3), order('c', 'poor', 2, 2, 1), order('d', 'poor', 3, 2), order('e', 'poor', 3, 2, 0), order('f', 'fair', 3, 3, 3),
    ];
    expect(sorted.toReversed().sort(worstFirst).map(({ orderId }) => orderId)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

describe('the tally', () => {
  test('counts what orders were through', () => {
    const tally = createTally();
    tally.add(assessment('1'), [placed('x')]);
    tally.add(assessment('2', { verdict: 'poor', recordsVerdict: 'fair', signals: [signal('damaged', 3), signal('poor_feedback', 2, { state: 'resolved' })] }), [placed('x')]);
    tally.add(assessment('3', { verdict: 'poor', recordsVerdict: 'poor', customerId: 'c-2', settled: false, unknown: ['quantity_shortfall'], signals: [signal('damaged', 3, { state: 'resolved' })] }), []);
    tally.add(assessment('4', { customerId: null, verdict: 'fair', signals: [signal('late_delivery', 1)] }), []);
    const result = tally.result();
    expect(result).toMatchObject({ orders: 4, settled: 3, healthyRecordsOnly: 1, customers: 2, customersHurt: 1 });
    expect(result.range).toEqual({ first: placed('x').at, last: placed('x').at });
    expect([...result.verdicts]).toEqual([['good', 1], ['poor', 2], ['fair', 1]]);
    expect(result.signals.get('damaged')).toEqual({ orders: 2, open: 1 });
    expect([...result.unknown]).toEqual([['quantity_shortfall', 1]]);
    expect(result.worst.map((order) => order.assessment.orderId)).toEqual(['2', '3', '4']);
  });

  test('keeps the worst whatever order they come in', () => {
    fc.assert(fc.property(fc.shuffledSubarray(Array.from({ length: 12 }, (_, i) => i), { minLength: 5 }), fc.integer({ min: 1, max: 6 }), (order, limit) => {
      const tally = createTally(limit);
      for (const n of order) tally.add(assessment(String(n).padStart(2, '0'), { signals: n % 3 === 0 ? [] : [signal('damaged', n % 2 === 0 ? 1 : 2)] }), []);
      const all = order.filter((n) => n % 3 !== 0).map((n) => [n % 2, String(n).padStart(2, '0')] as const);
      const expected = all.sort(([a, x], [b, y]) => b - a || (x < y ? -1 : 1)).map(([, id]) => id).slice(0, limit);
      expect(tally.result().worst.map((worst) => worst.assessment.orderId)).toEqual(expected);
    }));
  });
});

const summary = (tally: ReturnType<typeof createTally>, fields: Partial<ReplaySummary> = {}): ReplaySummary => ({
  files: ['events.ndjson'], tookMs: 2_000, asOf: at('2026-03-20T00:00:00Z'), covered: new Set(['orders', 'logistics', 'billing']),
  topics: { orders: { read: 3, applied: 1, duplicate: 1, deadLetter: 1 }, billing: { read: 0, applied: 0, duplicate: 0, deadLetter: 0 } },
  refused: new Map([
    ['not_json', { count: 1, file: 'events.ndjson', line: 7 }],
    ['schema_invalid', { count: 4, file: 'events.ndjson', line: 2, message: 'lines[0].sku: expected a text' }],
  ]),
  tally: tally.result(), measures: [], zone: 'UTC', ...fields,
});

describe('the report', () => {
  const tally = createTally();
  tally.add(assessment('o-1', {
    verdict: 'poor', recordsVerdict: 'good', unknown: ['billing_error', 'change_not_notified'],
    signals: [signal('late_delivery', 1, { detail: { delaySeconds: 36_000 } }), signal('poor_feedback', 3)],
    patterns: [{ pattern: 'grave_signal', severity: 'warning', at: 0, since: 0, signals: ['poor_feedback'] }],
  }), [placed('x')]);
  tally.add(assessment('o-2'), [placed('y')]);
  const report = renderReport(summary(tally));

  test('tells counts, shares, stories, refusals and what cannot be told', () => {
    expect(report).toContain('3 events read in 2 s, 2 orders of 2 customers');
    expect(report).toMatch(/^ {2}poor +1 +50\.0 % {2}a pattern that warns$/m);
    expect(report).toContain('1 order (50.0 %) fair or good by the records, poor or failed for the customer');
    expect(report).toMatch(/^ {2}late delivery +1 +50\.0 % +1$/m);
    expect(report).toMatch(/^ {2}grave signal +1 +50\.0 %$/m);
    expect(report).toContain('1. o-1: poor (by records: good), delivered, severity sum 4\n     customer c-o-1, in 2026, times in UTC; grave signal');
    expect(report).toContain('! 12 Mar 23:59  The delivery promised for this day had not come; it came 10 h late.');
    expect(report).toContain('10 Mar 08:00  Ordered 0 lines for EUR 50.00, promised for 12 Mar.');
    expect(report).toContain('Silent sources: notifications, contacts, feedback, incidents, audits, refunds.');
    expect(report).toContain('change not notified: 1 order (nothing is known from notifications)');
    expect(report).toContain('nothing is known from refunds;');
    expect(report.indexOf('schema_invalid: 4, first at events.ndjson:2')).toBeLessThan(report.indexOf('not_json: 1, first at events.ndjson:7'));
    expect(report).toMatch(/^ {2}orders +3 +1 +1 +1$/m);
    expect(report).not.toMatch(/^ {2}billing +0/m);
  });

  test('keeps to its width and to plain text', () => {
    for (const line of report.split('\n')) expect(line.length).toBeLessThanOrEqual(WIDTH);
    expect(report).toMatch(/^[\x20-\x7e\n]*\n$/);
  });

  test('speaks of one order as of one, by the year and the times of its own zone', () => {
    const single = createTally();
    // Midnight has struck in Tokyo alone.
    const begun = { ...placed('x', 'Asia/Tokyo'), at: at('2025-12-31T20:00:00Z') };
    single.add(assessment('o-1', { verdict: 'poor', signals: [signal('damaged', 3)] }), [begun]);
    const one = renderReport(summary(single));
    expect(one).toContain('1 order of 1 customer\n');
    expect(one).toContain('1 of 1 order settled');
    expect(one).toContain('1 of 1 customer hurt');
    expect(one).toContain('\nThe worst order\n');
    expect(one).toContain('customer c-o-1, in 2026, times in Asia/Tokyo');
    expect(one).toMatch(/ 1 Jan 05:00 +Ordered/);
    single.add(assessment('o-2', { verdict: 'poor', signals: [signal('damaged', 3)] }), [begun]);
    expect(renderReport(summary(single))).toContain('\nThe worst 2 orders\n');
  });

  test('has something to say of nothing', () => {
    const empty = renderReport(summary(createTally(), { topics: {}, refused: new Map(), asOf: null, tookMs: 0, covered: new Set() }));
    expect(empty).toContain('0 events read in under a second, 0 orders of 0 customers');
    expect(empty).toContain('No order was found.');
    expect(empty).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('layout', () => {
  test('shares of nothing are no number', () => expect(share(0, 0)).toBe('-'));

  test('wrapping loses no word', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (words) => {
      const lines = wrap(words.join(' '), '  ', '    ', 40);
      expect(lines.join(' ').split(' ').filter((word) => word !== '')).toEqual(words);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    }));
  });

  test('columns line up', () => {
    expect(columns([['a', '1', 'x'], ['bbb', '22', 'yy']], [0, 2])).toEqual(['  a     1  x', '  bbb  22  yy']);
  });
});
