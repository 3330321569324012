import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createReader, until } from '../contract/logs-reader.js';
import { kafkaLogs } from './kafka-support.js';

const numbered = (count: number, what: string): string[] => Array.from({ length: count }, (_, i) => `${what} ${i}`);

test('a topic deleted, made anew and filled beyond the position, while it is read, is told before anything of it is delivered', async () => {
  const logs = await kafkaLogs({ topics: ['orders', 'logistics'], lanes: 2 });
  const topic = logs.sources.get('logistics') ?? '';
  const reader = createReader(await logs.source());
  const admin = logs.kafka.admin();
  try {
    await admin.connect();
    await reader.source.start(reader);
    await logs.append('logistics', 1, numbered(30, 'old'));
    reader.readFrom(1, new Map([['orders', 0], ['logistics', 0]]));
    await until(() => reader.next('logistics', 1) === 30);
    await admin.deleteTopics({ topics: [topic] });
    // The longer it is away, the longer the pauses between looks at it.
    await delay(3_000);
    // The client doesn't wait for leaders of a topic that the broker doesn't list yet: who sends asks for them anyway.
    await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }], waitForLeaders: false });
    await logs.append('logistics', 1, numbered(60, 'new'));
    await until(() => reader.outside.length > 0 || reader.values('logistics', 1).length > 30);
    expect(reader.values('logistics', 1)).toEqual(numbered(30, 'old'));
    expect(reader.outside.length).toBeGreaterThan(0);
    expect(reader.problems).toEqual([]);
  } finally {
    await admin.disconnect();
    await reader.source.stop();
    await logs.close();
  }
}, 60_000);
