import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkConfig } from '../../../src/commands/check-config.js';
import { parseConfigText } from '../../../src/app/config/file.js';
import { formatProblems } from '../../../src/app/config/problems.js';
import { readSinkSecrets } from '../../../src/app/sink-secrets.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const WEBHOOK = 'name: crm, kind: webhook, url: "https://crm.example/hook", secret: {env: CRM_SECRET}';

const problemsOf = (text: string): string => {
  const parsed = parseConfigText(text, 'f');
  return parsed.kind === 'problems' ? formatProblems(parsed.problems) : '';
};
const sinksOf = (text: string) => {
  const parsed = parseConfigText(text, 'f');
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  return parsed.settings.sinks;
};
const secretsOf = (text: string, variables: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) => {
  const { secrets, problems } = readSinkSecrets(sinksOf(text), {
    variables,
    readFile: (path) => files[path] ?? (() => { throw Object.assign(new Error(`${path}: no such file`), { code: 'ENOENT' }); })(),
  });
  return { secrets, problems: formatProblems(problems) };
};

describe('sinks:', () => {
  test('has what is left out from its defaults', () => {
    expect(sinksOf(`sinks: [{${WEBHOOK}}]`)).toEqual([{
      kind: 'webhook', name: 'crm', url: 'https://crm.example/hook', secret: { env: 'CRM_SECRET' }, minSeverity: 'warning', timeout: 10_000, giveUpAfter: 259_200_000, allowPrivate: false, personal: false,
    }]);
    expect(sinksOf('')).toEqual([]);
  });

  test.each([
    [`sinks: [{${WEBHOOK.replace('kind: webhook', 'kind: webhok')}}]`, 'f:1: sinks[0].kind: expected'],
    [`sinks: [{${WEBHOOK.replace('https', 'http')}}]`, 'f:1: sinks[0].url: expected https:// : without it anybody on the way reads the alerts'],
    [`sinks: [{${WEBHOOK.replace('https:', 'ftp:')}}]`, 'f:1: sinks[0].url: expected a URL that begins with https://'],
    [`sinks: [{${WEBHOOK.replace('crm.example', 'user:pass@crm.example')}}]`, 'f:1: sinks[0].url: expected a URL without user and password'],
    [`sinks: [{${WEBHOOK.replace('secret: {env: CRM_SECRET}', `secret: ${SECRET}`)}}]`, 'f:1: sinks[0].secret: expected where the secret is kept: `file: PATH` or `env: NAME`'],
    [`sinks: [{${WEBHOOK}}, {${WEBHOOK}}]`, 'f:1: sinks: expected names that differ'],
    [`sinks: [{${WEBHOOK.replace('crm', 'C R M')}}]`, 'f:1: sinks[0].name: expected a name of at most 32'],
    [`sinks: [{${WEBHOOK}, timeout: 10m}]`, 'f:1: sinks[0].timeout: expected between 100ms and 2m'],
    [`sinks: [{${WEBHOOK}, minSeverity: grave}]`, 'f:1: sinks[0].minSeverity: expected one of warning, critical; found "grave"'],
    [`sinks: [{${WEBHOOK}, owners: []}]`, 'f:1: sinks[0].owners: expected at least one team'],
    [`sinks: [{${WEBHOOK}, budget: {perHour: -1}}]`, 'f:1: sinks[0].budget.perHour: expected'],
    [`sinks: [{${WEBHOOK}, budget: {}}]`, 'f:1: sinks[0].budget.perHour: expected'],
    [`sinks: [{${WEBHOOK}, budget: {perHour: 5, digestAfter: 2h}}]`, 'f:1: sinks[0].budget.digestAfter: expected between 10s and 1h'],
    [`sinks: [{${WEBHOOK}, retires: 3}]`, 'f:1: sinks[0].retires: no such setting'],
  ])('%s is refused with words that help', (text, message) => expect(problemsOf(text)).toContain(message));

  test('of a webhook may have a budget, which of critical alerts is the same unless it is said', () => {
    expect(sinksOf(`sinks: [{${WEBHOOK}, budget: {perHour: 5}, link: "https://touchpoint.example"}]`)).toMatchObject([{ budget: { perHour: 5, digestAfter: 900_000 }, link: 'https://touchpoint.example' }]);
    expect(problemsOf('sinks: [{name: ops, kind: alertmanager, url: "http://am:9093", budget: {perHour: 5}}]')).toContain('sinks[0].budget: no such setting');
  });

  test('of an Alertmanager may be near, and has labels of its own', () => {
    expect(sinksOf('sinks: [{name: ops, kind: alertmanager, url: "http://am:9093", labels: {shop: north}}]')).toMatchObject([{ allowPrivate: true, labels: { shop: 'north' } }]);
    expect(problemsOf('sinks: [{name: ops, kind: alertmanager, url: "http://am:9093", labels: {team: x}}]')).toContain('expected another name than alertname, severity, team');
    expect(problemsOf('sinks: [{name: ops, kind: alertmanager, url: "http://am:9093", labels: {sh-op: x}}]')).toContain('expected the name of a label');
    expect(problemsOf('sinks: [{name: ops, kind: alertmanager, url: "http://am:9093", secret: {env: X}}]')).toContain('sinks[0].secret: no such setting');
  });

  test('is shown by check-config without anything secret', () => {
    const out: string[] = [];
    expect(checkConfig('f', { readFile: () => `sinks: [{${WEBHOOK}}]`, out: (line) => out.push(line), err: () => undefined })).toBe(0);
    expect(out.join('\n')).toContain('"secret":{"env":"CRM_SECRET"}');
  });
});

describe('a secret of a sink', () => {
  test('is read from the environment or a file, several for a time in which they are exchanged', () => {
    const other = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    expect(secretsOf(`sinks: [{${WEBHOOK}}]`, { CRM_SECRET: SECRET }).secrets.get('crm')).toEqual({ authorization: null, keys: [Buffer.alloc(32, 7)] });
    const { secrets } = secretsOf(`sinks: [{${WEBHOOK.replace('env: CRM_SECRET', 'file: /s')}, authorization: {file: /a}}]`, {}, { '/s': `${SECRET}\n${other}\n`, '/a': 'Bearer t\n' });
    expect(secrets.get('crm')).toEqual({ authorization: 'Bearer t', keys: [Buffer.alloc(32, 7), Buffer.alloc(24, 9)] });
  });

  test.each([
    [{}, {}, 'sinks: crm.secret: the variable CRM_SECRET is not set'],
    [{ CRM_SECRET: 'hunter2' }, {}, 'sinks: crm.secret: the variable CRM_SECRET holds something else than signing secrets'],
    [{ CRM_SECRET: `${SECRET} whsec_AAAA` }, {}, 'holds something else than signing secrets'],
    [{ CRM_SECRET: SECRET }, {}, 'sinks: crm.authorization: the file /a cannot be read: ENOENT'],
    [{ CRM_SECRET: SECRET }, { '/a': 'Bearer t\nX: y' }, 'sinks: crm.authorization: the file /a is no value of a header'],
    [{ CRM_SECRET: SECRET }, { '/a': '  ' }, 'sinks: crm.authorization: the file /a is empty'],
  ])('%j, %j', (variables, files, message) => {
    const { problems } = secretsOf(`sinks: [{${WEBHOOK}, authorization: {file: /a}}]`, variables, files);
    expect(problems).toContain(message);
    for (const secret of ['hunter2', SECRET, 'Bearer']) expect(problems.replace('`Bearer TOKEN`', '')).not.toContain(secret);
  });
});

test('the examples of docs/alerts.md are configurations that work', () => {
  const examples = [...readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '').filter((yaml) => yaml.startsWith('sinks:'));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(problemsOf(example)).toBe('');
});
