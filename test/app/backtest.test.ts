import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { type Config, loadConfig } from '../../src/app/config.js';
import { settingChanges } from '../../src/app/config/setting-changes.js';
import { quietTelemetry } from '../../src/app/quiet-telemetry.js';
import { nowhere, type ReplaySink } from '../../src/app/replay-output.js';
import { replay } from '../../src/app/replay.js';
import { differenceLine, renderBacktest } from '../../src/app/report/backtest.js';
import { COVERABLE_SOURCES } from '../../src/contracts/names.js';
import { createBacktest, type Backtest } from '../../src/core/backtest/backtest.js';
import type { NameCount } from '../../src/core/backtest/names-count.js';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => { rmSync(folder, { recursive: true }); });
const file = join(folder, 'events.ndjson');
/** In the order in which it happened: alerts of events that came late are a matter of when they came, which a backtest leaves out. */
const happened = (line: string): string => (({ occurredAt, id }) => `${new Date(occurredAt).toISOString()} ${id}`)(JSON.parse(line) as { occurredAt: string; id: string });
writeFileSync(file, [...simulateNdjson({ orders: 400, seed: 'backtest', start: Date.parse('2026-01-05T00:00:00Z') })].sort((a, b) => (happened(a) < happened(b) ? -1 : 1)).join(''));

const configured = (yaml: string): Config => {
  const loaded = loadConfig({ TOUCHPOINT_CONFIG: 'rules.yaml' }, () => yaml);
  if (loaded.kind === 'problems') throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.config;
};
const defaults = configured('');
const lenient = configured('{ thresholds: { deliveryTolerance: 24h }, severities: { repeat_contact: 3 }, patterns: { silent_change: { enabled: false } } }');
const strict = configured('{ thresholds: { lateSteps: [1h, 2h] }, patterns: { missed_promise: { severity: critical }, any_fault: { severity: warning, when: { kind: any_severity, atLeast: 2 } } }, alerts: { owners: [{ pattern: any_fault, team: rescue }] } }');

const covered = new Set(COVERABLE_SOURCES);
const run = (config: Config, sink: ReplaySink, order: Parameters<typeof replay>[1]['order']) =>
  replay({ files: [file], asOf: null, covered }, {
    config, sink, order, measures: null, wallClock: () => Date.parse('2040-01-01T00:00:00Z'), progress: () => undefined, telemetry: quietTelemetry((_, error) => { throw error; }),
  });

interface Journey {
  readonly orderId: string;
  readonly verdict: string;
  readonly signals: readonly { readonly signal: string }[];
  readonly patterns: readonly { readonly pattern: string }[];
}
interface Said {
  readonly journeys: ReadonlyMap<string, Journey>;
  /** Team, severity and day of each alert that was raised, by order. */
  readonly raised: ReadonlyMap<string, readonly { readonly team: string; readonly severity: string; readonly day: string }[]>;
}

/** What a whole replay says, record by record, under one configuration. */
async function said(config: Config): Promise<Said> {
  const journeys = new Map<string, Journey>();
  const raised = new Map<string, { team: string; severity: string; day: string }[]>();
  await run(config, {
    ...nowhere, outputs: true,
    journey(text) {
      const journey = JSON.parse(text()) as Journey;
      journeys.set(journey.orderId, journey);
    },
    output({ topic, value, headers }) {
      if (topic !== 'cx.alerts') return;
      const alert = JSON.parse(String(value)) as { type: string; orderId: string; owner: string; severity: string; occurredAt: string };
      // A replay judges an event at the time that was reached before it.
      const day = ([alert.occurredAt, String(headers['cx_judged_at'])].sort().at(-1) ?? '').slice(0, 10);
      if (alert.type === 'alert.raised') raised.set(alert.orderId, [...(raised.get(alert.orderId) ?? []), { team: alert.owner, severity: alert.severity, day }]);
    },
  }, () => undefined);
  return { journeys, raised };
}

async function tried(before: Config, after: Config): Promise<{ readonly result: Backtest; readonly differing: readonly string[] }> {
  const differing: string[] = [];
  const backtest = createBacktest({ examples: 3, differs: (difference) => { differing.push(differenceLine(difference)); } });
  const by = ({ rules, alerts }: Config) => ({ context: { rules, covered }, alerts });
  await run(before, nowhere, (_, { journey, at }) => { backtest.add(journey, at, { before: by(before), after: by(after) }); });
  return { result: backtest.result(), differing };
}

/** Counted from two replays alone: orders by name, and whose name came or went. */
function recounted(before: Said, after: Said, namesOf: (journey: Journey) => readonly string[]): Record<string, object> {
  const names = new Set([...before.journeys.values(), ...after.journeys.values()].flatMap(namesOf));
  const having = (all: Said, name: string): string[] => [...all.journeys.values()].filter((journey) => namesOf(journey).includes(name)).map(({ orderId }) => orderId);
  return Object.fromEntries([...names].map((name) => {
    const [had, has] = [having(before, name), having(after, name)];
    const [gained, lost] = [has.filter((id) => !had.includes(id)), had.filter((id) => !has.includes(id))];
    return [name, { before: had.length, after: has.length, gained: gained.length, lost: lost.length, examples: { gained: gained.slice(0, 3), lost: lost.slice(0, 3) } }];
  }));
}
const told = (counts: readonly NameCount[]): Record<string, object> => Object.fromEntries(counts.map(({ name, before, after, gained, lost, examples }) =>
  [name, { before, after, gained, lost, examples: { gained: examples.gained, lost: examples.lost } }]));

describe.each([['more lenient rules', defaults, lenient], ['stricter rules', defaults, strict], ['the way back', strict, defaults]])('a backtest of %s', (_, before, after) => {
  test('says what two replays differ in', async () => {
    const { result, differing } = await tried(before, after);
    const [one, other] = [await said(before), await said(after)];
    expect(told(result.patterns)).toEqual(recounted(one, other, ({ patterns }) => patterns.map(({ pattern }) => pattern)));
    expect(told(result.signals)).toEqual(recounted(one, other, ({ signals }) => signals.map(({ signal }) => signal)));
    expect(told(result.verdicts)).toEqual(recounted(one, other, ({ verdict }) => [verdict]));
    expect([result.orders, result.unassessed, result.differing]).toEqual([400, 0, differing.length]);
    for (const [when, all] of [['before', one], ['after', other]] as const) {
      const alerts = [...all.raised.values()].flat();
      expect(result.alerts.all[when].raised).toBe(alerts.length);
      expect(result.alerts.all[when].critical).toBe(alerts.filter(({ severity }) => severity === 'critical').length);
      expect(result.alerts.orders[when]).toBe(all.raised.size);
      for (const team of result.alerts.teams) expect([team.team, team[when].raised]).toEqual([team.team, alerts.filter((alert) => alert.team === team.team).length]);
      const days = alerts.map(({ day }) => day);
      expect(result.alerts.all[when].busiest?.raised).toBe(Math.max(...days.map((day) => days.filter((other) => other === day).length)));
    }
    const otherwise = new Set(differing.map((line) => (JSON.parse(line) as { orderId: string }).orderId));
    for (const [orderId, journey] of one.journeys) if (!otherwise.has(orderId)) expect(comparable(other.journeys.get(orderId))).toEqual(comparable(journey));
  });
});

/** What a journey says, whoever judged it. */
const comparable = (journey: Journey | undefined): object => ({ ...journey, rules: null, judgedAt: null, updatedAt: null, id: null });

test('the same rules differ in nothing, and the report says so', async () => {
  const { result, differing } = await tried(defaults, configured('patterns: {}'));
  expect([result.differing, differing, result.published]).toEqual([0, [], { events: 0, raised: 0, updated: 0, resolved: 0 }]);
  const text = renderBacktest({
    result, asOf: Date.parse('2026-03-01T00:00:00Z'), tookMs: 10, settings: { rules: [], others: ['limits.maxAhead'] },
    rules: { before: { name: 'a', version: 'x' }, after: { name: 'b\u001b[2J', version: 'y' } },
  });
  expect(text).toContain('No rule differs.');
  expect(text).toContain('0 of 400 orders differ (0.0 %).');
  expect(text).toContain('they were not tried: limits.maxAhead');
  expect(text).not.toContain('\u001b');
});

test.each([
  [1, '1 order, judged by', '1 of 1 order differs (100.0 %).', 'On 1 order a rule failed: nothing below is about it.'],
  [2, '2 orders, judged by', '2 of 2 orders differ (100.0 %).', 'On 2 orders a rule failed: nothing below is about them.'],
])('the report speaks of %d as of so many', async (count, ...sentences) => {
  const { result } = await tried(defaults, defaults);
  const text = renderBacktest({
    result: { ...result, orders: count, differing: count, unassessed: count }, asOf: null, tookMs: 10, settings: { rules: [], others: [] },
    rules: { before: { name: 'a', version: 'x' }, after: { name: 'b', version: 'y' } },
  });
  for (const sentence of sentences) expect(text).toContain(sentence);
});

test('settings are told apart by whether a running service takes them up', () => {
  const next = configured('{ sources: { notCountedOn: [contacts] }, severities: { lost: 1 }, alerts: { maxAge: 1h }, time: { settle: 3s }, http: { open: true } }');
  expect(settingChanges(defaults.settings, next.settings)).toEqual({ rules: ['sources.notCountedOn', 'severities.lost', 'alerts.maxAge'], others: ['time.settle', 'http.open'] });
});
