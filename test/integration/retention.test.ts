import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import kafkajs, { ConfigResourceTypes, type Kafka } from 'kafkajs';
import { SOURCE_TOPICS } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { idsAfter } from '../../src/adapters/redis/leaves.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const PARTITIONS = 2;
const LANES = Array.from({ length: PARTITIONS }, (_, lane) => lane);

/** A history of several months on real Kafka and Redis, each record written when its event happened, read by a worker that is killed while it gives orders up, and by the next. */
describe('orders that were settled long ago', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const write = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(directory, name), lines.join(''));
    return join(directory, name);
  };
  const winter = [...simulateNdjson({ seed: 'winter', start: Date.UTC(2025, 0, 1), orders: 400 })];
  const summer = [...simulateNdjson({ seed: 'summer', start: Date.UTC(2025, 6, 1), orders: 100 })].map((line) => line.replaceAll('"orderId":"', '"orderId":"S-'));
  const idsOf = (lines: readonly string[]): string[] => [...new Set(lines.flatMap((line) => (JSON.parse(line) as { orderId?: string }).orderId ?? []))];
  let stage: Stage;
  let worker: WorkerProcess;
  let redis: Redis;
  const listed = async (): Promise<number> => (await Promise.all(LANES.map((lane) => idsAfter(redis, keyNames(stage.redisPrefix).lane(lane), 'orders', null, 10_000)))).flat().length;
  const given = async (): Promise<number> => (await Promise.all(LANES.map((lane) => redis.hget(keyNames(stage.redisPrefix).lane(lane).lane, 'forgotten')))).reduce((sum, n) => sum + Number(n ?? 0), 0);

  const append = async (kafka: Kafka, lines: readonly string[]): Promise<void> => {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    for (let from = 0; from < lines.length; from += 100) {
      const events = lines.slice(from, from + 100).map((value) => ({ value, event: JSON.parse(value) as { type: string; orderId?: string; occurredAt: string } }));
      await producer.sendBatch({ acks: -1, topicMessages: SOURCE_TOPICS.map((topic) => ({
        topic: stage.topicName(topic),
        messages: events.filter(({ event }) => topicOf(event.type) === topic).map(({ value, event }) => ({ key: event.orderId ?? null, value, timestamp: String(Date.parse(event.occurredAt)) })),
      })).filter(({ messages }) => messages.length > 0) });
    }
    await producer.disconnect();
  };

  beforeAll(async () => {
    stage = await createStage({ partitions: PARTITIONS, config: { retention: { settledOrders: '60d' }, time: { settleReplaying: '2s' } } });
    redis = new Redis(stage.redisUrl);
    const kafka = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    // The broker would remove records of that age.
    await admin.alterConfigs({ validateOnly: false, resources: SOURCE_TOPICS.map((topic) => ({ type: ConfigResourceTypes.TOPIC, name: stage.topicName(topic), configEntries: [{ name: 'retention.ms', value: '-1' }] })) });
    await admin.disconnect();
    const first = await stage.worker();
    await append(kafka, winter);
    await until('the winter read', 30_000, async () => (await metric(first.url, 'cx_events_total')) === winter.length);
    const producing = append(kafka, summer);
    await until('the first orders given up', 30_000, async () => (await given()) > 0);
    await first.kill('SIGKILL');
    worker = await stage.worker();
    await producing;
    await until('all read', 60_000, async () => (await metric(worker.url, 'cx_lag_records')) === 0 && (await metric(worker.url, 'cx_time_reached_seconds')) > 0);
    let before = -1;
    await until('no more to give up', 60_000, async () => {
      const now = await given();
      const done = now > 200 && now === before;
      before = now;
      if (!done) await new Promise((resolve) => { setTimeout(resolve, 2_000); });
      return done;
    });
  }, 240_000);
  afterAll(async () => {
    redis.disconnect();
    await stage.close();
  });

  test('have left Redis without a trace but their eight bytes; those that are not settled stay', async () => {
    const [all, forgotten] = [idsOf([...winter, ...summer]).length, await given()];
    expect(await listed()).toBe(all - forgotten);
    const idsUnder = async (part: string): Promise<string[]> => (await redis.keys(`{${stage.redisPrefix}:*}:${part}:*`)).map((key) => key.slice(key.indexOf(`:${part}:`) + 3));
    const kept = new Set(await idsUnder('o'));
    expect(kept.size).toBe(all - forgotten);
    expect((await idsUnder('f')).filter((id) => !kept.has(id))).toEqual([]);
    const traces = await redis.keys(`{${stage.redisPrefix}:*}:g:*`);
    const bytes = await Promise.all(traces.map((key) => redis.strlen(key)));
    expect(bytes.reduce((sum, n) => sum + n, 0)).toBe(8 * forgotten);
  }, 60_000);

  test('take no more events, and touchpoint verify finds nothing wrong', async () => {
    const statuses = await Promise.all(idsOf(winter).map(async (id) => [id, (await fetch(`${worker.url}/v1/orders/${encodeURIComponent(id)}`)).status] as const));
    const [gone, there] = [404, 200].map((status) => statuses.filter(([, found]) => found === status).map(([id]) => id).slice(0, 5));
    const late = [...gone ?? [], ...there ?? []].map((orderId) => `${JSON.stringify({
      id: `late-${orderId}`, type: 'feedback.received', orderId, occurredAt: '2025-02-01T00:00:00Z', surveyId: 's', metric: 'nps', score: 1, scaleMin: 0, scaleMax: 10,
    })}\n`);
    expect(gone?.length).toBe(5);
    expect((await stage.run(['produce', write('late.ndjson', late)])).code).toBe(0);
    await until('the letters', 30_000, async () => (await metric(worker.url, 'cx_dead_letters_total', { reason: 'order_expired' })) >= 5 && (await metric(worker.url, 'cx_lag_records')) === 0);
    const refused = (await stage.read('cx.dead-letters')).map(({ key }) => key?.toString());
    expect(new Set(refused)).toEqual(new Set(gone));
    const done = await stage.run(['verify', '--rate', '0']);
    expect([done.stdout, done.code]).toEqual([expect.stringContaining('No difference.'), 0]);
  }, 120_000);
});
