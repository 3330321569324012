import { describe, expect, test } from '@jest/globals';
import { DEFAULT_PATTERNS } from '../../src/contracts/names.js';
import { DEFAULT_ALERT_RULES, guidanceOf, ownerOf, type AlertRules, type MatchedPattern } from '../../src/core/alert-rules.js';

const HOUR = 3_600_000;
const AT = Date.UTC(2026, 2, 1);
const matched = (pattern: string, severity: 'warning' | 'critical' = 'warning', at = AT): MatchedPattern => ({ pattern, severity, since: at });

describe('guidance', () => {
  test('every default pattern has an action and a deadline of its own', () => {
    expect(Object.keys(DEFAULT_ALERT_RULES.actions).sort()).toEqual([...DEFAULT_PATTERNS].sort());
    expect(Object.keys(DEFAULT_ALERT_RULES.actBy).sort()).toEqual([...DEFAULT_PATTERNS].sort());
  });

  test('a missed promise can be mended for three days, as long as the order is open', () => {
    expect(guidanceOf(DEFAULT_ALERT_RULES, [matched('missed_promise')], {}, false)).toMatchObject({ actBy: AT + 72 * HOUR, nextAction: { code: 'chase_delivery' } });
    expect(guidanceOf(DEFAULT_ALERT_RULES, [matched('missed_promise')], {}, true)).toMatchObject({ actBy: null, actByReason: 'the order has ended' });
  });

  test('a pattern leads where acting still helps, then a critical one, then the one due first', () => {
    const lead = (first: MatchedPattern, second: MatchedPattern, ended = false) => guidanceOf(DEFAULT_ALERT_RULES, [first, second], {}, ended).nextAction.code;
    expect(lead(matched('silent_change'), matched('failed_order', 'critical'))).toBe('call_customer');
    expect(lead(matched('silent_change'), matched('grave_signal'), true)).toBe('remedy');
    expect(lead(matched('grave_signal'), matched('silent_change'))).toBe('tell_customer');
    expect(lead(matched('grave_signal', 'warning', AT - 48 * HOUR), matched('silent_change'))).toBe('remedy');
  });

  test('one whose time to act was over when the last came true leads none, be it critical', () => {
    const old = (pattern: string, severity: 'warning' | 'critical') => matched(pattern, severity, AT - 240 * HOUR);
    for (const first of [old('silent_change', 'warning'), old('failed_order', 'critical')]) {
      expect(guidanceOf(DEFAULT_ALERT_RULES, [first, matched('missed_promise')], {}, false)).toMatchObject({ actBy: AT + 72 * HOUR, nextAction: { code: 'chase_delivery' } });
    }
  });

  test('a pattern that no rule knows, whatever its name, gets the default', () => {
    for (const name of ['mine', 'constructor', '__proto__', 'toString']) {
      expect(guidanceOf(DEFAULT_ALERT_RULES, [matched(name)], {}, true)).toEqual({
        owner: 'customer-service', nextAction: DEFAULT_ALERT_RULES.defaultAction, actBy: AT + 24 * HOUR, actByReason: DEFAULT_ALERT_RULES.defaultActBy.reason,
      });
    }
  });

  test('where acting never helps there is no deadline, and the reason says why', () => {
    const rules: AlertRules = { ...DEFAULT_ALERT_RULES, actBy: { mine: { kind: 'never', reason: 'it is over' } } };
    expect(guidanceOf(rules, [matched('mine')], {}, false)).toMatchObject({ actBy: null, actByReason: 'it is over' });
  });
});

describe('the owner', () => {
  const rules: AlertRules = {
    ...DEFAULT_ALERT_RULES,
    owners: [
      { pattern: 'missed_promise', place: { carrier: 'NorthPost', region: 'south' }, team: 'north-south' },
      { pattern: 'missed_promise', team: 'delivery' },
      { place: { carrier: 'NorthPost' }, team: 'carriers' },
    ],
  };
  test.each([
    [['missed_promise'], { carrier: 'NorthPost', region: 'south', shift: 'late' }, 'north-south'],
    [['missed_promise'], { carrier: 'NorthPost' }, 'delivery'],
    [['grave_signal', 'missed_promise'], {}, 'delivery'],
    [['grave_signal'], { carrier: 'NorthPost' }, 'carriers'],
    [['grave_signal'], { carrier: 'northpost' }, 'customer-service'],
  ])('of %j at %j is %s', (patterns, place, team) => {
    expect(ownerOf(rules, patterns.map((name) => matched(name)), place)).toBe(team);
  });
});
