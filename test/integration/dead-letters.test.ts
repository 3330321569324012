import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { type Message } from 'kafkajs';
import { parse, stringify } from 'yaml';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { createStage, type Finished, metric, ndjson, type Stage, touchpoint, until, type WorkerProcess } from '../support/touchpoint.js';

const PARTITIONS = 2;
const STRICT = { maxValueBytes: 10_000, maxJourneyEvents: 6, maxAhead: '1h' };
const MENDED = { maxValueBytes: 100_000, maxJourneyEvents: 5_000, maxAhead: '4h' };

interface Summary {
  readonly letters: number;
  readonly sentBackSince: number;
  readonly foreign: number;
  readonly groups: readonly { readonly reason: string; readonly topic: string; readonly count: number; readonly redriven: number }[];
}
interface Row {
  readonly letter: string;
  readonly reason: string;
  readonly topic: string;
  readonly key: string | null;
  readonly redriven: string | null;
}

/**
 * A history in which every second record or so is refused, for every reason that a record can have: too large, misplaced,
 * keyed by another order, ahead of the clock, one too many of its order. Then the causes are mended.
 */
describe('dead letters of every reason, looked at and sent back', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const input = join(directory, 'events.ndjson');
  const mended = join(directory, 'mended.yaml');
  const lines = [...simulateNdjson({ seed: 'dead-letters', start: Date.UTC(2025, 0, 1), orders: 60 })].map((line) => JSON.parse(line) as Record<string, unknown>);
  const ahead = { id: 'a-1', type: 'order.placed', orderId: 'ahead', customerId: 'c-1', occurredAt: new Date(Date.now() + 7_200_000).toISOString(), lines: [] };
  let stage: Stage;
  let worker: WorkerProcess;
  // Retention goes by the records' own timestamps: older ones would be gone before they are compared.
  const hourAgo = Date.now() - 3_600_000;
  let sent = 0;
  let useless = 0;

  /** The commands after the mending. */
  const letters = (...args: string[]): Promise<Finished> => touchpoint(['dead-letters', ...args], { ...stage.env, TOUCHPOINT_CONFIG: mended });
  const summary = async (...args: string[]): Promise<Summary> => JSON.parse((await letters('list', '--summary', '--json', ...args)).stdout) as Summary;
  const count = ({ groups }: Summary, reason: string): number => groups.filter((g) => g.reason === reason).reduce((sum, g) => sum + g.count, 0);
  const totals = async (): Promise<{ read: number; applied: number; duplicate: number; deadLetter: number }> => {
    const sum = { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };
    for (const c of Object.values(await stage.counts())) for (const name of ['read', 'applied', 'duplicate', 'deadLetter'] as const) sum[name] += c[name];
    return sum;
  };
  const readAll = (records: number): Promise<unknown> => until(`${records} records read`, 30_000, async () => (await totals()).read === records);

  beforeAll(async () => {
    // The history is older than orders are kept, and the event that is ahead says what time it is.
    stage = await createStage({ partitions: PARTITIONS, config: { limits: STRICT, retention: { settledOrders: null }, time: { settleReplaying: '3s' } } });
    writeFileSync(mended, stringify({ ...(parse(readFileSync(stage.env['TOUCHPOINT_CONFIG'] ?? '', 'utf8')) as object), limits: MENDED }));
    worker = await stage.worker();
    const producer = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = new Map<SourceTopic, Message[]>();
    const put = (topic: SourceTopic, key: string | null, value: Buffer | null, partition?: number): void => {
      const message = {
        key, value, partition: partition ?? (key === null ? 0 : murmur2Partition(Buffer.from(key), PARTITIONS)), timestamp: String(hourAgo + sent),
        headers: { 'x-trace': [`t-${sent}`, 'second'], cause: 'test' },
      };
      messages.set(topic, [...(messages.get(topic) ?? []), message]);
      sent += 1;
    };
    lines.forEach((event, i) => {
      const topic = topicOf(String(event['type'])) ?? 'orders';
      const orderId = typeof event['orderId'] === 'string' ? event['orderId'] : null;
      const value = Buffer.from(JSON.stringify(i % 11 === 0 ? { ...event, extra: 'x'.repeat(12_000) } : event));
      if (orderId === null) put(topic, null, value);
      else if (i % 7 === 0) put(topic, `wrong-${i}`, value);
      else if (i % 13 === 0) put(topic, orderId, value, 1 - murmur2Partition(Buffer.from(orderId), PARTITIONS));
      else put(topic, orderId, value);
    });
    put('orders', 'ahead', Buffer.from(JSON.stringify(ahead)));
    for (const topic of SOURCE_TOPICS) {
      put(topic, 'useless', null);
      put(topic, 'useless', Buffer.from([0xff, 0xfe, 0x00]));
      put(topic, 'useless', Buffer.from('{"id":"1","type":"order.placed","orderId":"useless"}'));
      put(topic, 'useless', Buffer.from('{"id":"1","type":"parcel.scanned","orderId":"useless"}'));
      useless += 4;
    }
    for (const [topic, all] of messages) {
      for (let at = 0; at < all.length; at += 500) await producer.send({ topic: stage.topicName(topic), acks: -1, messages: all.slice(at, at + 500) });
    }
    // Not ours: another program writes to the topic as well.
    await producer.send({ topic: stage.topicName('cx.dead-letters'), acks: -1, messages: [{ key: 'x', value: 'foreign', partition: 0 }] });
    await producer.disconnect();
    await readAll(sent);
    await until('the dead letters published', 20_000, async () => (await stage.read('cx.dead-letters')).length === (await totals()).deadLetter + 1);
  }, 120_000);
  afterAll(async () => { await stage.close(); });

  test('are counted by reason and topic, and listed without their values', async () => {
    const all = await summary();
    expect(all).toMatchObject({ letters: (await totals()).deadLetter, foreign: 1, sentBackSince: 0 });
    for (const reason of ['too_large', 'key_mismatch', 'journey_too_long']) expect([reason, count(all, reason) > 10]).toEqual([reason, true]);
    for (const reason of ['not_json', 'unknown_type', 'tombstone']) expect([reason, count(all, reason)]).toEqual([reason, SOURCE_TOPICS.length]);
    expect(count(all, 'clock_out_of_range')).toBe(1);
    const rows = (await letters('list', '--json', '--topic', 'billing', '--reason', 'too_large,key_mismatch')).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Row);
    const billing = await summary('--topic', stage.topicName('billing'));
    expect(rows).toHaveLength(count(billing, 'too_large') + count(billing, 'key_mismatch'));
    const text = await letters('list', '--limit', '1000');
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('journey_too_long');
    expect(text.stdout).not.toContain('"customerId"');
    // By its key where that is right, by its value where it isn't.
    const misplaced = lines.findIndex((event, i) => i % 7 === 0 && i % 11 !== 0 && typeof event['orderId'] === 'string');
    const ofOrder = (await letters('list', '--json', '--order', String(lines[misplaced]?.['orderId']))).stdout;
    expect(ofOrder).toContain(`"key":"wrong-${misplaced}"`);
    const later = new Date(hourAgo + sent).toISOString();
    expect((await summary('--since', later)).letters).toBe(0);
    expect((await summary('--until', later)).letters).toBe(all.letters);
  }, 60_000);

  test('are shown one by one, with what would become of each now', async () => {
    const rows = (await letters('list', '--json')).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Row);
    const of = (reason: string): string => rows.find((row) => row.reason === reason)?.letter ?? '';
    const shown = await letters('show', of('not_json'), of('unknown_type'), of('too_large'), of('tombstone'));
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('ff fe 00');
    expect(shown.stdout).toContain('would be refused again, unknown_type');
    expect(shown.stdout).toMatch(/could be sent back to \S+; judged here by limits.maxValueBytes/);
    expect(shown.stdout).toContain('none (a tombstone)');
    expect(shown.stdout).toContain('x-trace: t-');
    expect((await letters('show', of('unknown_type'), '--raw')).stdout).toBe('{"id":"1","type":"parcel.scanned","orderId":"useless"}');
    const foreign = (await stage.read('cx.dead-letters')).find((m) => m.value?.toString() === 'foreign');
    expect((await letters('show', `0:${foreign?.offset}`)).stderr).toContain('is no dead letter of this service');
    expect(await letters('show', of('tombstone'), '--raw')).toMatchObject({ code: 1, stdout: '' });
    expect((await letters('show', '1:999999')).stderr).toContain('No dead letter stands at 1:999999: the partition holds offsets 0 to');
    for (const wrong of [['show', 'x'], ['redrive'], ['redrive', '--limit', '3'], ['list', '--reason', 'bad'], ['list', '--since', 'yesterday']]) expect([wrong, (await letters(...wrong)).code]).toEqual([wrong, 2]);
  }, 60_000);

  test('whose cause was not mended come back, are counted once, and are sent once more only', async () => {
    const before = await summary();
    const early = await touchpoint(['dead-letters', 'redrive', '--reason', 'journey_too_long', '--limit', '5'], stage.env);
    expect(early).toMatchObject({ code: 0, stderr: '' });
    expect(early.stdout).toContain('5 sent back: journey_too_long 5');
    expect(early.stdout).toContain('only the service knows how many events an order has');
    sent += 5;
    await readAll(sent);
    const after = await until('the second refusals published', 20_000, async () => {
      const found = await summary();
      return found.sentBackSince === 5 ? found : null;
    });
    expect(after.letters).toBe(before.letters);
    expect(after.groups.reduce((sum, g) => sum + g.redriven, 0)).toBe(5);
    expect(early.stdout).not.toContain('sent back before');
    // Those that would be refused again by what this configuration says are told and not sent.
    const held = await touchpoint(['dead-letters', 'redrive', '--reason', 'too_large'], stage.env);
    expect(held.code).toBe(1);
    expect(held.stdout).toContain(`0 sent back\n${count(before, 'too_large')} stay, they would be refused again: too_large`);
    expect((await totals()).read).toBe(sent);
  }, 60_000);

  test('once the causes are mended, go back as they came, and every order stands as if they had arrived in the first place', async () => {
    await worker.kill('SIGTERM');
    worker = await stage.worker({ TOUCHPOINT_CONFIG: mended });
    const all = await summary();
    const sendable = all.letters - useless;
    const dry = await letters('redrive', '--all', '--rekey', '--dry-run');
    expect(dry).toMatchObject({ code: 1 });
    expect(dry.stdout).toContain(`${sendable} would be sent back`);
    expect((await totals()).read).toBe(sent);
    const done = await letters('redrive', '--all', '--rekey', '--rate', '2000');
    expect(done).toMatchObject({ code: 1, stdout: dry.stdout.replace('would be sent back', 'sent back') });
    expect(done.stdout).toContain(`${useless} stay, they would be refused again`);
    expect(done.stdout).toContain('5 were sent back before and refused again');
    sent += sendable;
    await readAll(sent);
    await equalReplay();
    await sentAsTheyCame();
  }, 120_000);

  test('sent back a second time change nothing', async () => {
    const before = await totals();
    const again = await letters('redrive', '--all', '--rekey');
    const count = Number(/^(\d+) sent back/.exec(again.stdout)?.[1]);
    expect(count).toBeGreaterThan(50);
    sent += count;
    await readAll(sent);
    const after = await totals();
    expect(after).toEqual({ ...before, read: sent, duplicate: before.duplicate + count });
    await equalReplay();
  }, 120_000);

  /** Every order over HTTP, and read = applied + duplicate + dead letter, against a replay of what was meant to arrive. */
  const equalReplay = async (): Promise<void> => {
    writeFileSync(input, [...lines, ahead].map((event) => `${JSON.stringify(event)}\n`).join(''));
    const asOf = Date.now();
    const sources = [...SOURCE_TOPICS, 'refunds'].join(',');
    const replayed = await touchpoint(['replay', input, '--out', directory, '--as-of', new Date(asOf).toISOString(), '--sources', sources], { TOUCHPOINT_CONFIG: mended });
    expect(replayed.code).toBe(0);
    await until('time reached', 60_000, async () => (await metric(worker.url, 'cx_time_reached_seconds')) * 1_000 >= asOf * PARTITIONS);
    const journeys = ndjson(join(directory, 'journeys.ndjson'));
    expect(journeys.length).toBe(61);
    for (const { goods: _goods, place: _place, rules: _rules, ...expected } of journeys) {
      const answer = await fetch(`${worker.url}/v1/orders/${encodeURIComponent(String(expected['orderId']))}`);
      expect(await answer.json()).toMatchObject(expected);
    }
    const report = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as { topics: Record<string, { applied: number }> };
    for (const [topic, c] of Object.entries(await stage.counts())) {
      expect([topic, c.read]).toEqual([topic, c.applied + c.duplicate + c.deadLetter]);
      expect([topic, c.applied]).toEqual([topic, report.topics[topic]?.applied ?? 0]);
    }
  };

  /** Key (or the right one), value, timestamp and headers of every record that was sent back are those of its first arrival. */
  const sentAsTheyCame = async (): Promise<void> => {
    let compared = 0;
    for (const topic of SOURCE_TOPICS) {
      const records = await stage.read(topic);
      const trace = (m: Message): string => String([m.headers?.['x-trace']].flat());
      const first = new Map(records.filter((m) => m.headers?.['touchpoint.redriven'] === undefined).map((m) => [trace(m), m]));
      for (const record of records) {
        const { 'touchpoint.redriven': mark, ...headers } = record.headers ?? {};
        if (mark === undefined) continue;
        const original = first.get(trace(record));
        expect([mark.toString(), record.value, record.timestamp, headers]).toEqual([expect.stringMatching(/^\d:\d+$/), original?.value, original?.timestamp, original?.headers]);
        const { orderId } = JSON.parse(record.value?.toString() ?? '{}') as { orderId?: string };
        expect(record.key?.toString()).toBe(orderId);
        if (orderId !== undefined) expect(record.partition).toBe(murmur2Partition(Buffer.from(orderId), PARTITIONS));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  };
});
