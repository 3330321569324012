import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import { checkTopics } from '../../src/adapters/kafka/check-topics.js';
import { createKafkaClient, type KafkaClient } from '../../src/adapters/kafka/connection.js';
import { produceFiles } from '../../src/adapters/kafka/produce.js';
import { openKafkaSource } from '../../src/adapters/kafka/source-log.js';
import { createTopics, DEFAULT_RETENTION, type TopicPlan } from '../../src/adapters/kafka/topics.js';
import { OUTPUT_TOPICS, SOURCE_TOPICS } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReader, until } from '../contract/logs-reader.js';
import { freshPrefix, realKafka } from '../support/real-services.js';

describe('topics on a real broker', () => {
  let client: KafkaClient;
  let admin: Admin;

  beforeAll(async () => {
    const { brokers } = await realKafka();
    client = createKafkaClient({ brokers, clientId: 'touchpoint-test', ssl: false, sasl: null }, () => undefined);
    admin = client.kafka.admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  const plan = (partitions = 3): TopicPlan => {
    const prefix = freshPrefix('topics');
    return {
      sources: new Map(SOURCE_TOPICS.map((topic) => [topic, `${prefix}.${topic}`])),
      outputs: new Map(OUTPUT_TOPICS.map((topic) => [topic, `${prefix}.${topic}`])),
      partitions, replication: 1, ...DEFAULT_RETENTION,
    };
  };

  test('what is missing is named, then created, then nothing is wrong', async () => {
    const wanted = plan();
    const [problem, ...others] = await checkTopics(admin, wanted);
    expect(others).toEqual([]);
    expect(problem).toContain(`${wanted.sources.get('audits')}, ${wanted.outputs.get('cx.events')}`);
    expect(problem).toContain('`touchpoint topics --create`');
    const { created, existing } = await createTopics(admin, wanted);
    expect([created.length, existing.length]).toEqual([12, 0]);
    expect(await checkTopics(admin, wanted)).toEqual([]);
    expect(await createTopics(admin, wanted)).toMatchObject({ created: [], existing: created });
  });

  test('different numbers of partitions are told, of sources and of outputs', async () => {
    const wanted = plan(2);
    await createTopics(admin, wanted);
    await admin.createPartitions({ topicPartitions: [{ topic: wanted.outputs.get('cx.alerts') ?? '', count: 5 }] });
    await untilShown(async () => (await checkTopics(admin, wanted)).length > 0);
    expect(await checkTopics(admin, wanted)).toEqual([expect.stringMatching(/output topics need as many partitions as the sources, 2, but: .*cx\.alerts: 5/)]);
    await admin.createPartitions({ topicPartitions: [{ topic: wanted.sources.get('billing') ?? '', count: 4 }] });
    await untilShown(async () => /source topics differ/.test((await checkTopics(admin, wanted)).join()));
    await expect(openKafkaSource({ client, groupId: freshPrefix(), sources: wanted.sources, owned: new Map() })).rejects.toThrow(/billing has 4/);
  });

  test('settings that lose records are told', async () => {
    const wanted = plan(1);
    await createTopics(admin, wanted);
    const set = (topic: string | undefined, name: string, value: string) => admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic ?? '', configEntries: [{ name, value }] }] });
    await set(wanted.sources.get('orders'), 'cleanup.policy', 'compact');
    await set(wanted.outputs.get('cx.journeys'), 'cleanup.policy', 'delete');
    await set(wanted.outputs.get('cx.dead-letters'), 'max.message.bytes', '1000');
    // Settings arrive one after the other, and the last one makes no further finding: it changes what one of them says.
    await untilShown(async () => (await checkTopics(admin, wanted)).some((finding) => finding.includes('takes 1000')));
    const problems = (await checkTopics(admin, wanted)).join('\n');
    expect(problems).toMatch(/orders has cleanup.policy=compact/);
    expect(problems).toMatch(/cx\.journeys has cleanup.policy=delete/);
    expect(problems).toMatch(/cx\.dead-letters takes 1000/);
  });

  test('outputs that take less than is written at once are told, though their sources take no more', async () => {
    const wanted = plan(1);
    await createTopics(admin, wanted);
    for (const topic of [...wanted.sources.values(), wanted.outputs.get('cx.events')!]) {
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'max.message.bytes', value: '300000' }] }] });
    }
    await untilShown(async () => (await checkTopics(admin, wanted)).length > 0);
    expect(await checkTopics(admin, wanted)).toEqual([expect.stringMatching(/writes up to 589824 bytes at once, but \S*cx\.events takes 300000: set/)]);
  });

  test('files are produced where their types say, and read back in order', async () => {
    const wanted = plan(4);
    await createTopics(admin, wanted);
    const folder = await mkdtemp(join(tmpdir(), 'touchpoint-produce-'));
    const lines = Array.from({ length: 3_000 }, (_, i) => JSON.stringify({ type: i % 3 === 0 ? 'order.placed' : 'delivery.completed', orderId: `o-${i % 100}`, id: String(i) }));
    try {
      await writeFile(join(folder, 'events.ndjson'), `${lines.join('\n')}\n\nnot json\n`);
      const progress: number[] = [];
      const done = await produceFiles({
        client, files: [join(folder, 'events.ndjson')], sources: wanted.sources, topicOf, partitions: 4, rate: null,
        progress: (so) => progress.push(so.lines),
      });
      expect(done).toEqual({ lines: 3_001, unplaced: 1, unencoded: 0, perTopic: new Map([['orders', 1_001], ['logistics', 2_000]]) });
      expect(progress.at(-1)).toBe(3_001);
    } finally {
      await rm(folder, { recursive: true });
    }
    const reader = createReader(await openKafkaSource({ client, groupId: freshPrefix(), sources: wanted.sources, owned: new Map() }));
    await reader.source.start(reader);
    const all = (topic: 'orders' | 'logistics'): string[] => [0, 1, 2, 3].flatMap((lane) => reader.values(topic, lane));
    for (const lane of reader.lanes) reader.readFrom(lane, new Map());
    await until(() => all('orders').length === 1_001 && all('logistics').length === 2_000);
    expect([...all('orders'), ...all('logistics')].sort()).toEqual([...lines, 'not json'].sort());
    for (const lane of [0, 1, 2, 3]) {
      const ids = reader.values('logistics', lane).map((value) => Number((JSON.parse(value) as { id: string }).id));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    await reader.source.stop();
  });
});

/** Brokers take a moment to show a change. */
const untilShown = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the change did not show');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
