import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { DEFAULT_PREFIX, keyNames } from '../../src/adapters/redis/keys.js';
import type { AlertPageBody } from '../../src/contracts/alerts.js';
import type { CustomerBody } from '../../src/contracts/customers.js';
import type { MeasureRow, Measures } from '../../src/contracts/measures.js';
import { LANE_FORMAT } from '../../src/pipeline/lane-format.js';
import { foldedJourney, foldEvents, withoutRepeats } from '../support/derived.js';
import { ownKafka, ownRedis } from '../support/real-services.js';
import { metric, ndjson, readAll, startProcess, touchpoint, until, type WorkerProcess } from '../support/touchpoint.js';
import { type KeptState, putBack, readState, type Servers, takeState, writeState } from './kept-state.js';

/** States that former versions left, taken up by this one. */

/** What they were left in, and what else distinguishes them, see states/README.md. */
const STATES = ['1', '2', '3', '4', '4-records', '5', '6'];
const formatOf = (state: string): number => Number.parseInt(state, 10);
const fileOf = (state: string): URL => new URL(`states/format-${state}.json.gz`, import.meta.url);
const PARTITIONS = 2;
const SOURCES = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';
/** `STATE:PROGRAM`: has that program, a version's `dist/main.js`, leave its state anew. */
const MADE_BY = process.env['TOUCHPOINT_WRITE_STATE'];

/** From here on a running service measures; what it read of no order before is not kept, and so in no measure. */
const MEASURES_FROM = 2;
const measurable = (format: number, told: readonly string[]): readonly string[] =>
  (format >= MEASURES_FROM ? told : told.filter((line) => !line.includes('"feedback.received"') || line.includes('"orderId"')));

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Ground extends Servers {
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** Servers of this test's own: the topics have their usual names, as what was said names them. */
async function emptyGround(): Promise<Ground> {
  const [kafka, redis] = await Promise.all([ownKafka(), ownRedis()]);
  ends.push(kafka.stop, redis.stop);
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-'));
  const config = join(folder, 'touchpoint.yaml');
  writeFileSync(config, stringify({ time: { settleReplaying: '2s' } }));
  const env = { KAFKA_BROKERS: kafka.brokers.join(','), REDIS_URL: redis.url, TOUCHPOINT_CONFIG: config, HTTP_PORT: '0' };
  return { brokers: kafka.brokers, redisUrl: redis.url, env, folder };
}

async function serving({ env }: Ground, main?: string): Promise<WorkerProcess> {
  const worker = await startProcess(['serve'], env, main);
  ends.push(() => worker.kill('SIGKILL'));
  return worker;
}

/** Everything was read, judged up to now, and told. */
async function settled({ url }: WorkerProcess): Promise<void> {
  const since = Date.now() / 1_000;
  await until('all lanes settled', 90_000, async () =>
    (await metric(url, 'cx_time_reached_seconds')) > PARTITIONS * (since - 10) && (await metric(url, 'cx_lag_records')) === 0 && (await metric(url, 'cx_outbox_pending')) === 0);
}

async function produce({ env, folder }: Ground, lines: readonly string[], main?: string): Promise<void> {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, lines.join(''));
  expect(await touchpoint(['produce', file], env, main)).toMatchObject({ code: 0 });
}

const rounded = (row: MeasureRow): MeasureRow => (row.measure === 'within_customer_sd_seconds' && row.value !== null ? { ...row, value: Number(row.value.toPrecision(12)) } : row);

/** What this version makes of these lines, from nothing. */
async function computedAfresh({ env, folder }: Ground, lines: readonly string[]) {
  const file = join(folder, 'all.ndjson');
  writeFileSync(file, lines.join(''));
  const done = await touchpoint(['replay', file, '--out', join(folder, 'out'), '--as-of', new Date().toISOString(), '--sources', SOURCES], { TOUCHPOINT_CONFIG: env.TOUCHPOINT_CONFIG ?? '' });
  expect(done).toMatchObject({ code: 0 });
  const measures = (JSON.parse(readFileSync(join(folder, 'out', 'measures.json'), 'utf8')) as Measures).map(rounded);
  return { measures, journeys: ndjson(join(folder, 'out', 'journeys.ndjson')) };
}

async function fetched<T>({ url }: WorkerProcess, path: string): Promise<T> {
  return (await (await fetch(`${url}${path}`)).json()) as T;
}

/** Every answer of the worker is that of a computation of these lines from nothing. */
async function expectAsAfresh(ground: Ground, worker: WorkerProcess, lines: readonly string[]): Promise<void> {
  const { measures, journeys } = await computedAfresh(ground, lines);
  const measured = async () => (await fetched<Measures>(worker, '/v1/measures?window=all')).map(rounded);
  await until('all orders measured', 60_000, async () => JSON.stringify(await measured()) === JSON.stringify(measures)).catch(() => undefined);
  expect(await measured()).toEqual(measures);
  const folded = foldEvents(withoutRepeats(await readAll(ground.brokers, 'cx.events')));
  for (const journey of journeys) {
    const expected = foldedJourney(journey as unknown as Parameters<typeof foldedJourney>[0]);
    expect([journey['orderId'], folded.get(String(journey['orderId'])) ?? { verdict: 'on_course', signals: {}, patterns: [] }]).toEqual([journey['orderId'], expected]);
    const { goods: _goods, place: _place, rules: _rules, ...shown } = journey;
    expect(await fetched(worker, `/v1/orders/${encodeURIComponent(String(journey['orderId']))}`)).toMatchObject(shown);
  }
  await until('cx.journeys as computed afresh', 60_000, async () => {
    const latest = new Map((await readAll(ground.brokers, 'cx.journeys')).map((m) => [m.key?.toString() ?? '', m.value?.toString() ?? '']));
    return journeys.every((journey) => latest.get(String(journey['orderId'])) === JSON.stringify(journey));
  });
  const open = journeys.filter(({ patterns }) => (patterns as unknown[]).length > 0).map(({ orderId }) => String(orderId));
  const { alerts } = await fetched<AlertPageBody>(worker, '/v1/alerts?limit=200');
  expect([open.length > 0, alerts.map(({ orderId }) => orderId).toSorted()]).toEqual([true, open.toSorted()]);
  const customer = String(journeys[0]?.['customerId']);
  const { orders } = await fetched<CustomerBody>(worker, `/v1/customers/${encodeURIComponent(customer)}`);
  expect(orders.map(({ orderId }) => orderId).toSorted()).toEqual(journeys.filter(({ customerId }) => customerId === customer).map(({ orderId }) => String(orderId)).toSorted());
  const verified = await touchpoint(['verify', '--rate', '0'], ground.env);
  expect([verified.stdout, verified.code]).toEqual([expect.stringContaining('No difference.'), 0]);
}

async function formatsOf({ redisUrl }: Ground): Promise<(string | null)[]> {
  const redis = new Redis(redisUrl);
  const formats = await Promise.all(Array.from({ length: PARTITIONS }, (_, lane) => redis.hget(keyNames(DEFAULT_PREFIX).lane(lane).lane, 'format')));
  redis.disconnect();
  return formats;
}

if (MADE_BY !== undefined) {
  const [state = '', main = ''] = MADE_BY.split(':');
  test(`the state of format ${state} is made anew`, async () => {
    const ground = await emptyGround();
    const lines = [...simulateNdjson({ seed: 'upgrade', start: Date.UTC(2025, 0, 1), orders: 60 })];
    lines.splice(50, 0, 'no json\n', '{"type":"order.cancelled","id":"y"}\n', lines[3] ?? '');
    const told = lines.slice(0, Math.floor(lines.length * 0.6));
    expect(await touchpoint(['topics', '--create', '--partitions', String(PARTITIONS)], ground.env, main)).toMatchObject({ code: 0 });
    const worker = await serving(ground, main);
    await produce(ground, told, main);
    await until('all read', 60_000, async () => (await metric(worker.url, 'cx_events_total')) === told.length);
    await settled(worker);
    expect(await worker.kill('SIGTERM')).toBe(0);
    expect(await formatsOf(ground)).toEqual([String(formatOf(state)), String(formatOf(state))]);
    writeState(fileOf(state), { ...(await takeState(ground, PARTITIONS)), told, untold: lines.slice(told.length) });
  }, 180_000);
}

test('every format has left a state', () => {
  expect(new Set(STATES.map(formatOf))).toEqual(new Set(Array.from({ length: LANE_FORMAT }, (_, before) => before + 1)));
});

describe.each(STATES)('the state of format %s', (name) => {
  test('is taken up: nothing is said that was said, every answer is that of a computation from nothing, and work goes on', async () => {
    const state: KeptState = readState(fileOf(name));
    const ground = await emptyGround();
    await putBack(state, ground);
    const saidOf = async () => (await Promise.all(['cx.events', 'cx.alerts'].map((topic) => readAll(ground.brokers, topic)))).flat();
    const before = await saidOf();
    expect(before.length).toBeGreaterThan(50);

    const worker = await serving(ground);
    await settled(worker);
    const counted = measurable(formatOf(name), state.told);
    await expectAsAfresh(ground, worker, counted);
    expect(await formatsOf(ground)).toEqual([String(LANE_FORMAT), String(LANE_FORMAT)]);
    expect((await saidOf()).length).toBe(before.length);

    await produce(ground, state.untold);
    await until('the rest read', 60_000, async () => (await metric(worker.url, 'cx_events_total')) === state.untold.length);
    await settled(worker);
    await expectAsAfresh(ground, worker, [...counted, ...state.untold]);
    const ids = (await saidOf()).map(({ headers }) => String(headers?.['ce_id']));
    expect([ids.length > before.length, new Set(ids).size]).toEqual([true, ids.length]);
    expect(await worker.kill('SIGTERM')).toBe(0);
  }, 300_000);
});

test('a state of a newer format is left as it is, with what to do', async () => {
  const state = readState(fileOf(String(LANE_FORMAT)));
  const ground = await emptyGround();
  await putBack(state, ground);
  const redis = new Redis(ground.redisUrl);
  const newer = String(LANE_FORMAT + 1);
  await redis.hset(keyNames(DEFAULT_PREFIX).lane(1).lane, 'format', newer);
  const lane = await redis.hgetall(keyNames(DEFAULT_PREFIX).lane(1).lane);
  const { code, stdout, stderr } = await touchpoint(['serve'], ground.env);
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining(`lane 1 was written in format ${newer}, this version knows formats up to ${LANE_FORMAT}: run the newer version again, or restore the state that this one wrote`)]);
  expect(await redis.hgetall(keyNames(DEFAULT_PREFIX).lane(1).lane)).toEqual(lane);
  for (const command of [['verify'], ['lanes', 'list']]) {
    const told = await touchpoint(command, ground.env);
    expect([command, told.code === 0, told.stdout + told.stderr]).toEqual([command, false, expect.stringContaining(`was written in format ${newer}`)]);
  }
  redis.disconnect();
}, 120_000);
