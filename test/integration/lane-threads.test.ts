import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { SOURCES } from '../../src/contracts/sources.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { topicField } from '../../src/adapters/redis/lane-fields.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { thisMachine, usualLaneThreads } from '../../src/app/lanes/lane-threads.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { cleanEnvironment, createStage, metric, type Stage, until, USUAL_THREADS } from '../support/touchpoint.js';

/** A worker whose lanes are worked by two threads. other-rules.test.ts gives such a worker other rules under load, and kills it. */

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const PARTITIONS = 4;
const THREADS = { LANE_THREADS: '2' };
/** Comes before all else, in every thread. */
const inSecondThread = (defect: string): string => `import { threadId } from 'node:worker_threads'; if (threadId === 2) ${defect};`;

const orderOfLane = (lane: number): string => Array.from({ length: 100 }, (_, number) => `order-${number}`).find((id) => murmur2Partition(Buffer.from(id), PARTITIONS) === lane)!;
const deadLetters = async (): Promise<number> => (await stage.counts())['orders']?.deadLetter ?? 0;

let stage: Stage;
let redis: Redis;
beforeAll(async () => {
  stage = await createStage({ partitions: PARTITIONS, config: { kafka: { sessionTimeout: '6s' }, retention: { settledOrders: null }, time: { settleReplaying: '2s' } } });
  redis = new Redis(stage.redisUrl);
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await stage.close();
});

test('from outside it is one worker: all lanes, one count, a halt that shows, and a stop in order', async () => {
  const lines = [...simulateNdjson({ seed: 'threads', start: Date.UTC(2025, 0, 1), orders: 200 })];
  const input = join(mkdtempSync(join(tmpdir(), 'lane-threads-')), 'events.ndjson');
  writeFileSync(input, lines.join(''));
  const worker = await stage.worker(THREADS);
  expect((await stage.run(['produce', input])).code).toBe(0);
  await until('every event counted', 60_000, async () => (await metric(worker.url, 'cx_events_total')) === lines.length);
  await until('all of it published', 60_000, async () => (await metric(worker.url, 'cx_outbox_pending')) === 0);
  for (let lane = 0; lane < PARTITIONS; lane++) {
    const labels = { topic: 'orders', partition: String(lane) };
    await until(`nothing left in lane ${lane}`, 10_000, async () => (await metric(worker.url, 'cx_lag_records', labels)) === 0);
  }
  const found = worker.log().split('\n').flatMap((line) => (line.includes('"redis.check"') ? [(JSON.parse(line) as { msg: string }).msg] : []));
  expect(found).toEqual([...new Set(found)]);
  const joined = worker.log().split('\n').filter((line) => line.includes('joined the group'));
  expect(new Set(joined.map((line) => (JSON.parse(line) as { lanes: number[] }).lanes.join()))).toContain('2,3');
  expect(await metric(worker.url, 'cx_derived_total')).toBeGreaterThan(0);
  for (const thread of ['1', '2']) expect(await metric(worker.url, 'cx_lane_thread_heap_bytes', { thread })).toBeGreaterThan(1e6);
  expect((await stage.run(['verify', '--rate', '0'])).code).toBe(0);

  expect(await worker.kill('SIGTERM')).toBe(0);
  expect(worker.log()).toContain('stopped; everything is committed');
  expect((await stage.run(['verify', '--rate', '0'])).code).toBe(0);
}, 180_000);

test('deadlines that wait are shown from the start', async () => {
  // One that stays where it is when the second thread joins after the first.
  const orderId = orderOfLane(0);
  const input = join(mkdtempSync(join(tmpdir(), 'lane-threads-')), 'waiting.ndjson');
  const placed = { ...SOURCES.get('order.placed')!.example, id: orderId, orderId, occurredAt: new Date().toISOString(), promisedDeliveryAt: new Date(Date.now() + 86_400_000).toISOString() };
  writeFileSync(input, `${JSON.stringify(placed)}\n`);
  const first = await stage.worker(THREADS);
  expect((await stage.run(['produce', input])).code).toBe(0);
  await until('it is taken', 30_000, async () => (await metric(first.url, 'cx_events_total')) > 0);
  expect(await first.kill('SIGTERM')).toBe(0);
  const second = await stage.worker(THREADS);
  // Far sooner than they are counted the next time.
  await until('it is shown', 10_000, async () => (await metric(second.url, 'cx_deadlines_pending')) > 0);
  expect(await second.kill('SIGTERM')).toBe(0);
}, 90_000);

test('where nobody says how many, there are as many as suit the machine', async () => {
  const worker = await stage.worker(USUAL_THREADS);
  const metrics = await (await fetch(`${worker.url}/metrics`)).text();
  const threads = usualLaneThreads(thisMachine());
  expect(metrics.match(/^cx_lane_thread_heap_bytes\{/gm) ?? []).toHaveLength(threads > 1 ? threads : 0);
  expect(await worker.kill('SIGTERM')).toBe(0);
}, 60_000);

test('a lane that stands still makes it unready', async () => {
  const { lane } = keyNames(stage.redisPrefix).lane(3);
  const kept = (await redis.hget(lane, topicField('orders')))!;
  await redis.hset(lane, topicField('orders'), kept.replace(/"[^"]+"/, '"another record"'));
  const worker = await stage.worker(THREADS);
  const unready = await until('it says so', 30_000, async () => {
    const answer = await fetch(`${worker.url}/readyz`);
    return answer.status === 503 ? answer.text() : null;
  });
  expect(unready).toContain('Lane 3 stands still (topic_replaced)');
  await redis.hset(lane, topicField('orders'), kept);
  expect((await stage.run(['lanes', 'resume', '--all'])).code).toBe(0);
  await until('it is ready again', 30_000, async () => (await fetch(`${worker.url}/readyz`)).status === 200);
  expect(await worker.kill('SIGTERM')).toBe(0);
}, 90_000);

test('a thread that finds out late that another has its lane takes nothing of that one back', async () => {
  const { lane } = keyNames(stage.redisPrefix).lane(3);
  const kept = (await redis.hget(lane, topicField('orders')))!;
  await redis.hset(lane, topicField('orders'), kept.replace(/"[^"]+"/, '"another record"'));
  // The first thread has all lanes until the second comes, and is busy from when it asked for those that are left to it.
  const late = `import { threadId } from 'node:worker_threads'; import { Socket } from 'node:net';
    if (threadId === 2) await new Promise((r) => setTimeout(r, 5_000));
    const SYNC_GROUP = 14, { write } = Socket.prototype;
    let asked = 0;
    if (threadId === 1) Socket.prototype.write = function (data, ...more) {
      if (Buffer.isBuffer(data) && data.length > 8 && data.readInt16BE(4) === SYNC_GROUP && ++asked === 2) setImmediate(() => { for (const end = Date.now() + 3_000; Date.now() < end;); });
      return write.call(this, data, ...more);
    };`;
  const worker = await stage.worker({ ...THREADS, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` });
  const joined = (): number => worker.log().split('joined the group').length - 1;
  await until('the first knows', 30_000, () => Promise.resolve(joined() >= 3));
  await until('what it says of it arrived', 10_000, async () => (await metric(worker.url, 'cx_lane_thread_lag_max_seconds', { thread: '1' })) > 2);
  expect(await metric(worker.url, 'cx_lane_halted', { partition: '3' })).toBe(1);
  expect(worker.log()).not.toContain('lane 2 is no longer ours');
  await redis.hset(lane, topicField('orders'), kept);
  expect((await stage.run(['lanes', 'resume', '--all'])).code).toBe(0);
  expect(await worker.kill('SIGTERM')).toBe(0);
}, 90_000);

test('a SIGTERM while its threads still join is a stop in order: nobody waits for their lanes', async () => {
  const child = spawn(process.execPath, [MAIN, 'serve'], { env: { ...cleanEnvironment(), ...stage.env, ...THREADS }, stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  let asked = false;
  child.stdout.on('data', (data: Buffer) => {
    log += data.toString();
    // A second signal would end it at once.
    if (!asked && log.includes('joined the group')) asked = child.kill('SIGTERM');
  });
  const code = await new Promise((ended) => child.once('exit', ended));
  expect([code, log]).toEqual([0, expect.stringContaining('stopped; everything is committed')]);
  expect((await stage.run(['verify', '--rate', '0'])).stdout).toContain('of a stopped installation');
}, 60_000);

/** Right after the end of a worker: its session would last for seconds. */
const isLeft = async (): Promise<boolean> => (await stage.run(['verify', '--rate', '0'])).stdout.includes('of a stopped installation');

test.each(['1', '2'])('with LANE_THREADS %s it ends with 1 where it cannot go on, and leaves the group first: nobody waits for its lanes', async (threads) => {
  const { lane } = keyNames(stage.redisPrefix).lane(1);
  const format = (await redis.hget(lane, 'format'))!;
  await redis.hset(lane, 'format', '99');
  const ended = await stage.run(['serve'], { LANE_THREADS: threads });
  await redis.hset(lane, 'format', format);
  expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining('lane 1 was written in format 99')]);
  expect(await isLeft()).toBe(true);
}, 60_000);

test('a start that fails in one of its threads leaves the group that the others joined', async () => {
  const late = inSecondThread("{ await new Promise((r) => setTimeout(r, 5_000)); throw new Error('no room for another thread'); }");
  const ended = await stage.run(['serve'], { ...THREADS, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` });
  expect([ended.code, ended.stdout + ended.stderr]).toEqual([1, expect.stringContaining('no room for another thread')]);
  expect(ended.stdout).toContain('joined the group');
  expect(await isLeft()).toBe(true);
}, 60_000);

test('what a thread told before it cannot go on is in the log', async () => {
  const { lane } = keyNames(stage.redisPrefix).lane(1);
  const format = (await redis.hget(lane, 'format'))!;
  const orderId = orderOfLane(1);
  const input = join(mkdtempSync(join(tmpdir(), 'lane-threads-')), 'refused.ndjson');
  writeFileSync(input, `${JSON.stringify({ type: 'order.placed', orderId, eventId: orderId })}\n`);
  const before = await deadLetters();
  // A thread for each lane, that tells only what must not wait.
  const slow = `import { isMainThread } from 'node:worker_threads'; const { setInterval: usual } = globalThis;
    if (!isMainThread) globalThis.setInterval = (run, ms, ...more) => usual(run, ms === 100 ? 15_000 : ms, ...more);`;
  const worker = await stage.worker({ LANE_THREADS: String(PARTITIONS), NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slow)}` });
  await stage.run(['produce', input]);
  await until('it is refused', 30_000, async () => (await deadLetters()) > before);
  await redis.hset(lane, 'format', '99');
  const file = stage.env['TOUCHPOINT_CONFIG']!;
  const settings = readFileSync(file, 'utf8');
  writeFileSync(file, `${settings}\nthresholds:\n  deliveryTolerance: 36h\n`);
  const ended = new Promise((exited) => worker.child.once('exit', exited));
  worker.child.kill('SIGHUP');
  expect(await ended).toBe(1);
  writeFileSync(file, settings);
  await redis.hset(lane, 'format', format);
  expect(worker.log()).toMatch(/"event":"dead_letter".*"lane":1/);
}, 90_000);

test.each([
  ['cannot even begin', "throw new Error('no room for another thread')", 'no room for another thread'],
  ['ends by itself', 'setTimeout(() => process.exit(7), 4_000)', 'a thread that works lanes ended by itself (exit code 7)'],
  ['comes to no end of what it does', 'setTimeout(() => { for (;;); }, 4_000)', 'a thread that works lanes has not answered for 18 s'],
])('it ends with 1 where one of its threads %s', async (_, defect, why) => {
  const ended = await stage.run(['serve'], { ...THREADS, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(inSecondThread(defect))}` });
  expect([ended.code, ended.stdout + ended.stderr]).toEqual([1, expect.stringContaining(why)]);
}, 60_000);
