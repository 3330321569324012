import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SIGNALS, SIGNAL_PLACES, type SignalName } from '../../src/contracts/names.js';
import type { Assessment, PatternState, SignalState } from '../../src/core/assessment.js';
import { type Change, sayChanges } from '../../src/core/changes.js';
import type { Fact } from '../../src/core/fact.js';
import { nothingSaid } from '../../src/core/said.js';

const NOTHING: Assessment = {
  orderId: 'o-1', customerId: 'c-1', place: {}, verdict: 'on_course', recordsVerdict: 'on_course', settled: false, end: null,
  unknown: [], promises: { original: null, baseline: null, latest: null }, lastTold: null, signals: [], patterns: [], goods: [], nextDeadline: null,
};
const signal = (name: SignalName, over: Partial<SignalState> = {}): SignalState => ({
  signal: name, ...SIGNAL_PLACES[name], state: 'open', opensAt: 1_000, since: 1_000, severeSince: 1_000, closedAt: null, severity: 1, detail: {}, evidence: [], ...over,
});
const pattern = (name: string, over: Partial<PatternState> = {}): PatternState => ({ pattern: name, severity: 'warning', at: 1_000, since: 1_000, signals: [], ...over });
const cause = { fact: null, at: 5_000 };
const brief = (c: Change) => [c.type, 'signal' in c ? c.signal : 'pattern' in c ? c.pattern : c.verdict, c.episode, c.revision, c.sequence];

describe('what is said of an order', () => {
  test('nothing, while it is on course', () => {
    expect(sayChanges(nothingSaid(), NOTHING, cause)).toEqual([]);
  });

  test('a signal opens once, is amended when its content changes, and closes as resolved', () => {
    const said = nothingSaid();
    const open = { ...NOTHING, signals: [signal('late_delivery')] };
    expect(sayChanges(said, open, cause).map(brief)).toEqual([['signal.opened', 'late_delivery', 1, 0, 1]]);
    expect(sayChanges(said, open, cause)).toEqual([]);
    const worse = { ...NOTHING, signals: [signal('late_delivery', { severity: 2 })] };
    expect(sayChanges(said, worse, cause).map(brief)).toEqual([['signal.amended', 'late_delivery', 1, 1, 2]]);
    const resolved = { ...NOTHING, signals: [signal('late_delivery', { severity: 2, state: 'resolved', closedAt: 4_000 })] };
    const closed = sayChanges(said, resolved, cause);
    expect(closed.map(brief)).toEqual([['signal.closed', 'late_delivery', 1, 2, 3]]);
    expect(closed[0]).toMatchObject({ reason: 'resolved', at: 4_000 });
  });

  test('true again after closing is a new episode', () => {
    const said = nothingSaid();
    sayChanges(said, { ...NOTHING, signals: [signal('damaged', { state: 'resolved', closedAt: 2_000 })] }, cause);
    expect(sayChanges(said, { ...NOTHING, signals: [signal('damaged')] }, cause).map(brief)).toEqual([['signal.opened', 'damaged', 2, 0, 3]]);
  });

  test('true and put right before it was seen: both are said', () => {
    const said = nothingSaid();
    const changes = sayChanges(said, { ...NOTHING, signals: [signal('lost', { state: 'resolved', closedAt: 2_000 })] }, cause);
    expect(changes.map(brief)).toEqual([['signal.opened', 'lost', 1, 0, 1], ['signal.closed', 'lost', 1, 1, 2]]);
  });

  test('resolved, then shown never true: retracted in the same episode with the next revision', () => {
    const said = nothingSaid();
    sayChanges(said, { ...NOTHING, signals: [signal('lost', { state: 'resolved', closedAt: 2_000 })] }, cause);
    const changes = sayChanges(said, NOTHING, cause);
    expect(changes.map(brief)).toEqual([['signal.closed', 'lost', 1, 2, 3]]);
    expect(changes[0]).toMatchObject({ reason: 'retracted', now: null, at: 5_000 });
    expect(sayChanges(said, NOTHING, cause)).toEqual([]);
  });

  test('a pattern matches, clears, and matches again in a new episode', () => {
    const said = nothingSaid();
    const matched = { ...NOTHING, patterns: [pattern('silent_change')] };
    expect(sayChanges(said, matched, cause).map(brief)).toEqual([['pattern.matched', 'silent_change', 1, 0, 1]]);
    expect(sayChanges(said, NOTHING, cause).map(brief)).toEqual([['pattern.cleared', 'silent_change', 1, 1, 2]]);
    expect(sayChanges(said, matched, cause).map(brief)).toEqual([['pattern.matched', 'silent_change', 2, 0, 3]]);
  });

  test('when it became true: of another episode the last time, of an amendment what brought it about', () => {
    const said = nothingSaid();
    const late = (over: Partial<SignalState>): Assessment => ({ ...NOTHING, signals: [signal('late_delivery', over)] });
    const steps = [late({}), late({ severity: 2, severeSince: 4_000 }), late({ state: 'resolved', closedAt: 4_500 }), late({ since: 4_800 })];
    expect(steps.flatMap((now) => sayChanges(said, now, cause)).map(({ type, at, episode }) => [type, at, episode]))
      .toEqual([['signal.opened', 1_000, 1], ['signal.amended', 5_000, 1], ['signal.closed', 4_500, 1], ['signal.opened', 4_800, 2]]);
  });

  test('what a fact makes true once more and puts right at once is another episode', () => {
    const said = nothingSaid();
    const corrected = (since: number): Assessment => ({ ...NOTHING, signals: [signal('billing_error', { since, state: 'resolved', closedAt: since })] });
    const by = (at: number) => ({ fact: { at } as Fact, at });
    expect([corrected(1_000), corrected(2_000), corrected(2_000), corrected(3_000)].flatMap((now, i) => sayChanges(said, now, by([1_000, 2_000, 2_500, 2_800][i] ?? 0))).map(brief)).toEqual([
      ['signal.opened', 'billing_error', 1, 0, 1], ['signal.closed', 'billing_error', 1, 1, 2],
      ['signal.opened', 'billing_error', 2, 0, 3], ['signal.closed', 'billing_error', 2, 1, 4],
      // Learned of a late record, which did not happen then: a correction of what was said.
      ['signal.closed', 'billing_error', 2, 2, 5],
    ]);
  });

  test('a worse verdict is from when what it rests on was there, whatever record showed it', () => {
    const said = nothingSaid();
    const grave = pattern('failed_order', { severity: 'critical', since: 4_000 });
    const steps: Assessment[] = [
      { ...NOTHING, verdict: 'fair', signals: [signal('lost', { since: 1_500 })] },
      { ...NOTHING, verdict: 'failed', patterns: [pattern('silent_change', { since: 2_000 }), grave] },
      { ...NOTHING, verdict: 'poor', patterns: [pattern('silent_change', { since: 2_000 })] },
      { ...NOTHING, verdict: 'good' },
    ];
    const told = steps.flatMap((now) => sayChanges(said, now, cause)).filter(({ type }) => type === 'verdict.changed');
    expect(told.map(({ at }) => at)).toEqual([1_500, 4_000, 5_000, 5_000]);
  });

  test('only a change from on_course is told of a verdict', () => {
    const said = nothingSaid();
    expect(sayChanges(said, { ...NOTHING, verdict: 'good' }, cause).map(brief)).toEqual([['verdict.changed', 'good', 1, 0, 1]]);
    expect(sayChanges(said, { ...NOTHING, verdict: 'good' }, cause)).toEqual([]);
    expect(sayChanges(said, NOTHING, cause).map(brief)).toEqual([['verdict.changed', 'on_course', 1, 1, 2]]);
  });
});

const someSignal = fc.record({
  name: fc.constantFrom(...SIGNALS.slice(0, 5)), resolved: fc.boolean(), severity: fc.constantFrom(0, 1, 2, 3), opensAt: fc.integer({ min: 0, max: 3 }),
});
const someAssessment = fc.record({
  signals: fc.uniqueArray(someSignal, { selector: (s) => s.name }),
  patterns: fc.uniqueArray(fc.constantFrom('p', 'q', 'r')),
  verdict: fc.constantFrom('on_course' as const, 'poor' as const, 'failed' as const),
}).map(({ signals, patterns, verdict }): Assessment => ({
  ...NOTHING, verdict, patterns: patterns.map((name) => pattern(name)),
  signals: signals.map((s) => signal(s.name, {
    opensAt: s.opensAt, severity: s.severity,
    ...(s.resolved ? { state: 'resolved', closedAt: s.opensAt + 1 } : {}),
  })),
}));

/** What a consumer knows who keeps the last event of each kind. */
function fold(changes: readonly Change[]) {
  const signals = new Map<string, unknown>();
  const patterns = new Set<string>();
  let verdict = 'on_course';
  for (const c of changes) {
    if ('signal' in c) {
      if (c.reason === 'retracted') signals.delete(c.signal);
      else signals.set(c.signal, [c.type === 'signal.closed' ? 'resolved' : 'open', c.severity, c.now?.opensAt]);
    } else if ('pattern' in c) {
      if (c.type === 'pattern.matched') patterns.add(c.pattern);
      else patterns.delete(c.pattern);
    } else verdict = c.verdict;
  }
  return { signals: Object.fromEntries([...signals].sort()), patterns: [...patterns].sort(), verdict };
}

test('folding the differences gives the assessment, and no id carries two contents', () => {
  fc.assert(fc.property(fc.array(someAssessment, { maxLength: 12 }), (road) => {
    const said = nothingSaid();
    const all = road.flatMap((assessment) => sayChanges(said, assessment, cause));
    const last = road.at(-1) ?? NOTHING;
    expect(fold(all)).toEqual({
      signals: Object.fromEntries(last.signals.map((s): [string, unknown] => [s.signal, [s.state, s.severity, s.opensAt]]).sort()),
      patterns: last.patterns.map((p) => p.pattern).sort(), verdict: last.verdict,
    });
    const ids = all.map((c) => JSON.stringify(['signal' in c ? c.signal : 'pattern' in c ? c.pattern : 'verdict', c.episode, c.revision]));
    expect(new Set(ids).size).toBe(ids.length);
    all.forEach((c, i) => { expect(c.sequence).toBe(i + 1); });
  }));
});
