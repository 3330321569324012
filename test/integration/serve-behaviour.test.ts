import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { type Producer } from 'kafkajs';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { SOURCES } from '../../src/contracts/sources.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { withoutRepeats } from '../support/derived.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const PARTITIONS = 2;

interface Sent {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

/** A worker on real Kafka and Redis, and what a company's producers may do to it. */
describe('serve', () => {
  let stage: Stage;
  let worker: WorkerProcess;
  let producer: Producer;

  beforeAll(async () => {
    stage = await createStage({ partitions: PARTITIONS, config: { limits: { maxValueBytes: 10_000, maxJourneyEvents: 3 }, retention: { settledOrders: null } } });
    worker = await stage.worker();
    producer = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING })
      .producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
  }, 60_000);
  afterAll(async () => {
    await producer.disconnect();
    await stage.close();
  });

  const exampleOf = (topic: SourceTopic): Record<string, unknown> => {
    const found = [...SOURCES.values()].find((s) => s.topic === topic);
    if (found === undefined) throw new Error(topic);
    return { ...(found.example as object) };
  };
  const send = async (topic: SourceTopic, key: string | null, value: unknown, partition?: number): Promise<Sent> => {
    const bytes = value === null ? null : Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    const at = partition ?? (key === null ? 0 : murmur2Partition(Buffer.from(key), PARTITIONS));
    const headers = { 'x-trace': `${topic}-${Math.random()}`, 'x-origin': 'test' };
    await producer.send({ topic: stage.topicName(topic), acks: -1, messages: [{ key, value: bytes, partition: at, headers }] });
    return { topic: stage.topicName(topic), partition: at, key: key === null ? null : Buffer.from(key), value: bytes, headers };
  };

  test('calls an undelivered order late by the clock, on silent topics, within 3 s of deadline and lateness', async () => {
    const order = `silent-${Date.now()}`;
    const deadline = Date.now() + 6_000;
    const placed = { ...exampleOf('orders'), id: 'p', orderId: order, occurredAt: new Date().toISOString(), promisedDeliveryAt: new Date(deadline).toISOString() };
    await send('orders', order, placed);
    const late = await until('the order called late', 30_000, async () => {
      const { signals } = (await (await fetch(`${worker.url}/v1/orders/${order}`)).json()) as { signals?: { signal: string }[] };
      return signals?.some((s) => s.signal === 'late_delivery') === true ? Date.now() : null;
    });
    expect(late).toBeGreaterThan(deadline + 4_900);
    expect(late).toBeLessThan(deadline + 5_000 + 3_000);
    const detected = await until('the event published', 5_000, async () => withoutRepeats(await stage.read('cx.events')).find((e) => e.orderId === order && e.signal === 'late_delivery'));
    expect(detected).toMatchObject({ type: 'signal.opened' });
  }, 60_000);

  test('ends with 1 where its port is taken, connections to Kafka and Redis notwithstanding', async () => {
    const second = await stage.run(['serve'], { HTTP_PORT: new URL(worker.url).port });
    expect(second.stderr).toContain('is taken by another program');
    expect(second.code).toBe(1);
  }, 30_000);

  test('puts a malformed record of every reason aside, on every topic, as it came, and goes on', async () => {
    const sent: (Sent & { readonly reason: string })[] = [];
    for (const topic of SOURCE_TOPICS) {
      const order = `bad-${topic}`;
      const event = { ...exampleOf(topic), orderId: order, occurredAt: '2025-03-01T10:00:00Z' };
      const put = async (reason: string, key: string | null, value: unknown, partition?: number): Promise<void> => {
        sent.push({ reason, ...(await send(topic, key, value, partition)) });
      };
      await put('tombstone', order, null);
      await put('not_json', order, Buffer.from([0xff, 0xfe, 0x00]));
      await put('schema_invalid', order, { ...event, id: 's', occurredAt: 'yesterday' });
      await put('unknown_type', order, { ...event, id: 'u', type: 'parcel.scanned' });
      await put('key_mismatch', `other-${topic}`, { ...event, id: 'k' });
      await put('key_mismatch', order, { ...event, id: 'p' }, 1 - murmur2Partition(Buffer.from(order), PARTITIONS));
      await put('too_large', order, { ...event, id: 'l', extra: 'x'.repeat(10_000) });
      await put('clock_out_of_range', order, { ...event, id: 'c', occurredAt: new Date(Date.now() + 7_200_000).toISOString() });
      for (let i = 0; i < 3; i++) await send(topic, order, { ...event, id: `fact-${i}` });
      await put('journey_too_long', order, { ...event, id: 'fact-3' });
    }
    const refused = await until('all dead letters', 30_000, async () => {
      const found = await stage.read('cx.dead-letters');
      return found.length >= sent.length ? found : null;
    });
    const seen = refused.map((m) => ({
      reason: m.headers?.['touchpoint.reason']?.toString(), topic: m.headers?.['__connect.errors.topic']?.toString(),
      partition: Number(m.headers?.['__connect.errors.partition']?.toString()), key: m.key, value: m.value,
      trace: m.headers?.['x-trace']?.toString(), origin: m.headers?.['x-origin']?.toString(), message: m.headers?.['__connect.errors.exception.message']?.toString(),
    }));
    for (const { reason, topic, partition, key, value, headers } of sent) {
      const letter = seen.find((s) => s.trace === headers['x-trace']);
      expect(letter).toMatchObject({ reason, topic, partition, origin: 'test' });
      expect(letter?.key?.toString() ?? null).toEqual(key?.toString() ?? null);
      expect(letter?.value === null ? null : letter?.value?.toString('hex')).toEqual(value?.toString('hex') ?? null);
      expect(letter?.message?.length).toBeGreaterThan(10);
    }
    expect(refused).toHaveLength(sent.length);
    await send('orders', 'after-all', { ...exampleOf('orders'), id: 'a', orderId: 'after-all', occurredAt: '2025-03-02T10:00:00Z' });
    const answer = await until('the lane going on', 10_000, async () => {
      const response = await fetch(`${worker.url}/v1/orders/after-all`);
      return response.status === 200 ? response : null;
    });
    expect(await answer.json()).toMatchObject({ orderId: 'after-all' });
    const counts = await stage.counts();
    for (const count of Object.values(counts)) expect(count.read).toBe(count.applied + count.duplicate + count.deadLetter);
  }, 90_000);
});

describe('serve, on a backlog of an old year', () => {
  test.each([200, 4_000, null])('at %s events a second, never calls an order late that was delivered on time', async (rate) => {
    const orders = rate === 200 ? 250 : 1_200;
    const input = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'old.ndjson');
    writeFileSync(input, [...simulateNdjson({ seed: `old-${rate}`, start: Date.UTC(2024, 0, 1), orders })].join(''));
    const stage = await createStage();
    try {
      const worker = await stage.worker();
      const produced = await stage.run(['produce', input, ...(rate === null ? [] : ['--rate', String(rate)])]);
      expect(produced.code).toBe(0);
      const total = Number(/([\d,]+) events acknowledged/.exec(produced.stdout)?.[1]?.replaceAll(',', ''));
      await until('everything read', 60_000, async () => (await metric(worker.url, 'cx_events_total')) >= total);
      await until('the wall clock reached', 60_000, async () => (await metric(worker.url, 'cx_time_reached_seconds')) / 4 > 1_700_000_000 + 3e7);
      const events = withoutRepeats(await until('outputs', 20_000, async () => ((await metric(worker.url, 'cx_outbox_pending')) === 0 ? stage.read('cx.events') : null)));
      const called = new Set(events.filter((e) => e.signal === 'late_delivery').map((e) => e.orderId));
      expect(called.size).toBeGreaterThan(0);
      for (const orderId of called) {
        const { signals } = (await (await fetch(`${worker.url}/v1/orders/${orderId}`)).json()) as { signals: { signal: string }[] };
        expect([orderId, signals.some((s) => s.signal === 'late_delivery')]).toEqual([orderId, true]);
      }
    } finally {
      await stage.close();
    }
  }, 240_000);
});

describe('serve, told to stop under load', () => {
  test('ends with 0 within 5 s, everything committed, and the next start goes on where it stopped', async () => {
    const input = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'load.ndjson');
    writeFileSync(input, [...simulateNdjson({ seed: 'stop', start: Date.UTC(2025, 0, 1), orders: 3_000 })].join(''));
    const stage = await createStage();
    try {
      const first = await stage.worker();
      const producing = stage.run(['produce', input]);
      await until('load', 30_000, async () => (await metric(first.url, 'cx_events_total')) > 3_000);
      const asked = Date.now();
      expect(await first.kill('SIGTERM')).toBe(0);
      expect(Date.now() - asked).toBeLessThan(5_000);
      const total = Number(/([\d,]+) events acknowledged/.exec((await producing).stdout)?.[1]?.replaceAll(',', ''));
      const sum = (counts: Awaited<ReturnType<Stage['counts']>>): number => Object.values(counts).reduce((all, c) => all + c.read, 0);
      const stopped = sum(await stage.counts());
      expect(stopped).toBeGreaterThan(0);
      expect(stopped).toBeLessThan(total);
      const second = await stage.worker();
      await until('the rest read', 60_000, async () => sum(await stage.counts()) === total);
      expect(await metric(second.url, 'cx_events_total')).toBe(total - stopped);
      expect(await metric(second.url, 'cx_events_total', { outcome: 'applied' })).toBeGreaterThan(0);
      withoutRepeats(await stage.read('cx.events'));
    } finally {
      await stage.close();
    }
  }, 180_000);
});
