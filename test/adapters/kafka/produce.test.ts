import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { PartitionBatch } from '../../../src/adapters/kafka/covered-send.js';
import { createPace, linesOf, placeLine, produceLines } from '../../../src/adapters/kafka/produce.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../../src/contracts/names.js';
import { murmur2Partition } from '../../../src/pipeline/partitioner.js';

const topicOf = (type: string): SourceTopic | null => (type.startsWith('order.') ? 'orders' : type.startsWith('delivery.') ? 'logistics' : null);
const SOURCES = new Map(SOURCE_TOPICS.map((topic) => [topic, `shop.${topic}`]));
const line = (type: string, orderId: string, id: number): Buffer => Buffer.from(`{"type":"${type}","orderId":"${orderId}","id":"${id}"}`);

async function* several(...chunks: Buffer[][]): AsyncGenerator<readonly Buffer[]> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** A producer that keeps what it gets, and counts requests. */
const keeping = () => {
  const requests: (readonly PartitionBatch[])[] = [];
  return { requests, send: (batches: readonly PartitionBatch[]) => (requests.push(batches), Promise.resolve(new Map<string, number>())) };
};

describe('producing from files', () => {
  test('a line goes to the topic of its type, keyed by its order, byte by byte', async () => {
    const producer = keeping();
    const lines = [line('order.placed', 'o-1', 1), line('delivery.completed', 'o-1', 2), Buffer.from('  \r'), Buffer.from('{"type":"order.placed","orderId":"é ', 'latin1')];
    const done = await produceLines(producer, several(lines), { sources: SOURCES, topicOf, partitions: 8, rate: null });
    expect(done).toEqual({ lines: 3, unplaced: 1, unencoded: 0, perTopic: new Map([['orders', 2], ['logistics', 1]]) });
    const batches = producer.requests.flat();
    const partition = murmur2Partition(Buffer.from('o-1'), 8);
    expect(batches).toContainEqual({ topic: 'shop.logistics', partition, messages: [{ key: Buffer.from('o-1'), value: lines[1] }], bytes: expect.any(Number) });
    const refused = batches.flatMap(({ topic, messages }) => messages.filter(({ key }) => key === null).map(({ value }) => ({ topic, value })));
    expect(refused).toEqual([{ topic: 'shop.orders', value: lines[3] }]);
  });

  test.each([['[1]'], ['null'], ['7'], ['{"type":7}'], ['{"type":"order"}'], ['{'], ['{"type":"toString"}']])('%s tells no topic', (text) => {
    expect(placeLine(Buffer.from(text), topicOf)).toEqual({ topic: 'orders', key: null, value: Buffer.from(text), unplaced: true });
  });

  test('order is kept per partition, over requests', async () => {
    const producer = keeping();
    const lines = Array.from({ length: 9_000 }, (_, i) => line('order.placed', `o-${i % 50}`, i));
    const done = await produceLines(producer, several(lines.slice(0, 5_000), lines.slice(5_000)), { sources: SOURCES, topicOf, partitions: 4, rate: null });
    expect(done.lines).toBe(9_000);
    const ids = new Map<string, number[]>();
    for (const { key, value } of producer.requests.flat().flatMap(({ messages }) => messages)) {
      const { id } = JSON.parse(String(value)) as { id: string };
      ids.set(String(key), [...(ids.get(String(key)) ?? []), Number(id)]);
    }
    expect(ids.size).toBe(50);
    for (const own of ids.values()) {
      expect(own).toHaveLength(180);
      expect(own).toEqual([...own].sort((x, y) => x - y));
    }
    expect(producer.requests.length).toBeGreaterThan(1);
  });

  test('what comes together is sent at once where it is asked for', async () => {
    const producer = keeping();
    const sent: number[] = [];
    const chunks = [[line('order.placed', 'o-1', 1)], [], [line('order.placed', 'o-2', 2), line('order.placed', 'o-3', 3)]];
    await produceLines(producer, several(...chunks), { sources: SOURCES, topicOf, partitions: 4, rate: null, sendsEachChunk: true, progress: ({ lines }) => void sent.push(lines) });
    expect(sent).toEqual([1, 3]);
  });

  test('events come at their rate, and a slow answer is made up for', async () => {
    let clock = 0;
    let waited = 0;
    const producer = keeping();
    const slow = { send: (batches: readonly PartitionBatch[]) => {
      clock += producer.requests.length === 10 ? 900 : 1;
      return producer.send(batches);
    } };
    const lines = Array.from({ length: 5_000 }, (_, i) => line('order.placed', `o-${i}`, i));
    await produceLines(slow, several(lines), {
      sources: SOURCES, topicOf, partitions: 4, rate: 1_000, now: () => clock,
      wait: (ms) => {
        clock += ms;
        waited += ms;
        return Promise.resolve();
      },
    });
    expect(clock).toBeGreaterThan(4_900);
    expect(clock).toBeLessThan(5_100);
    expect(waited).toBeGreaterThan(3_000);
  });

  test('without a rate there is no waiting', async () => {
    const pace = createPace(null, () => 0, () => Promise.reject(new Error('waited')));
    await pace.next(1_000_000);
    expect(pace.allowed(0)).toBeGreaterThan(1_000);
  });

  test('a packed file that ends early is told by its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'touchpoint-lines-'));
    try {
      const file = join(folder, 'cut.gz');
      await writeFile(file, gzipSync('one\ntwo\n').subarray(0, 20));
      const read = async (): Promise<void> => { for await (const lines of linesOf([file])) expect(lines.length).toBeLessThan(3); };
      await expect(read()).rejects.toThrow(`${file}: unexpected end of file`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('lines are cut across reads and files, the last one also without an end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'touchpoint-lines-'));
    try {
      const long = 'x'.repeat(600_000);
      await writeFile(join(folder, 'a'), `one\n${long}\n\nthree`);
      await writeFile(join(folder, 'b'), 'four\nfive\n');
      const found: string[] = [];
      for await (const lines of linesOf([join(folder, 'a'), join(folder, 'b')])) found.push(...lines.map(String));
      expect(found).toEqual(['one', long, '', 'three', 'four', 'five']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
