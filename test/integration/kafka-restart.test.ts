import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReader, until, type Reader } from '../contract/logs-reader.js';
import { ownKafka } from '../support/real-services.js';
import { kafkaLogs, type KafkaLogs } from './kafka-support.js';

const TOPICS = ['orders', 'logistics'] as const;
const numbered = (count: number, from: number): string[] => Array.from({ length: count }, (_, i) => String(from + i));

describe('a broker that goes away', () => {
  let broker: Awaited<ReturnType<typeof ownKafka>>;
  let logs: KafkaLogs;

  beforeAll(async () => {
    broker = await ownKafka();
    logs = await kafkaLogs({ topics: TOPICS, lanes: 2, brokers: broker.brokers });
  }, 60_000);
  afterAll(async () => {
    await logs.close();
    await broker.stop();
  });

  test('killed and started again: reading, membership and publishing go on where they were', async () => {
    const before = new Map<string, number>();
    const applied: string[] = [];
    // A worker that is assigned anew reads from where it stood.
    const resume = (one: Reader): void => {
      for (const lane of one.lanes) {
        one.readFrom(lane, new Map(TOPICS.flatMap((topic) => {
          const next = before.get(`${topic}|${lane}`);
          return next === undefined ? [] : [[topic, next] as const];
        })));
      }
    };
    const reader = createReader(await logs.source(), {
      assigned: resume,
      fetched(_, lane, range) {
        before.set(`${range.topic}|${lane}`, range.next);
        if (range.topic === 'orders' && lane === 0) applied.push(...range.records.map(({ value }) => String(value)));
      },
    });
    await reader.source.start(reader);
    await logs.append('orders', 0, numbered(200, 0));
    await until(() => applied.length === 200);

    await broker.kill();
    const published = logs.output.publish(0, [{ seq: 1, topic: 'cx.events', key: 'k', value: 'v', headers: {} }]).catch((error: unknown) => error);
    await broker.start();
    await logs.append('orders', 0, numbered(300, 200));
    await until(() => applied.length === 500, 40_000);
    expect(applied).toEqual(numbered(500, 0));
    const deadline = Date.now() + 20_000;
    while (!(await reader.source.confirmMembership()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await reader.source.confirmMembership()).toBe(true);
    // In doubt or done; either way the next publication works.
    await published;
    const end = await logs.output.end(0, 'cx.events');
    expect(await logs.output.publish(0, [{ seq: 2, topic: 'cx.events', key: 'k', value: 'w', headers: {} }])).toEqual(new Map([['cx.events', end]]));
    expect(reader.problems).toEqual([]);
    await reader.source.stop();
  }, 90_000);

  test('stopping ends in time although the broker is silent', async () => {
    const reader = createReader(await logs.source());
    await reader.source.start(reader);
    await broker.freeze();
    try {
      const begun = Date.now();
      const confirmed = reader.source.confirmMembership();
      await reader.source.stop();
      expect(Date.now() - begun).toBeLessThan(5_000);
      void confirmed.catch(() => undefined);
    } finally {
      await broker.thaw();
    }
  }, 60_000);
});
