import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { topicField } from '../../src/adapters/redis/lane-fields.js';
import { SOURCES } from '../../src/contracts/sources.js';
import { produce } from '../support/produce.js';
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
const place = (orderId: string): Promise<void> => produce(stage, JSON.stringify({ ...placed, id: orderId, orderId }));
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
  expect(await worker.kill('SIGTERM')).toBe(0);
}, 150_000);

const TOPICS_OUT = ['cx.events', 'cx.alerts', 'cx.journeys', 'cx.dead-letters'] as const;
const lengths = async (): Promise<number[]> => Promise.all(TOPICS_OUT.map(async (topic) => (await stage.read(topic)).length));

test('a lane whose Redis was emptied is made anew by a command, says nothing again, and goes on; so is one that works', async () => {
  const worker = await stage.worker();
  await place('known');
  await until('the order', 30_000, () => isKnown(worker.url, 'known'));
  await until('all is published', 30_000, async () => (await redis.zcard(keyNames(stage.redisPrefix).lane(0).dirty)) === 0 && (await redis.llen(keyNames(stage.redisPrefix).lane(0).outbox)) === 0);
  const before = await lengths();
  const keys = await redis.keys(`{${stage.redisPrefix}:0}*`);
  await redis.del(...keys);
  await until('the halt', 30_000, async () => (await stage.run(['lanes', 'list'])).stdout.includes('state_lost'));
  expect(await stage.run(['lanes', 'resume', '0', '--accept-loss'])).toMatchObject({ code: 1, stdout: expect.stringContaining('no loss that could be accepted') });
  expect(await stage.run(['lanes', 'rebuild', '0'])).toMatchObject({ code: 0, stdout: expect.stringContaining('made anew') });
  const works = async () => (await stage.run(['lanes', 'list'])).stdout.match(/^ *0 +works +\d/m);
  await until('the order again', 40_000, async () => (await isKnown(worker.url, 'known')) && (await works()));
  expect(await lengths()).toEqual(before);

  expect((await stage.run(['lanes', 'rebuild', '--all'])).code).toBe(0);
  await until('it being made anew', 40_000, async () => worker.log().split('lane.caught_up').length > 2 && (await works()));
  expect(await stage.run(['lanes', 'rewind', '0', '--topic', 'orders', '--offset', '1'])).toMatchObject({ code: 0, stdout: expect.stringContaining('read again from offset 1') });
  await until('it being read again', 40_000, async () => worker.log().split('lane.caught_up').length > 3 && (await works()));
  expect(await lengths()).toEqual(before);
  await place('new');
  await until('a new order', 30_000, () => isKnown(worker.url, 'new'));
  expect(await stage.counts()).toMatchObject({ orders: { read: 4, applied: 4, duplicate: 0, deadLetter: 0 } });
  expect(await worker.kill('SIGTERM')).toBe(0);
  expect((await stage.run(['verify'])).code).toBe(0);
}, 240_000);

test('says what is wrong with how it was called', async () => {
  expect((await stage.run(['lanes', 'resume'])).code).toBe(2);
  expect((await stage.run(['lanes', 'resume', 'three'])).code).toBe(2);
  expect(await stage.run(['lanes', 'resume', '7'])).toMatchObject({ code: 2 });
  expect((await stage.run(['lanes', 'rebuild'])).code).toBe(2);
  expect(await stage.run(['lanes', 'rewind', '0', '--topic', 'parcels', '--offset', '1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a source topic') });
  expect(await stage.run(['lanes', 'rewind', '0', '--topic', 'orders', '--offset', '-1'])).toMatchObject({ code: 2 });
  expect(await touchpoint(['lanes', 'list'])).toMatchObject({ code: 2, stderr: expect.stringContaining('REDIS_URL is not set') });
  expect(await touchpoint(['lanes', 'list'], { REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({ code: 1, stderr: expect.stringContaining('Redis does not answer') });
}, 60_000);
