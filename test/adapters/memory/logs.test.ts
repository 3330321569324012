import { describe, expect, test } from '@jest/globals';
import { createMemoryLogs } from '../../../src/adapters/memory/logs.js';
import { createPartitionLog } from '../../../src/adapters/memory/partition-log.js';
import { murmur2Partition } from '../../../src/pipeline/partitioner.js';
import { createReader, until } from '../../contract/logs-reader.js';

const open = (options: Partial<Parameters<typeof createMemoryLogs>[0]> = {}) => createMemoryLogs({ topics: ['orders', 'billing'], lanes: 4, now: () => 1_000, ...options });

describe('memory logs', () => {
  test('keys choose the lane as on Kafka, keyless records take turns', () => {
    const logs = open();
    for (const key of ['o-1', 'o-2', 'é']) expect(logs.append('orders', key, 'v').partition).toBe(murmur2Partition(Buffer.from(key), 4));
    expect([1, 2, 3, 4, 5].map(() => logs.append('billing', null, 'v').partition)).toEqual([0, 1, 2, 3, 0]);
    expect(() => logs.append('audits', 'k', 'v')).toThrow(/no partition \d of audits/);
  });

  test('what was advised as read is forgotten but for the last record', async () => {
    const logs = open({ forgetRead: true });
    for (let i = 0; i < 10; i += 1) logs.append('orders', null, String(i), { partition: 2 });
    const source = logs.source();
    const reader = createReader(source);
    await source.start(reader);
    expect(logs.backlog()).toBe(10);
    await source.commitAdvice(2, new Map([['orders', 7]]));
    expect(logs.backlog()).toBe(3);
    expect((await source.bounds([2])).get(2)?.get('orders')).toEqual({ start: 6, end: 10 });
    expect(await source.recordAt(2, 'orders', 5)).toBeNull();
    expect(await source.recordAt(2, 'orders', 6)).toMatchObject({ offset: 6, timestamp: 1_000 });
    reader.readFrom(2, new Map([['orders', 3]]));
    await until(() => reader.outside.length > 0);
    expect(reader.outside).toEqual([{ lane: 2, topic: 'orders', offset: 3 }]);
  });

  test('a listener that knows no other way is failed', async () => {
    const logs = open();
    const source = logs.source();
    const errors: Error[] = [];
    await source.start({ assigned: () => undefined, fetched: () => undefined, failed: (error) => void errors.push(error) });
    source.read(0, new Map([['orders', 5]]));
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ name: 'PositionUnreadable', lane: 0, topic: 'orders', offset: 5 });
  });

  test('so many outputs are kept, and listeners hear of all', async () => {
    const logs = open({ keepOutputs: 2 });
    const heard: string[] = [];
    const end = logs.onWritten(({ value }) => heard.push(String(value)));
    const record = (value: string) => ({ seq: 1, topic: 'cx.events' as const, key: 'k', value, headers: {} });
    await logs.output.publish(1, ['a', 'b', 'c'].map(record));
    end();
    await logs.output.publish(1, [record('d')]);
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(logs.written('cx.events', 1).map(({ offset, value, timestamp }) => [offset, String(value), timestamp])).toEqual([[2, 'c', 1_000], [3, 'd', 1_000]]);
    expect(await logs.output.end(1, 'cx.events')).toBe(4);
    await expect(async () => logs.output.publish(9, [record('x')])).rejects.toThrow(/no lane 9/);
  });

  test('offsets stay through trimming', () => {
    const log = createPartitionLog<number>();
    for (let i = 0; i < 5_000; i += 1) {
      expect(log.append((offset) => offset)).toBe(i);
      if (i % 7 === 0) log.trim(i - 100);
    }
    expect([log.start, log.end, log.at(log.start), log.at(log.start - 1), log.at(5_000)]).toEqual([log.start, 5_000, log.start, null, null]);
    expect(log.slice(0, 10_000)).toEqual(Array.from({ length: 5_000 - log.start }, (_, i) => log.start + i));
  });
});
