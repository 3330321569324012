import { describe, expect, test } from '@jest/globals';
import type { PartitionBatch } from '../../../src/adapters/kafka/covered-send.js';
import { createSendBack } from '../../../src/adapters/kafka/send-back.js';
import type { RecordToSend } from '../../../src/pipeline/redrive.js';

const record = (i: number, more: Partial<RecordToSend> = {}): RecordToSend =>
  ({ topic: 'shop.orders', partition: i % 3, key: Buffer.from(`k${i}`), value: Buffer.from(`v${i}`), timestamp: i, headers: { h: ['x'] }, ...more });

const keeping = (fail: (batches: readonly PartitionBatch[]) => Error | null = () => null) => {
  const requests: (readonly PartitionBatch[])[] = [];
  return {
    requests,
    send(batches: readonly PartitionBatch[]) {
      const error = fail(batches);
      if (error !== null) return Promise.reject(error);
      requests.push(batches);
      return Promise.resolve(new Map<string, number>());
    },
  };
};
const protocolError = (type: string): Error => Object.assign(new Error(type), { type });

describe('sending back', () => {
  test('keeps order per partition over requests, and says what was stored only when it was', async () => {
    const producer = keeping();
    const sent: number[] = [];
    const sender = createSendBack<number>(producer, { rate: null, sent: (items) => sent.push(...items), tooLarge: () => undefined });
    for (let i = 0; i < 2_000; i += 1) await sender.add(record(i), i);
    expect(sent.length).toBe(producer.requests.flat().reduce((sum, { messages }) => sum + messages.length, 0));
    await sender.flush();
    expect(sent).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
    for (const partition of [0, 1, 2]) {
      const times = producer.requests.flat().filter((b) => b.partition === partition).flatMap(({ messages }) => messages.map((m) => Number(m.timestamp)));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  test('leaves a missing timestamp to the broker', async () => {
    const producer = keeping();
    const sender = createSendBack<number>(producer, { rate: null, sent: () => undefined, tooLarge: () => undefined });
    await sender.add(record(0, { timestamp: -1 }), 0);
    await sender.flush();
    expect(producer.requests[0]?.[0]?.messages[0]).toEqual({ key: Buffer.from('k0'), value: Buffer.from('v0'), headers: { h: ['x'] } });
  });

  test('a record that its topic does not take holds up no other', async () => {
    const producer = keeping((batches) => (batches.some(({ messages }) => messages.some((m) => String(m.key) === 'k2')) ? protocolError('MESSAGE_TOO_LARGE') : null));
    const sent: number[] = [];
    const large: unknown[] = [];
    const sender = createSendBack<number>(producer, { rate: null, sent: (items) => sent.push(...items), tooLarge: (item, topic) => large.push([item, topic]) });
    for (let i = 0; i < 5; i += 1) await sender.add(record(i), i);
    await sender.flush();
    expect([sent, large]).toEqual([[0, 1, 3, 4], [[2, 'shop.orders']]]);
  });

  test('any other fault ends it, and nothing in doubt is called sent', async () => {
    const sent: number[] = [];
    const sender = createSendBack<number>(keeping(() => protocolError('TOPIC_AUTHORIZATION_FAILED')), { rate: null, sent: (items) => sent.push(...items), tooLarge: () => undefined });
    await sender.add(record(0), 0);
    await expect(sender.flush()).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(sent).toEqual([]);
  });

  test('keeps to its rate', async () => {
    let clock = 0;
    const sender = createSendBack<number>(keeping(), {
      rate: 100, sent: () => undefined, tooLarge: () => undefined, now: () => clock,
      wait: (ms) => {
        clock += ms;
        return Promise.resolve();
      },
    });
    for (let i = 0; i < 300; i += 1) await sender.add(record(i), i);
    await sender.flush();
    expect(clock).toBeGreaterThan(2_800);
    expect(clock).toBeLessThan(3_100);
  });
});
