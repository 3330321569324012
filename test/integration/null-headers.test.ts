import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { ConfigResourceTypes, type IHeaders } from 'kafkajs';
import { parse, stringify } from 'yaml';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { headerEntries } from '../../src/pipeline/header-entries.js';
import type { RecordHeaders } from '../../src/pipeline/ports.js';
import { createStage, type Stage, touchpoint, until } from '../support/touchpoint.js';

/** Named as those that are added to a dead letter. */
const LIKE_OURS = { cx_seq: '5', 'touchpoint.reason': 'its own', '__connect.errors.task.id': '4' };

const HEADERS: RecordHeaders = { ...LIKE_OURS, none: null, empty: '', several: ['1', null, '', '2'], plain: 'text', toString: ['named like a method', null] };

/** Name and value of each header, in no order between names. */
const told = (headers: IHeaders | undefined): (readonly [string, string | null])[] =>
  headerEntries((headers ?? {}) as RecordHeaders).map(([name, value]) => [name, value === null ? null : value.toString()] as const)
    .filter(([name]) => !/^(__connect|touchpoint\.|cx_seq)/.test(name)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The topics are compressed by the broker, so that it takes every record apart and would refuse one that is not well-formed. */
describe('headers without a value', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  let stage: Stage;

  beforeAll(async () => {
    stage = await createStage({ partitions: 1, config: { limits: { maxValueBytes: 2_000 } } });
    const client = createKafkaClient({ brokers: stage.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
    const admin = client.kafka.admin();
    await admin.connect();
    for (const topic of ['orders', 'cx.dead-letters']) {
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: stage.topicName(topic), configEntries: [{ name: 'compression.type', value: 'gzip' }, { name: 'max.message.bytes', value: topic === 'orders' ? '1048588' : '2097152' }] }] });
    }
    await admin.disconnect();
    const producer = client.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const value = JSON.stringify({ id: 'a', type: 'order.placed', orderId: 'h-1', occurredAt: new Date(Date.now() - 3_600_000).toISOString(), customerId: 'c', lines: [], note: 'x'.repeat(3_000) });
    await producer.send({ topic: stage.topicName('orders'), acks: -1, messages: [{ key: 'h-1', value, headers: HEADERS as IHeaders }, { key: 'h-1', value: 'no json', headers: HEADERS as IHeaders }] });
    await producer.disconnect();
    await stage.worker();
  }, 120_000);
  afterAll(() => stage.close());

  test('are those of the dead letters, beside empty ones and names that come more than once', async () => {
    const written = await stage.read('orders');
    expect(told(written[0]?.headers)).toEqual([
      ['empty', ''], ['none', null], ['plain', 'text'], ['several', '1'], ['several', null], ['several', ''], ['several', '2'], ['toString', 'named like a method'], ['toString', null],
    ]);
    const letters = await until('both letters', 30_000, async () => {
      const found = await stage.read('cx.dead-letters');
      return found.length >= 2 ? found : null;
    });
    for (const letter of letters) expect(told(letter.headers)).toEqual(told(written[0]?.headers));
    const shown = await stage.run(['dead-letters', 'show', '0:0']);
    expect(shown.stdout).toContain('none: (no value)');
    const verified = await stage.run(['verify', '--rate', '0']);
    expect([verified.stdout, verified.code]).toEqual([expect.stringContaining('No difference.'), 0]);
  }, 60_000);

  test('go back with a record that is sent back', async () => {
    const file = stage.env['TOUCHPOINT_CONFIG'] ?? '';
    const mended = join(directory, 'mended.yaml');
    writeFileSync(mended, stringify({ ...(parse(readFileSync(file, 'utf8')) as object), limits: { maxValueBytes: 10_000 } }));
    const done = await touchpoint(['dead-letters', 'redrive', '--reason', 'too_large'], { ...stage.env, TOUCHPOINT_CONFIG: mended });
    expect([done.code, done.stderr]).toEqual([0, expect.anything()]);
    const records = await stage.read('orders');
    expect(records).toHaveLength(3);
    expect(told(records[2]?.headers)).toEqual(told(records[0]?.headers));
    expect(records[2]?.headers?.['touchpoint.redriven']?.toString()).toBe('0:0');
    for (const [name, own] of Object.entries(LIKE_OURS)) expect([name, records[2]?.headers?.[name]?.toString()]).toEqual([name, own]);
  }, 60_000);
});
