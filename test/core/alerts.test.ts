import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../src/contracts/instant.js';
import type { PatternSeverity } from '../../src/contracts/names.js';
import { DEFAULT_ALERT_RULES } from '../../src/core/alert-rules.js';
import { type AlertChange, type AlertSubject, alertExpiry, closeAlert, endWithOrder, expireAlert, noteTold, sayAlert } from '../../src/core/alerts.js';
import type { Assessment } from '../../src/core/assessment.js';
import { newOrderState } from '../../src/core/order-state.js';
import { packOrderState, unpackOrderState } from '../../src/core/order-state-codec.js';
import { nothingSaid, type Said } from '../../src/core/said.js';

const DAY = 86_400_000;
const START = parseInstant('2026-03-01T00:00:00Z');

/** An order on which these patterns match; those in capitals are critical. */
const matching = (names: string): Assessment => ({
  orderId: 'o', customerId: null, place: {}, end: null, signals: [],
  patterns: [...names].map((name) => ({ pattern: name.toLowerCase(), severity: (name === name.toUpperCase() ? 'critical' : 'warning') satisfies PatternSeverity, at: START, since: START, signals: [] })),
}) as unknown as Assessment;

/** An order that is judged, closed and waited for; every default pattern of these tests is of use for a day. */
function createOrder({ live = true, expireAfterMs = 7 * DAY }: { readonly live?: boolean; readonly expireAfterMs?: number | null } = {}) {
  let said: Said = nothingSaid();
  const rules = { ...DEFAULT_ALERT_RULES, expireAfterMs };
  const told: AlertChange[] = [];
  let patterns = '';
  let reached = START;
  const tell = (change: AlertChange | null): AlertChange | null => {
    if (change === null) return null;
    noteTold(said, change, live ? 'live' : 'backfill', reached);
    told.push(change);
    // As it is after it was stored.
    said = unpackOrderState(packOrderState({ ...newOrderState(), said })).said;
    return change;
  };
  return {
    told,
    said: (): Said => said,
    judge(names: string = patterns, after = 0): AlertChange | null {
      [patterns, reached] = [names, reached + after];
      return tell(sayAlert(said, matching(patterns), { fact: null, at: reached }, rules) ?? expireAlert(said, matching(patterns), reached, rules));
    },
    close: (seen: AlertSubject | null = said.alert): AlertChange | null =>
      tell(closeAlert(said, matching(patterns), { at: reached, outcome: 'done', patterns: seen?.patterns ?? [], severity: seen?.severity ?? 'warning' })),
    giveUp: (): AlertChange | null => tell(endWithOrder(said, matching(patterns), reached)),
    expiry: () => alertExpiry(said.alert, rules),
  };
}

describe('a closed alert', () => {
  test('says what it was about, and what came of it', () => {
    const order = createOrder();
    order.judge('ab');
    expect(order.close()).toMatchObject({
      type: 'alert.resolved', episode: 1, revision: 1, sequence: 2, patterns: ['a', 'b'], severity: 'warning', ending: { reason: 'closed', outcome: 'done' }, guidance: null, headline: 'Closed by a person: done',
    });
    expect(order.close()).toBeNull();
  });

  test('is closed as it was seen: what it has come to be about since raises it anew', () => {
    for (const since of ['abc', 'aB']) {
      const order = createOrder();
      order.judge('ab');
      const seen = order.said().alert;
      order.judge(since);
      expect(order.close(seen)).toMatchObject({ type: 'alert.resolved', revision: 2, patterns: ['a', 'b'], severity: 'warning' });
      expect(order.judge()).toMatchObject({ type: 'alert.raised', episode: 2 });
    }
  });

  test('is not raised by the mere next event, nor by patterns that go', () => {
    const order = createOrder();
    order.judge('ab');
    order.close();
    for (const names of ['ab', 'a', 'a', '', '']) expect([names, order.judge(names)]).toEqual([names, null]);
    expect(order.said().alert?.state).toBe('closed');
  });

  test('is raised anew by a pattern that comes back, as by any other', () => {
    for (const meanwhile of ['a', '', 'b']) {
      const order = createOrder();
      order.judge('ab');
      order.close();
      order.judge(meanwhile);
      expect([meanwhile, order.judge('ab')]).toMatchObject([meanwhile, { type: 'alert.raised', episode: 2, patterns: ['a', 'b'] }]);
    }
  });

  test('is raised anew by another pattern, or by a worse severity', () => {
    for (const news of ['abc', 'c', 'aB']) {
      const order = createOrder();
      order.judge('ab');
      order.close();
      expect([news, order.judge(news)]).toMatchObject([news, { type: 'alert.raised', episode: 2, revision: 0 }]);
    }
    const order = createOrder();
    order.judge('aB');
    order.close();
    expect([order.judge('ab'), order.judge('Ab')]).toEqual([null, null]);
  });
});

describe('an alert that people were told of', () => {
  test('expires a week after it is of use, at that instant', () => {
    const order = createOrder();
    order.judge('a');
    expect(order.expiry()).toBe(START + 8 * DAY);
    expect(order.judge('a', 8 * DAY)).toBeNull();
    expect(order.judge('a', 1)).toMatchObject({ type: 'alert.resolved', ending: { reason: 'expired' }, at: START + 8 * DAY, patterns: ['a'] });
    expect(order.judge('a', DAY)).toBeNull();
    expect(order.judge('ab')).toMatchObject({ type: 'alert.raised', episode: 2 });
  });

  test('is of use from what it is about where acting helps no more', () => {
    const order = createOrder();
    const [said, rules] = [nothingSaid(), { ...DEFAULT_ALERT_RULES, defaultActBy: { kind: 'never', reason: 'too late' } as const }];
    const change = sayAlert(said, matching('a'), { fact: null, at: START }, rules);
    if (change !== null) noteTold(said, change, 'live', START + 5);
    expect([said.alert, order.expiry()]).toMatchObject([{ usefulUntil: START, raisedAt: START + 5 }, null]);
  });

  test('says what changes before it expires, and is of use for longer', () => {
    const order = createOrder();
    order.judge('a');
    expect(order.judge('ab', 30 * DAY)).toMatchObject({ type: 'alert.updated' });
  });

  test('is of use no shorter for what an old record adds to it', () => {
    const order = createOrder();
    order.judge('a');
    const change = sayAlert(order.said(), matching('ab'), { fact: null, at: START - 30 * DAY }, DEFAULT_ALERT_RULES);
    if (change !== null) noteTold(order.said(), { ...change, at: START - 30 * DAY, guidance: null }, 'live', START);
    expect(order.expiry()).toBe(START + 8 * DAY);
  });

  test('ends with its order, for good', () => {
    const order = createOrder({ live: false });
    order.judge('a');
    expect(order.giveUp()).toMatchObject({ type: 'alert.resolved', ending: { reason: 'expired' } });
    expect(order.judge('a', 400 * DAY)).toBeNull();
  });
});

test('no time ends an alert of the past, nor any where that is not wanted', () => {
  for (const order of [createOrder({ live: false }), createOrder({ expireAfterMs: null })]) {
    order.judge('a');
    expect([order.expiry(), order.judge('a', 10_000 * DAY)]).toEqual([null, null]);
    expect(order.said().alert?.state).toBe('open');
  }
});

test('whatever comes in whatever order: one alert at a time, each id once, and none of what was dealt with', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('judge' as const), names: fc.subarray(['a', 'b', 'c', 'D']).map((names) => names.join('')), days: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ kind: fc.constant('close' as const) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, live) => {
    const order = createOrder({ live });
    let open: AlertChange | null = null;
    let dealtWith: { patterns: readonly string[]; readonly severity: PatternSeverity } | null = null;
    let names = '';
    for (const each of steps) {
      if (each.kind === 'judge') names = each.names;
      const change: AlertChange | null = each.kind === 'judge' ? order.judge(each.names, each.days * DAY) : order.close();
      if (each.kind === 'close') expect(change !== null).toBe(open !== null);
      if (change !== null) expect(change.type === 'alert.raised').toBe(open === null);
      if (change?.type === 'alert.raised' && dealtWith !== null) {
        const { patterns, severity } = dealtWith;
        expect(change.patterns.some((name) => !patterns.includes(name)) || (change.severity === 'critical' && severity === 'warning')).toBe(true);
        dealtWith = null;
      }
      if (change?.type === 'alert.resolved') {
        dealtWith = change.ending?.reason === 'cleared' ? null : { patterns: change.patterns, severity: change.severity };
        if (!live) expect(change.ending?.reason).not.toBe('expired');
      }
      if (change !== null) open = change.type === 'alert.resolved' ? null : change;
      if (dealtWith !== null && each.kind === 'judge') dealtWith.patterns = dealtWith.patterns.filter((name) => names.toLowerCase().includes(name));
      // What no person and no time has dealt with is open while it matches.
      if (dealtWith === null && each.kind === 'judge') expect(open?.patterns ?? []).toEqual([...names.toLowerCase()]);
    }
    const ids = order.told.map(({ episode, revision }) => `${String(episode)}.${String(revision)}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(order.told.map(({ sequence }) => sequence)).toEqual(order.told.map((_, i) => i + 1));
  }));
});
