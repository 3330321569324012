import { expect, test } from '@jest/globals';
import { type LoadedConfig, loadConfig, type Config, type Problem } from '../../src/app/config.js';
import { createRulebook, refusingEmpty, type Reloaded } from '../../src/app/rulebook.js';
import { rulesBodyOf } from '../../src/app/rules-body.js';
import { rulesBody } from '../../src/contracts/rules.js';

const read = (yaml: string): LoadedConfig => loadConfig({ TOUCHPOINT_CONFIG: 'touchpoint.yaml' }, refusingEmpty(() => yaml));
const configured = (yaml: string): Config => {
  const loaded = read(yaml);
  if (loaded.kind === 'problems') throw new Error(loaded.problems[0]?.message);
  return loaded.config;
};

/** A rulebook over a file that a test writes, under a clock of its own. */
function opened(yaml: string) {
  const file = { text: yaml };
  const told: (string | readonly Problem[])[] = [];
  let clock = 1_000;
  const book = createRulebook({
    config: configured(yaml), reread: () => read(file.text), now: () => (clock += 1_000),
    telemetry: { rulesInForce: (version) => { told.push(version); }, rulesReloaded: () => undefined, rulesRefused: (problems) => { told.push(problems); } },
  });
  return { book, told, reload: (text: string): Reloaded => { file.text = text; return book.reload(); } };
}

test('other rules come into force, and what is no rule is named', () => {
  const { book, told, reload } = opened('{}');
  const first = book.present();
  const reloaded = reload('{ thresholds: { deliveryTolerance: 1h }, alerts: { defaultOwner: care }, limits: { maxAhead: 2h }, sources: { notCountedOn: [contacts] } }');
  expect(reloaded).toEqual({
    kind: 'read', before: 'default-1', version: book.present().catalogue.rules.version, needRestart: ['limits.maxAhead'],
    changed: ['sources.notCountedOn', 'thresholds.deliveryTolerance', 'alerts.defaultOwner'],
  });
  const { catalogue, since } = book.present();
  expect([catalogue.rules.deliveryToleranceMs, catalogue.alerts.defaultOwner, catalogue.covered.has('contacts'), since > first.since]).toEqual([3_600_000, 'care', false, true]);
  expect(catalogue.rules.version).toMatch(/^custom-/);
  expect(told).toEqual(['default-1', catalogue.rules.version]);
  expect(reload('{}')).toMatchObject({ version: 'default-1', needRestart: [] });
});

test('who follows is told what comes into force, and of nothing else', () => {
  const { book, reload } = opened('{}');
  const followed: unknown[] = [];
  book.follow((inForce) => { followed.push(inForce); });
  reload('{ limits: { maxAhead: 2h } }');
  reload('{ severities: { lost: 4 } }');
  expect(followed).toEqual([]);
  reload('{ severities: { lost: 1 } }');
  expect(followed).toEqual([book.present()]);
});

test('what changes nothing leaves the very same catalogue: no lane has to begin anew', () => {
  const { book, reload } = opened('{ limits: { maxAhead: 2h } }');
  const { catalogue, since } = book.present();
  expect(reload('# a remark\n{ limits: { maxAhead: 3h }, thresholds: { deliveryTolerance: 0s } }')).toMatchObject({ changed: [], needRestart: ['limits.maxAhead'] });
  expect([book.present().catalogue === catalogue, book.present().since]).toEqual([true, since]);
  // That it needs a restart stays true however often it is read.
  expect(reload('{ limits: { maxAhead: 3h } }')).toMatchObject({ changed: [], needRestart: ['limits.maxAhead'] });
});

test('sources that only a restart reads are not relied on before', () => {
  const { book, reload } = opened('{ topics: { optional: [] } }');
  expect(reload('{ topics: { optional: [contacts] }, severities: { lost: 1 } }')).toMatchObject({ changed: ['severities.lost'], needRestart: ['topics.optional'] });
  expect([...book.present().catalogue.covered]).toEqual(['orders', 'logistics', 'billing', 'notifications', 'refunds']);
});

test.each([
  ['a file that is wrong', 'severities: { lost: 4 }', 'severities.lost'],
  ['a file that is no YAML', 'severities: {', ''],
  ['a file that is just being written', ' \n', 'TOUCHPOINT_CONFIG'],
])('%s changes nothing', (_, text, path) => {
  const { book, told, reload } = opened('{ severities: { lost: 2 } }');
  const before = book.present();
  const refused = reload(text);
  expect(refused).toEqual({ kind: 'refused', problems: [expect.objectContaining({ path })] });
  expect(book.present()).toBe(before);
  expect(told.length).toBe(2);
});

test('a token that was written where its digest belongs is not told', () => {
  const refused = opened('{}').reload('http: { tokens: [{ name: a, sha256: very-secret, scopes: [read] }] }');
  expect(JSON.stringify(refused)).toContain('http.tokens[0].sha256');
  expect(JSON.stringify(refused)).not.toContain('very-secret');
});

test('the rules are told as their contract says', () => {
  const { book } = opened('{ patterns: { own: { severity: critical, when: { kind: signals, allOf: [lost, [damaged, substitution]] } } }, alerts: { owners: [{ pattern: own, place: { carrier: x }, team: t }], actBy: { own: { within: null, reason: too late } } } }');
  const body = rulesBodyOf(book.present());
  expect(rulesBody.parse(body)).toEqual(body);
  expect(body.rules.patterns.at(-1)).toEqual({ pattern: 'own', severity: 'critical', when: { kind: 'signals', allOf: [['lost'], ['damaged', 'substitution']] } });
  expect([body.alerts.actBy['own'], body.alerts.owners]).toEqual([{ withinMs: null, while: 'any', reason: 'too late' }, [{ pattern: 'own', place: { carrier: 'x' }, team: 't' }]]);
});
