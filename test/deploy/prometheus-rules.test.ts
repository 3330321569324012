import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { knownMetrics, metricsIn, ruleCases, rulesIn } from '../support/prometheus-rules.js';
import { repositoryRoot } from '../support/services/places.js';

/** What can be seen of the rules without Prometheus; promtool.test.ts has Prometheus judge them. */

const recording = rulesIn('recording.rules.yml');
const alerts = rulesIn('alerts.rules.yml');
const recorded = new Set(recording.map(({ record }) => record));
const known = knownMetrics();

const runbooks = new Map(readFileSync(join(repositoryRoot, 'docs/operations.md'), 'utf8')
  .split(/^#{2,3} /m).map((section): [string, string] => [section.split('\n', 1)[0]?.toLowerCase().replaceAll(' ', '-') ?? '', section]));

describe('the rules', () => {
  test('have names of their own', () => {
    const names = [...recording, ...alerts].map(({ record, alert }) => record ?? alert ?? '');
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(40);
  });

  test.each([...recording, ...alerts].map((rule) => [rule.record ?? rule.alert ?? '', rule] as const))('%s names metrics and labels that are there', (_name, { expr }) => {
    const named = metricsIn(expr);
    expect(named).not.toEqual([]);
    for (const { name, labels } of named) {
      if (name.startsWith('touchpoint:')) expect([name, recorded.has(name)]).toEqual([name, true]);
      else for (const label of ['job', ...labels]) expect([name, label, known.get(name)?.has(label)]).toEqual([name, label, true]);
    }
  });

  test('a metric that does not exist would be noticed', () => {
    expect(metricsIn('sum(rate(cx_event_total{topik="x"}[5m]))')).toEqual([{ name: 'cx_event_total', labels: ['topik'] }]);
    expect(known.has('cx_event_total')).toBe(false);
    expect(known.get('cx_events_total')?.has('topik')).toBe(false);
  });
});

describe('an alarm', () => {
  test.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))('%s says how grave it is, what is wrong, and where to read what to do', (name, { labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels?.['severity']);
    expect(annotations?.['summary']).toMatch(/\w.{10,}[^.]$/);
    expect(annotations?.['description']).toMatch(/\w.{10,}\.$/);
    expect(annotations?.['runbook_url']).toBe(`docs/operations.md#${name.toLowerCase()}`);
    expect(runbooks.get(name.toLowerCase())).toContain('```sh\n');
  });

  test.each(alerts.map(({ alert }) => alert ?? ''))('%s has a case in which it fires, and one in which it just does not', (name) => {
    const own = ruleCases().filter((one) => one.name.startsWith(name) && (one.name[name.length] ?? ' ').match(/\W/));
    const looks = own.flatMap((one) => one.promql_expr_test).filter(({ expr }) => expr.includes(`alertname="${name}"`));
    const firing = looks.flatMap(({ exp_samples: samples }) => samples.map(({ labels }) => /job="([^"]+)"/.exec(labels)?.[1]));
    expect(firing.length).toBeGreaterThan(0);
    const jobs = new Set(own.flatMap((one) => one.input_series.map(({ series }) => /job="([^"]+)"/.exec(series)?.[1])));
    expect([...jobs].filter((job) => !firing.includes(job))).not.toEqual([]);
  });

  test('has no runbook left over', () => {
    const names = new Set(alerts.map(({ alert }) => alert?.toLowerCase()));
    expect([...runbooks.keys()].filter((heading) => heading.startsWith('touchpoint') && !names.has(heading))).toEqual([]);
  });
});
