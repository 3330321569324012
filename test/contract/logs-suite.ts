import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import type { OutputLog, SourceLog } from '../../src/pipeline/ports.js';
import { createReader, until, type Reader } from './logs-reader.js';

export const LANES = 4;
export const TOPICS = ['orders', 'logistics', 'billing'] as const satisfies readonly SourceTopic[];

/** Both logs, with fresh topics and a fresh group. */
export interface LogsUnderTest {
  append(topic: SourceTopic, lane: number, values: readonly string[]): Promise<void>;
  source(): Promise<SourceLog>;
  readonly output: OutputLog;
  close(): Promise<void>;
}

/** What every pair of logs does, on memory as on Kafka. */
export const logsSuite = (name: string, open: () => Promise<LogsUnderTest>): void => {
  describe(`logs: ${name}`, () => {
    let logs: LogsUnderTest;
    let readers: Reader[] = [];
    const numbered = (prefix: string, count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${from + i}`);

    beforeAll(async () => {
      logs = await open();
    });
    beforeEach(() => {
      readers = [];
    });
    afterAll(() => logs.close());

    const join = async (): Promise<Reader> => {
      const reader = createReader(await logs.source());
      readers.push(reader);
      await reader.source.start(reader);
      return reader;
    };
    const leaveAll = async (): Promise<void> => {
      await Promise.all(readers.map((reader) => reader.source.stop()));
    };

    test('a lone worker gets every lane, and nothing before it reads', async () => {
      await logs.append('orders', 0, numbered('first', 5));
      const reader = await join();
      expect(reader.lanes).toEqual([0, 1, 2, 3]);
      expect(reader.source.lanes).toBe(LANES);
      await reader.source.bounds([0]);
      expect(reader.rangesTotal).toBe(0);
      await leaveAll();
    });

    test('reads from the oldest record, in order, ranges joined without a gap, and then what comes later', async () => {
      await logs.append('logistics', 1, numbered('a', 1_200));
      const reader = await join();
      reader.readFrom(1, new Map());
      await until(() => reader.values('logistics', 1).length === 1_200);
      await logs.append('logistics', 1, numbered('a', 30, 1_200));
      await until(() => reader.values('logistics', 1).length === 1_230);
      expect(reader.values('logistics', 1)).toEqual(numbered('a', 1_230));
      expect(reader.problems).toEqual([]);
      await leaveAll();
    });

    test('reading again begins where it was told, also behind', async () => {
      await logs.append('billing', 2, numbered('b', 100));
      const reader = await join();
      reader.readFrom(2, new Map([['billing', 90]]));
      await until(() => reader.values('billing', 2).length === 10);
      reader.readFrom(2, new Map([['billing', 40]]));
      await until(() => reader.values('billing', 2).length === 60);
      expect(reader.values('billing', 2)).toEqual(numbered('b', 60, 40));
      expect(reader.problems).toEqual([]);
      await leaveAll();
    });

    test('a paused topic delivers nothing while the lane goes on, and all of it once resumed', async () => {
      const reader = await join();
      reader.readFrom(3, new Map());
      reader.source.pause(3, 'orders');
      await logs.append('orders', 3, numbered('o', 40));
      await logs.append('billing', 3, numbered('x', 40));
      await until(() => reader.values('billing', 3).length === 40);
      expect(reader.values('orders', 3)).toEqual([]);
      reader.source.resume(3, 'orders');
      await until(() => reader.values('orders', 3).length === 40);
      expect(reader.problems).toEqual([]);
      await leaveAll();
    });

    test('bounds, single records and advice', async () => {
      await logs.append('orders', 2, numbered('p', 7));
      const reader = await join();
      const bounds = (await reader.source.bounds([2])).get(2)?.get('orders');
      expect(bounds).toEqual({ start: 0, end: 7 });
      const record = await reader.source.recordAt(2, 'orders', 6);
      expect(record).toMatchObject({ topic: 'orders', partition: 2, offset: 6, value: Buffer.from('p-6') });
      expect(await reader.source.recordAt(2, 'orders', 7)).toBeNull();
      expect(await reader.source.recordAt(2, 'orders', 70)).toBeNull();
      expect(await reader.source.advisedOffsets(2)).toBeNull();
      await reader.source.commitAdvice(2, new Map([['orders', 5]]));
      expect(await reader.source.advisedOffsets(2)).toEqual(new Map([['orders', 5]]));
      expect(await reader.source.confirmMembership()).toBe(true);
      await leaveAll();
      expect(await reader.source.confirmMembership()).toBe(false);
    });

    test('a position outside of the log is told, never moved', async () => {
      const reader = await join();
      reader.readFrom(0, new Map([['billing', 1_000_000]]));
      await until(() => reader.outside.length > 0);
      expect(reader.outside).toEqual([{ lane: 0, topic: 'billing', offset: 1_000_000 }]);
      expect(reader.values('billing', 0)).toEqual([]);
      await leaveAll();
    });

    test('workers share the lanes evenly, keep what they can, and take over from those that leave', async () => {
      const first = await join();
      expect(first.lanes).toHaveLength(LANES);
      const second = await join();
      await until(() => first.lanes.length === 2 && second.lanes.length === 2);
      expect([...first.lanes, ...second.lanes].sort()).toEqual([0, 1, 2, 3]);
      const kept = [...first.lanes];
      await second.source.stop();
      await until(() => first.lanes.length === LANES);
      expect(first.lanes).toEqual(expect.arrayContaining(kept));
      await leaveAll();
    });

    test('what is published lies in the lane in order, and can be read back', async () => {
      const record = (topic: 'cx.events' | 'cx.alerts', seq: number) => ({ seq, topic, key: `k${seq}`, value: `v${seq}`, headers: { cx_seq: String(seq) } });
      const before = await logs.output.end(1, 'cx.events');
      const first = await logs.output.publish(1, [record('cx.events', 1), record('cx.alerts', 2), record('cx.events', 3)]);
      expect(first.get('cx.events')).toBe(before);
      expect(first.has('cx.alerts')).toBe(true);
      const many = Array.from({ length: 1_300 }, (_, i) => record('cx.events', 4 + i));
      const [second] = await Promise.all([logs.output.publish(1, many), logs.output.publish(1, [record('cx.events', 5_000)])]);
      expect(second.get('cx.events')).toBe(before + 2);
      const end = await logs.output.end(1, 'cx.events');
      expect(end).toBe(before + 1_303);
      const back: string[] = [];
      await logs.output.readBack(1, 'cx.events', before, end, ({ key, headers }) => back.push(`${String(key)}/${String(headers['cx_seq'])}`));
      expect(back).toEqual([1, 3, ...many.map(({ seq }) => seq), 5_000].map((seq) => `k${seq}/${seq}`));
    });
  });
};
