import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import kafkajs from 'kafkajs';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { idsAfter } from '../../src/adapters/redis/leaves.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const ORDERS = 300;
const PARTITIONS = 3;

/** The verifier on real Kafka and Redis: beside a worker, after it, and after somebody damaged what it left. */
describe('touchpoint verify', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const input = join(directory, 'events.ndjson');
  const lines = [...simulateNdjson({ seed: 'verify', start: Date.UTC(2025, 0, 1), orders: ORDERS })];
  let stage: Stage;
  let worker: WorkerProcess;
  let redis: Redis;

  beforeAll(async () => {
    // Repeats, and what nobody can use.
    for (let at = 40; at < 1_000; at += 97) lines.splice(at, 0, lines[at - 3] ?? '', at % 2 === 0 ? 'no json\n' : '{"type":"order.cancelled","id":"y"}\n');
    writeFileSync(input, lines.join(''));
    stage = await createStage({ partitions: PARTITIONS, config: { time: { settleReplaying: '2s' } } });
    worker = await stage.worker();
    redis = new Redis(stage.redisUrl);
    expect((await stage.run(['produce', input, '--rate', '1500'])).code).toBe(0);
  }, 120_000);
  afterAll(async () => {
    redis.disconnect();
    await stage.close();
  });

  test('finds nothing beside a worker that is at work', async () => {
    const done = await stage.run(['verify', '--rate', '0']);
    expect([done.stdout, done.code]).toEqual([expect.stringContaining('No difference.'), 0]);
    expect(done.stdout).toContain('of a running installation');
  }, 60_000);

  test('compares everything, once all is settled and the worker has stopped', async () => {
    await until('all read', 30_000, async () => (await metric(worker.url, 'cx_events_total')) === lines.length && (await metric(worker.url, 'cx_lag_records')) === 0);
    await until('time reached', 30_000, async () => (await metric(worker.url, 'cx_time_reached_seconds')) > PARTITIONS * (Date.now() / 1_000 - 60));
    await worker.kill('SIGTERM');
    const file = join(directory, 'verified.json');
    const done = await stage.run(['verify', '--rate', '0', '--json', file]);
    expect([done.stdout, done.code]).toEqual([expect.stringContaining('No difference.'), 0]);
    const told = JSON.parse(readFileSync(file, 'utf8')) as { clean: boolean; lanes: { records: number; deadLetters: number; repeats: number; waiting: Record<string, number>; unverified: Record<string, number> }[] };
    expect(told.clean).toBe(true);
    expect(told.lanes.map(({ waiting }) => waiting)).toEqual(Array(PARTITIONS).fill({ records: 0, outbox: 0, journeys: 0 }));
    expect(told.lanes.flatMap(({ unverified }) => Object.values(unverified)).every((n) => n === 0)).toBe(true);
    expect(told.lanes.reduce((sum, { records }) => sum + records, 0)).toBe(lines.length);
    expect(told.lanes.reduce((sum, { deadLetters }) => sum + deadLetters, 0)).toBe(lines.filter((line) => !line.includes('occurredAt')).length);
  }, 120_000);

  test('names what is damaged: an order of Redis, and a record of a topic', async () => {
    const keys = keyNames(stage.redisPrefix).lane(1);
    const [lost = '', other = ''] = await idsAfter(redis, keys, 'orders', null, 2);
    await redis.del(keys.orderOf + lost);
    const producer = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING })
      .producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: stage.topicName('cx.journeys'), messages: [{ key: other, value: '{"orderId":"of old"}', partition: 1 }] });
    await producer.disconnect();
    const done = await stage.run(['verify', '--rate', '0', '--lane', '1']);
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(new RegExp(`fact_missing .*\\n  lane 1, order "${lost}", ${stage.topicName('')}\\w+/1/\\d+: order\\.placed`));
    expect(done.stdout).toMatch(new RegExp(`journey_stale .*\\n  lane 1, order "${other}"`));
  }, 60_000);

  test('ends at the first kind where it is asked to', async () => {
    const done = await stage.run(['verify', '--rate', '0', '--stop-at-first']);
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('Stopped at the first kind of difference');
  }, 60_000);

  test('says what is wrong with its usage, and verifies nothing', async () => {
    for (const args of [['--rate', 'fast'], ['--lane', 'one'], ['--lane', String(PARTITIONS)]]) {
      const done = await stage.run(['verify', ...args]);
      expect([done.code, done.stdout]).toEqual([2, '']);
      expect(done.stderr).toContain(args[0]);
    }
  }, 60_000);
});
