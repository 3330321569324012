import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import type { AlertPageBody, OpenAlert } from '../../src/contracts/alerts.js';
import type { MeasureRow, Measures } from '../../src/contracts/measures.js';
import { foldedJourney, foldEvents, withoutRepeats } from '../support/derived.js';
import { createStage, metric, ndjson, type Stage, touchpoint, until, USUAL_THREADS } from '../support/touchpoint.js';

const ORDERS = 1_500;

type AlertEntry = Pick<OpenAlert, 'alertId' | 'orderId' | 'episode' | 'revision' | 'severity' | 'patterns'>;
/** Customers' deviations are added up in the order in which they are met. */
const roundedDeviation = (row: MeasureRow): MeasureRow => (row.measure === 'within_customer_sd_seconds' && row.value !== null ? { ...row, value: Number(row.value.toPrecision(12)) } : row);

const byOrder = (a: AlertEntry, b: AlertEntry): number => (a.orderId < b.orderId ? -1 : 1);

/** Two workers on real Kafka and Redis, one of them killed midway and replaced, against the same file replayed. */
describe('serve, with a worker killed midway, says what replay says', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const input = join(directory, 'events.ndjson');
  const lines = [...simulateNdjson({ seed: 'serve-equals-replay', start: Date.UTC(2025, 0, 1), orders: ORDERS })];
  let stage: Stage;
  let journeys: ReturnType<typeof ndjson>;
  let report: { topics: Record<string, { read: number; applied: number; duplicate: number; deadLetter: number }> };
  let urls: string[] = [];

  beforeAll(async () => {
    // A few lines that nobody can use, spread over the file.
    [50, 700, 1_900].forEach((at, i) => lines.splice(at, 0, ['no json\n', '{"type":"parcel.scanned","id":"x"}\n', '{"type":"order.cancelled","id":"y"}\n'][i] ?? ''));
    writeFileSync(input, lines.join(''));
    stage = await createStage({ config: { time: { settleReplaying: '3s' } } });
    const [first, second] = await Promise.all([stage.worker(USUAL_THREADS), stage.worker()]);
    const producing = stage.run(['produce', input, '--rate', '3000']);
    await until('work under way on the first worker', 30_000, async () => (await metric(first.url, 'cx_events_total')) > lines.length / 5);
    await first.kill('SIGKILL');
    const third = await stage.worker();
    expect((await producing).code).toBe(0);
    urls = [second.url, third.url];
    const asOf = new Date().toISOString();
    const sources = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';
    const replayed = await touchpoint(['replay', input, '--out', directory, '--as-of', asOf, '--sources', sources, '--by', 'carrier']);
    expect(replayed.code).toBe(0);
    journeys = ndjson(join(directory, 'journeys.ndjson'));
    report = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as typeof report;
    await settledAt(Date.parse(asOf));
  }, 180_000);
  afterAll(async () => { await stage.close(); });

  /** Every lane has reached the time up to which the file was replayed, and nothing waits to be sent. */
  const settledAt = (asOf: number): Promise<true> =>
    until('all lanes settled', 90_000, async () => {
      const reached = await Promise.all(urls.map(async (url) => (await (await fetch(`${url}/metrics`)).text())
        .split('\n').filter((line) => line.startsWith('cx_time_reached_seconds{')).map((line) => Number(line.split(' ')[1]))));
      const lag = await Promise.all(urls.map((url) => metric(url, 'cx_lag_records')));
      const all = reached.flat();
      return all.length >= 4 && all.every((seconds) => seconds * 1_000 >= asOf) && lag.every((n) => n === 0);
    });

  /** By order, the open alert as the topic told it last. */
  const openAlerts = async (): Promise<Map<string, AlertEntry>> => {
    const open = new Map<string, AlertEntry>();
    for (const message of await stage.read('cx.alerts')) {
      const { type, alertId, orderId, episode, revision, severity, patterns } = JSON.parse(message.value?.toString() ?? '{}') as AlertEntry & { type: string };
      if (type === 'alert.resolved') open.delete(orderId);
      else open.set(orderId, { alertId, orderId, episode, revision, severity, patterns });
    }
    return open;
  };
  const listAlerts = async (url: string): Promise<OpenAlert[]> => {
    const found: OpenAlert[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = (await (await fetch(`${url}/v1/alerts?state=open&limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`)).json()) as AlertPageBody;
      found.push(...page.alerts);
      cursor = page.nextCursor;
    }
    return found.sort(byOrder);
  };

  test('the events, without repeats, fold into the journeys', async () => {
    const folded = await until('the last events published', 20_000, async () => {
      const found = foldEvents(withoutRepeats(await stage.read('cx.events')));
      return found.size >= journeys.filter((j) => j['verdict'] !== 'on_course').length ? found : null;
    });
    for (const journey of journeys) {
      const expected = foldedJourney(journey as unknown as Parameters<typeof foldedJourney>[0]);
      const found = folded.get(String(journey['orderId'])) ?? { verdict: 'on_course', signals: {}, patterns: [] };
      expect({ orderId: journey['orderId'], ...found }).toEqual({ orderId: journey['orderId'], ...expected });
    }
  }, 60_000);

  test('every order is told over HTTP, by any worker, as the replay tells it', async () => {
    for (const [i, journey] of journeys.entries()) {
      const answer = await fetch(`${urls[i % 2] ?? ''}/v1/orders/${encodeURIComponent(String(journey['orderId']))}`);
      const { timeline, ...order } = (await answer.json()) as Record<string, unknown>;
      expect(Array.isArray(timeline) && timeline.length > 0).toBe(true);
      const { goods: _goods, place: _place, rules: _rules, ...expected } = journey;
      expect(order).toMatchObject(expected);
    }
  }, 120_000);

  test('cx.journeys ends with the present journey of every order', async () => {
    const latest = await until('all journeys published', 30_000, async () => {
      const found = new Map((await stage.read('cx.journeys')).map((m) => [m.key?.toString() ?? '', m.value?.toString() ?? '']));
      const complete = journeys.every((j) => found.get(String(j['orderId'])) === JSON.stringify(j));
      return complete ? found : null;
    });
    expect(latest.size).toBe(journeys.length);
  }, 60_000);

  test('alerts end as in the replay: one open alert per order with patterns', async () => {
    const open = await openAlerts();
    const expected = journeys.filter((j) => (j['patterns'] as unknown[]).length > 0)
      .map((j): [string, string[]] => [String(j['orderId']), (j['patterns'] as { pattern: string }[]).map((p) => p.pattern)]);
    expect(Object.fromEntries([...open].map(([orderId, { patterns }]): [string, string[]] => [orderId, patterns]).sort())).toEqual(Object.fromEntries(expected.sort()));
  }, 60_000);

  test('open alerts are those of the topic over HTTP, and one that was taken up on one worker is so on the other', async () => {
    const [first = '', second = ''] = urls;
    const expected = [...(await openAlerts()).values()].sort(byOrder);
    for (const url of urls) expect((await listAlerts(url)).map(({ alertId, orderId, episode, revision, severity, patterns }) => ({ alertId, orderId, episode, revision, severity, patterns }))).toEqual(expected);
    const id = expected[0]?.alertId ?? '';
    const answer = await fetch(`${first}/v1/alerts/${id}/ack`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"by":"Ina"}' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { id, acknowledged: { by: 'Ina', note: null } }]);
    expect((await listAlerts(second)).filter(({ acknowledged }) => acknowledged !== null).map(({ alertId }) => alertId)).toEqual([id]);
    expect((await fetch(`${second}/v1/alerts/${id}/ack`, { method: 'POST' })).status).toBe(200);
  }, 60_000);

  test('measures are those of the replay, from any worker', async () => {
    const replayed = JSON.parse(readFileSync(join(directory, 'measures.json'), 'utf8')) as Measures;
    for (const url of urls) {
      const answer = await fetch(`${url}/v1/measures?window=all&by=carrier`);
      expect(((await answer.json()) as Measures).map(roundedDeviation)).toEqual(replayed.map(roundedDeviation));
    }
    expect(replayed.find(({ measure, by }) => measure === 'customers_hurt' && by === undefined)?.value).toBeGreaterThan(100);
    const delivered = replayed.find(({ measure, by }) => measure === 'orders_delivered' && by === undefined)?.value;
    await until('the gauges of measures', 40_000, async () => {
      const shown = await Promise.all(urls.map((url) => metric(url, 'cx_measure', { measure: 'orders_delivered', window: 'all' })));
      return shown.every((value) => value === delivered);
    });
  }, 90_000);

  test('read = applied + duplicate + dead letter, as in the replay', async () => {
    const counts = await stage.counts();
    const read = Object.values(report.topics).reduce((sum, t) => sum + t.read, 0);
    expect(read).toBe(lines.length);
    for (const [topic, count] of Object.entries(counts)) {
      expect([topic, count.read]).toEqual([topic, count.applied + count.duplicate + count.deadLetter]);
      const expected = report.topics[topic] ?? { applied: 0, duplicate: 0 };
      expect([topic, count.applied, count.duplicate]).toEqual([topic, expected.applied, expected.duplicate]);
    }
    expect(Object.values(counts).reduce((sum, c) => sum + c.read, 0)).toBe(lines.length);
    const refused = await stage.read('cx.dead-letters');
    expect(new Set(refused.map((m) => `${m.headers?.['__connect.errors.topic']?.toString()}/${m.headers?.['__connect.errors.partition']?.toString()}/${m.headers?.['__connect.errors.offset']?.toString()}`)).size).toBe(3);
  }, 60_000);
});
