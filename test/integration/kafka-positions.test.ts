import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createReader, until, type Reader } from '../contract/logs-reader.js';
import { kafkaLogs, type KafkaLogs } from './kafka-support.js';

describe('positions that records alone do not tell', () => {
  let logs: KafkaLogs;
  const TOPICS = ['orders', 'logistics'] as const;

  beforeAll(async () => {
    logs = await kafkaLogs({ topics: TOPICS, lanes: 2 });
  });
  afterAll(() => logs.close());

  const reading = async (lane: number, from = 0): Promise<Reader> => {
    const reader = createReader(await logs.source());
    await reader.source.start(reader);
    reader.readFrom(lane, new Map(TOPICS.map((topic) => [topic, from])));
    return reader;
  };
  const end = async (reader: Reader, lane: number): Promise<number> => (await reader.source.bounds([lane])).get(lane)?.get('orders')?.end ?? -1;

  test('aborted transactions and markers are passed, also at the end of a partition', async () => {
    const topic = logs.sources.get('orders') ?? '';
    const producer = logs.kafka.producer({ transactionalId: `${topic}.tx`, idempotent: true, maxInFlightRequests: 1, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const transaction = async (values: readonly string[], ends: 'commit' | 'abort'): Promise<void> => {
      const open = await producer.transaction();
      await open.send({ topic, messages: values.map((value) => ({ key: 'k', value, partition: 0 })) });
      await open[ends]();
    };
    await transaction(['a', 'b'], 'commit');
    await transaction(['never', 'said'], 'abort');
    await transaction(['c'], 'commit');
    await logs.append('orders', 0, ['d']);
    await transaction(['not', 'this', 'either'], 'abort');
    await producer.disconnect();

    const reader = await reading(0);
    const last = await end(reader, 0);
    expect(last).toBe(2 + 1 + 2 + 1 + 1 + 1 + 1 + 3 + 1);
    await until(() => reader.next('orders', 0) === last);
    expect(reader.values('orders', 0)).toEqual(['a', 'b', 'c', 'd']);
    // Then nothing more is told until there is more.
    const before = reader.rangesTotal;
    await logs.append('orders', 0, ['e']);
    await until(() => reader.values('orders', 0).length === 5);
    expect(reader.rangesTotal).toBe(before + 1);
    expect(reader.problems).toEqual([]);
    await reader.source.stop();
  });

  test('what retention took is told to whoever stood there, and the rest of the worker goes on', async () => {
    await logs.append('orders', 1, Array.from({ length: 50 }, (_, i) => `o${i}`));
    await logs.append('logistics', 1, ['l0']);
    await logs.remove(logs.sources.get('orders'), 1, 30);

    const reader = await reading(1, 10);
    reader.readFrom(1, new Map([['orders', 10], ['logistics', 0]]));
    reader.readFrom(0, new Map());
    await until(() => reader.outside.length > 0);
    expect(reader.outside).toEqual([{ lane: 1, topic: 'orders', offset: 10 }]);
    expect((await reader.source.bounds([1])).get(1)?.get('orders')).toEqual({ start: 30, end: 50 });
    expect(await reader.source.recordAt(1, 'orders', 29)).toBeNull();
    expect(await reader.source.recordAt(1, 'orders', 30)).toMatchObject({ offset: 30, value: Buffer.from('o30') });
    await until(() => reader.values('orders', 0).length === 5);
    expect(reader.values('orders', 1)).toEqual([]);
    // Without an offset reading begins at the oldest record there is.
    reader.readFrom(1, new Map());
    await until(() => reader.values('orders', 1).length === 20 && reader.values('logistics', 1).length === 1);
    expect(reader.problems).toEqual([]);
    await reader.source.stop();
  });

  test('outputs that are gone are left out when read back', async () => {
    const records = Array.from({ length: 20 }, (_, i) => ({ seq: i, topic: 'cx.alerts' as const, key: 'k', value: String(i), headers: {} }));
    await logs.output.publish(0, records);
    await logs.remove(logs.outputs.get('cx.alerts'), 0, 12);
    const back: string[] = [];
    await logs.output.readBack(0, 'cx.alerts', 3, 18, ({ value }) => back.push(String(value)));
    expect(back).toEqual(['12', '13', '14', '15', '16', '17']);
  });
});
