import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import type { RulesBody, RulesReloadedBody } from '../../src/contracts/rules.js';
import { foldedJourney, foldEvents, withoutRepeats } from '../support/derived.js';
import { createStage, metric, ndjson, touchpoint, until, type WorkerProcess } from '../support/touchpoint.js';

const STRICT = { thresholds: { deliveryTolerance: '0s', lateSteps: ['1h', '2h'] }, patterns: { any_fault: { severity: 'critical', when: { kind: 'any_severity', atLeast: 2 } } } };
const LENIENT = { thresholds: { deliveryTolerance: '36h' }, severities: { repeat_contact: 3 }, patterns: { silent_change: { enabled: false } }, alerts: { defaultOwner: 'care' }, limits: { maxAhead: '2h' } };
const SOURCES = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';

const rulesOf = async (url: string): Promise<RulesBody> => (await (await fetch(`${url}/v1/rules`)).json()) as RulesBody;

/** Their lanes are worked by threads: rules have to reach those too. */
const THREADS = { LANE_THREADS: '2' };

test('rules changed twice under load, with a worker killed in between, end as a replay by the last of them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'other-rules-'));
  const input = join(directory, 'events.ndjson');
  const lines = [...simulateNdjson({ seed: 'other-rules', start: Date.UTC(2025, 0, 1), orders: 1_500 })];
  writeFileSync(input, lines.join(''));
  const stage = await createStage({ config: { time: { settleReplaying: '3s' } } });
  const file = stage.env['TOUCHPOINT_CONFIG'] ?? '';
  const base = parse(readFileSync(file, 'utf8')) as object;
  const configure = (rules: object): void => { writeFileSync(file, stringify({ ...base, ...rules })); };
  const hangUp = async (worker: WorkerProcess, version: string): Promise<string> => {
    worker.child.kill('SIGHUP');
    return until('other rules in force', 20_000, async () => {
      const present = (await rulesOf(worker.url)).version;
      return present === version ? null : present;
    });
  };
  try {
    const [first, second] = await Promise.all([stage.worker(THREADS), stage.worker(THREADS)]);
    const producing = stage.run(['produce', input, '--rate', '1500']);
    const read = async (share: number): Promise<unknown> =>
      until('so much was read', 60_000, async () => (await metric(first.url, 'cx_events_total')) + (await metric(second.url, 'cx_events_total')) > lines.length * share);
    await read(0.15);
    configure(STRICT);
    const strict = await hangUp(first, 'default-1');
    expect(await hangUp(second, 'default-1')).toBe(strict);

    await read(0.4);
    configure({ severities: { lost: 4 } });
    first.child.kill('SIGHUP');
    await until('it was refused', 20_000, async () => (await metric(first.url, 'cx_config_reload_success')) === 0);
    // What it wrote takes a moment to get here.
    await until('it says why', 20_000, () => Promise.resolve(first.log().includes('severities.lost: expected a severity')));
    const refused = await fetch(`${second.url}/v1/rules`, { method: 'POST' });
    expect([refused.status, await refused.json()]).toMatchObject([409, { invalidParameters: [{ name: 'severities.lost' }] }]);
    expect([(await rulesOf(first.url)).version, (await rulesOf(second.url)).version]).toEqual([strict, strict]);

    configure(LENIENT);
    const lenient = await hangUp(first, strict);
    await first.kill('SIGKILL');
    const reloaded = (await (await fetch(`${second.url}/v1/rules`, { method: 'POST' })).json()) as RulesReloadedBody;
    expect(reloaded).toEqual({ before: strict, version: lenient, changed: ['thresholds.deliveryTolerance', 'thresholds.lateSteps', 'severities.repeat_contact', 'patterns', 'alerts.defaultOwner'], needRestart: ['limits.maxAhead'] });
    const third = await stage.worker();
    expect((await producing).code).toBe(0);
    for (const { url } of [second, third]) {
      expect((await rulesOf(url)).version).toBe(lenient);
      expect([await metric(url, 'cx_rules_info', { version: lenient }), await metric(url, 'cx_rules_info'), await metric(url, 'cx_config_reload_success')]).toEqual([1, 1, 1]);
    }

    const replayed = await touchpoint(['replay', input, '--out', directory, '--as-of', new Date().toISOString(), '--sources', SOURCES], { TOUCHPOINT_CONFIG: file });
    expect([replayed.code, replayed.stderr]).toEqual([0, '']);
    const journeys = ndjson(join(directory, 'journeys.ndjson'));
    expect(new Set(journeys.map(({ rules }) => rules))).toEqual(new Set([lenient]));
    await until('cx.journeys as the replay has them', 120_000, async () => {
      const latest = new Map((await stage.read('cx.journeys')).map((m) => [m.key?.toString() ?? '', m.value?.toString() ?? '']));
      return journeys.every((journey) => latest.get(String(journey['orderId'])) === JSON.stringify(journey));
    });
    const said = await stage.read('cx.events');
    const folded = foldEvents(withoutRepeats(said));
    for (const journey of journeys) {
      const expected = foldedJourney(journey as unknown as Parameters<typeof foldedJourney>[0]);
      expect([journey['orderId'], folded.get(String(journey['orderId'])) ?? { verdict: 'on_course', signals: {}, patterns: [] }]).toEqual([journey['orderId'], expected]);
    }
    expect(new Set(said.map(({ value }) => (JSON.parse(String(value)) as { rules: string }).rules))).toEqual(new Set(['default-1', strict, lenient]));
    const order = (await (await fetch(`${third.url}/v1/orders/${encodeURIComponent(String(journeys[0]?.['orderId']))}`)).json()) as { rules: string };
    expect(order.rules).toBe(lenient);
    const verified = await stage.run(['verify', '--rate', '0']);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('No difference.')]);
    expect(verified.stdout).not.toContain('judged last by other rules');
    configure(STRICT);
    expect((await stage.run(['lanes', 'list'])).stdout.match(/works, by other rules than configured/g)?.length).toBe(4);
    configure(LENIENT);
    const lanes = await stage.run(['lanes', 'list']);
    expect([lanes.code, lanes.stdout]).toEqual([0, expect.not.stringContaining('other rules')]);
  } finally {
    await stage.close();
  }
}, 400_000);
