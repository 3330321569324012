import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import type { FetchedRange } from '../../src/pipeline/ports.js';
import { createReader, until, type Reader } from '../contract/logs-reader.js';
import { kafkaLogs, type KafkaLogs } from './kafka-support.js';

const TOPICS = ['orders', 'logistics'] as const;
const LANES = 6;
const PER_PARTITION = 3_000;

describe('workers that come and go on one group', () => {
  let logs: KafkaLogs;

  beforeAll(async () => {
    logs = await kafkaLogs({ topics: TOPICS, lanes: LANES });
  });
  afterAll(() => logs.close());

  test('every record is applied exactly once, in order, whoever reads it', async () => {
    // Stands for the lane store: where each partition's next range must begin, and what was applied.
    const next = new Map<string, number>();
    const applied = new Map<string, string[]>();
    const place = (topic: SourceTopic, lane: number): string => `${topic}|${lane}`;
    const offsets = (lane: number): Map<SourceTopic, number> => new Map(TOPICS.flatMap((topic): [SourceTopic, number][] => {
      const at = next.get(place(topic, lane));
      return at === undefined ? [] : [[topic, at]];
    }));
    const apply = (_: Reader, lane: number, range: FetchedRange): void => {
      const where = place(range.topic, lane);
      // What an owner of before still hands over while another goes on: the store's fence refuses it.
      if (range.from !== (next.get(where) ?? 0)) return;
      next.set(where, range.next);
      applied.set(where, [...(applied.get(where) ?? []), ...range.records.map(({ value }) => String(value))]);
    };
    const assigned = (reader: Reader, lanes: readonly number[]): void => {
      for (const lane of lanes) reader.readFrom(lane, offsets(lane));
    };
    const readers: Reader[] = [];
    const join = async (): Promise<Reader> => {
      const reader = createReader(await logs.source(), { assigned, fetched: apply });
      readers.push(reader);
      await reader.source.start(reader);
      return reader;
    };
    const write = async (part: number): Promise<void> => {
      const values = Array.from({ length: PER_PARTITION / 3 }, (_, i) => String(part * (PER_PARTITION / 3) + i));
      for (const topic of TOPICS) for (let lane = 0; lane < LANES; lane += 1) await logs.append(topic, lane, values);
    };

    const first = await join();
    const writing = write(0).then(() => write(1)).then(() => write(2));
    const second = await join();
    await until(() => second.lanes.length === 3 && first.lanes.length === 3);
    const third = await join();
    await until(() => third.lanes.length === 2 && first.lanes.length === 2);
    await first.source.stop();
    await until(() => second.lanes.length === 3 && third.lanes.length === 3);
    await second.source.stop();
    await until(() => third.lanes.length === LANES);
    // Lanes that come back to a worker that held them before are delivered again.
    const fourth = await join();
    await until(() => fourth.lanes.length === 3);
    await fourth.source.stop();
    await writing;
    const all = Array.from({ length: PER_PARTITION }, (_, i) => String(i));
    await until(() => [...applied.values()].reduce((sum, values) => sum + values.length, 0) >= PER_PARTITION * LANES * TOPICS.length, 30_000);
    for (const topic of TOPICS) for (let lane = 0; lane < LANES; lane += 1) expect(applied.get(place(topic, lane))).toEqual(all);
    expect(readers.flatMap(({ problems }) => problems)).toEqual([]);
    await third.source.stop();
  }, 60_000);

  test('the group shows who owns which outputs', async () => {
    const reader = createReader(await logs.source());
    await reader.source.start(reader);
    const admin = logs.kafka.admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([logs.groupId]);
    await admin.disconnect();
    expect(groups[0]).toMatchObject({ state: 'Stable', protocol: 'touchpoint-lanes', protocolType: 'consumer' });
    expect(groups[0]?.members[0]?.memberAssignment.includes(logs.outputs.get('cx.events') ?? 'none')).toBe(true);
    await reader.source.stop();
  });

  test('a worker whose group went on without it is told so by its heartbeat, and joins again', async () => {
    const stopped = createReader(await logs.source({ sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 10_000, heartbeatMs: 5_000 }));
    await stopped.source.start(stopped);
    expect(await stopped.source.confirmMembership()).toBe(true);
    // Another comes: the first hasn't noticed yet, its next heartbeat is seconds away.
    const other = createReader(await logs.source());
    const joining = other.source.start(other);
    const deadline = Date.now() + 4_000;
    let stillIn = true;
    while (stillIn && Date.now() < deadline) stillIn = await stopped.source.confirmMembership();
    expect(stillIn).toBe(false);
    await joining;
    await until(() => stopped.lanes.length === 3 && other.lanes.length === 3);
    expect(await stopped.source.confirmMembership()).toBe(true);
    await Promise.all([stopped.source.stop(), other.source.stop()]);
  });
});
