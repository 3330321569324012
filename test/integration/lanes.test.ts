import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { topicField } from '../../src/adapters/redis/lane-fields.js';
import { SOURCES } from '../../src/contracts/sources.js';
import { createStage, type Stage, touchpoint, until } from '../support/touchpoint.js';

/** A lane whose state and topic contradict each other, and the person who takes it up again. */

let stage: Stage;
let redis: Redis;
beforeAll(async () => {
  stage = await createStage({ partitions: 1 });
  redis = new Redis(stage.redisUrl);
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await stage.close();
});

const placed = { ...SOURCES.get('order.placed')!.example, occurredAt: '2025-03-01T10:00:00Z' };
async function place(orderId: string): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'lanes-')), 'events.ndjson');
  writeFileSync(file, JSON.stringify({ ...placed, id: orderId, orderId }));
  expect((await stage.run(['produce', file])).code).toBe(0);
}
const isKnown = async (url: string, orderId: string): Promise<boolean> => (await fetch(`${url}/v1/orders/${orderId}`)).status === 200;

test('a halt is shown, comes back while its cause stands, and is lifted once it is put right', async () => {
  expect(await stage.run(['lanes', 'list'])).toMatchObject({ code: 1, stderr: expect.stringContaining('holds no lanes') });
  const first = await stage.worker();
  await place('before');
  await until('the first order', 30_000, () => isKnown(first.url, 'before'));
  expect(await first.kill('SIGTERM')).toBe(0);
  expect(await stage.run(['lanes', 'list'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ *0 +works/m) });

  const { lane } = keyNames(stage.redisPrefix).lane(0);
  const kept = (await redis.hget(lane, topicField('orders')))!;
  await redis.hset(lane, topicField('orders'), kept.replace(/"[^"]+"/, '"another record"'));
  const worker = await stage.worker();
  const halted = async () => {
    const listed = await stage.run(['lanes', 'list']);
    return listed.code === 1 ? listed.stdout : null;
  };
  expect(await until('the halt', 30_000, halted)).toContain('Lane 0 stands still (topic_replaced)');
  await place('meanwhile');

  const since = await redis.hget(lane, 'halt');
  expect(await stage.run(['lanes', 'resume', '0'])).toMatchObject({ code: 0, stdout: expect.stringContaining('topic_replaced is lifted') });
  await until('the same halt once more', 30_000, async () => {
    const now = await redis.hget(lane, 'halt');
    return now !== null && now !== since;
  });
  expect(await isKnown(worker.url, 'meanwhile')).toBe(false);

  await redis.hset(lane, topicField('orders'), kept);
  expect((await stage.run(['lanes', 'resume', '--all'])).code).toBe(0);
  await until('the lane going on', 30_000, () => isKnown(worker.url, 'meanwhile'));
  expect((await stage.run(['lanes', 'list'])).code).toBe(0);
  expect(await stage.run(['lanes', 'resume', '0'])).toMatchObject({ code: 0, stdout: 'lane 0 does not stand still\n' });
}, 150_000);

test('says what is wrong with how it was called', async () => {
  expect((await stage.run(['lanes', 'resume'])).code).toBe(2);
  expect((await stage.run(['lanes', 'resume', 'three'])).code).toBe(2);
  expect(await stage.run(['lanes', 'resume', '7'])).toMatchObject({ code: 2 });
  expect(await touchpoint(['lanes', 'list'])).toMatchObject({ code: 2, stderr: expect.stringContaining('REDIS_URL is not set') });
  expect(await touchpoint(['lanes', 'list'], { REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({ code: 1, stderr: expect.stringContaining('Redis does not answer') });
}, 60_000);
