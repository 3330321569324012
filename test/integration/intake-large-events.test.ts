import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createInputs, eventsWritten, produceRecords } from '../support/intake-stage.js';
import { createStage, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const ROOM = 20_000;

const MAP = `map: shop
input: {format: ndjson, topics: TOPIC}
common: {orderId: =record.no}
events:
  - {type: order.placed, occurredAt: "2026-03-01T00:00:00Z", customerId: C, lines: =record.lines}
`;

/** A topic takes smaller records than `limits.maxValueBytes`: a record's event does not fit, the next one's does. */
let stage: Stage;
let intake: WorkerProcess;

beforeAll(async () => {
  stage = await createStage({ partitions: 1 });
  await createInputs(stage, 1, ['shop']);
  const admin = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(ROOM) }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: stage.topicName('orders'), configEntries }] });
  await admin.disconnect();
  const file = join(mkdtempSync(join(tmpdir(), 'touchpoint-intake-')), 'shop.yaml');
  writeFileSync(file, MAP.replace('TOPIC', stage.topicName('shop')));
  intake = await stage.process(['intake', '--map', file]);
}, 60_000);
afterAll(async () => { await stage.close(); });

test('an event that its topic does not take is put aside, and the intake goes on', async () => {
  const record = (no: string, lines: number): string => JSON.stringify({ no, lines: Array.from({ length: lines }, (_, i) => ({ lineId: String(i), sku: 'LAMP', quantity: 1 })) });
  await produceRecords(stage, [{ topic: 'shop', key: '1', value: record('1', 2_000) }], 'large');
  const others = Array.from({ length: 300 }, (_, i) => `after-${i}`);
  await produceRecords(stage, others.map((no) => ({ topic: 'shop', key: '1', value: record(no, 10) })), 'others');
  await until('the events after it, which are more than the topic takes at once', 30_000, async () => (await eventsWritten(stage)).length === others.length);
  const [letter] = await stage.read('cx.dead-letters');
  expect(letter?.headers?.['touchpoint.reason']?.toString()).toBe('map_failed');
  expect(letter?.headers?.['__connect.errors.exception.message']?.toString()).toMatch(/events: an event has \d+ bytes, at most \d+ are allowed/);
  expect(intake.log()).not.toContain('"event":"retrying"');
}, 60_000);
