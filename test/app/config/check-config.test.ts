import { describe, expect, test } from '@jest/globals';
import { checkConfig } from '../../../src/commands/check-config.js';

function run(text: string | null) {
  const out: string[] = [];
  const err: string[] = [];
  const readFile = (): string => {
    if (text === null) throw new Error('ENOENT');
    return text;
  };
  const code = checkConfig('shop.yaml', { readFile, out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('touchpoint check-config', () => {
  test('says what differs from the defaults, and only that', () => {
    const { code, out, err } = run('time: {allowedLateness: 30s, settle: 1000}\npatterns: {silent_change: {enabled: false}}\ntopics: {outputs: {cx.events: shop.cx}}\nseverities: {damaged: 3, lost: 2}');
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').slice(1)).toEqual([
      '  topics.outputs.cx.events: shop.cx (default cx.events)',
      '  time.allowedLateness: 30s (default 5s)',
      '  severities.lost: 2 (default 3)',
      '  patterns.silent_change: {"enabled":false}',
    ]);
    expect(out).toMatch(/rules custom-[0-9a-f]{12}/);
  });

  test('says that nothing differs', () => {
    expect(run('severities: {damaged: 3}')).toEqual({ code: 0, err: '', out: 'shop.yaml: fine; rules default-1, nothing differs from the defaults' });
  });

  test('says what is wrong by path and gives 2', () => {
    expect(run('severities: {damaged: 9}\nlimits: 3')).toEqual({
      code: 2, out: '',
      err: 'shop.yaml:1: severities.damaged: expected a severity: 0 neutral, 1 minor, 2 major or 3 grave; found 9\nshop.yaml:2: limits: expected a section; found 3\n2 problems',
    });
  });

  test('says of names that point nowhere at once with what else is wrong', () => {
    const { err } = run(`alerts:
  maxAge: 3 fortnights
  owners: [{pattern: late_delivry, team: x}, {pattern: mine, team: x}]
patterns:
  mine: {severity: loud}
  half: {severity: warning}
sinks: [{name: x}]
topics: {sources: {orders: shop, billing: shop}}
severties: {}
`);
    expect(err.split('\n').map((line) => line.replace(/(: \S+:).*/, '$1'))).toEqual([
      'shop.yaml:2: alerts.maxAge:', 'shop.yaml:3: alerts.owners[0].pattern:', 'shop.yaml:5: patterns.mine.severity:', 'shop.yaml:6: patterns.half:',
      'shop.yaml:7: sinks[0].kind:', 'shop.yaml:8: topics.sources.billing:', 'shop.yaml:9: severties:', '7 problems',
    ]);
  });

  test.each([
    ['a topic whose name is none', 'topics: {sources: {orders: "a b", billing: orders}}'],
    ['a pattern that is no section', 'patterns: {mine: 5}\nalerts: {owners: [{pattern: mine, team: x}]}'],
    ['patterns that are no section', 'patterns: 5\nalerts: {owners: [{pattern: mine, team: x}]}'],
    ['an owner that is no section', 'alerts: {owners: [5, {pattern: mine, team: x}]}'],
  ])('says no more than what is wrong with %s', (_, text) => expect(run(text).err).toMatch(/\n1 problem$/));

  test('a file that is not there gives 2', () => {
    expect(run(null)).toEqual({ code: 2, out: '', err: 'shop.yaml: cannot be read: ENOENT' });
  });
});
