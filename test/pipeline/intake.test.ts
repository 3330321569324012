import { describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import type { Fact } from '../../src/core/fact.js';
import { createQueues, factTime } from '../../src/pipeline/intake.js';
import type { Decoded, RecordDecoder } from '../../src/pipeline/decode.js';
import type { FetchedRange, SourceRecord } from '../../src/pipeline/ports.js';
import type { Candidate } from '../../src/pipeline/step-parts.js';

/** A record whose value is the instant at which its event happened; without one it is a dead letter. */
const record = (topic: SourceTopic, offset: number, at: number | null): SourceRecord => ({
  topic, partition: 0, offset, timestamp: 0, key: null, value: at === null ? null : Buffer.from(String(at)), headers: {},
});
const decode = ({ value }: SourceRecord): Decoded => (value === null
  ? { kind: 'dead_letter', reason: 'tombstone', message: '' }
  : { kind: 'event', orderId: 'o', fact: { at: Number(value.toString()) } as Fact });
const range = (topic: SourceTopic, from: number, times: readonly (number | null)[], next = from + times.length): FetchedRange => ({
  topic, from, next, records: times.map((at, i) => record(topic, from + i, at)),
});
const intakeOf = (...ranges: FetchedRange[]) => {
  const intake = createQueues<SourceTopic, Decoded>(['orders', 'logistics', 'billing'], { decode, timeOf: factTime, awaited: () => undefined });
  for (const each of ranges) expect(intake.push(each)).toBe(true);
  return intake;
};
const shown = (candidates: readonly Candidate[]): string[] =>
  candidates.map((c) => (c.kind === 'gap' ? `${c.topic}>${c.next}` : `${c.record.topic}@${c.record.offset}`));

describe('what waits of a lane', () => {
  test('is taken by what happened first, each topic in its own order', () => {
    const intake = intakeOf(range('orders', 0, [10, 40, 20]), range('logistics', 5, [15, 30, 50]));
    expect(shown(intake.take(10))).toEqual(['orders@0', 'logistics@5', 'logistics@6', 'orders@1', 'orders@2', 'logistics@7']);
    expect(intake.isEmpty()).toBe(true);
  });

  test('of one instant goes by the order of the topics', () => {
    const intake = intakeOf(range('billing', 0, [7]), range('logistics', 0, [7]), range('orders', 0, [7]));
    expect(shown(intake.take(3))).toEqual(['orders@0', 'logistics@0', 'billing@0']);
  });

  test('what carries no time waits for nothing', () => {
    const intake = intakeOf(range('orders', 0, [10]), range('logistics', 0, [null, 5]), range('billing', 3, [], 9));
    expect(shown(intake.take(10))).toEqual(['logistics@0', 'billing>9', 'logistics@1', 'orders@0']);
  });

  test('comes again in the same order when it was not used', () => {
    const whole = intakeOf(range('orders', 0, [10, 40, 20]), range('logistics', 5, [15, 30, 50]));
    const all = shown(whole.take(10));
    for (let used = 0; used <= all.length; used++) {
      const intake = intakeOf(range('orders', 0, [10, 40, 20]), range('logistics', 5, [15, 30, 50]));
      const taken = intake.take(5);
      intake.putBack(taken.slice(used));
      expect([...shown(taken.slice(0, used)), ...shown(intake.take(10))]).toEqual([...all.slice(0, Math.min(used, 5)), ...all.slice(Math.min(used, 5))]);
    }
  });

  test('keeps its order when more arrives between taking and giving back', () => {
    const intake = intakeOf(range('orders', 0, [10, 40]));
    const taken = intake.take(2);
    expect(intake.push(range('orders', 2, [50]))).toBe(true);
    expect(intake.push(range('logistics', 0, [30]))).toBe(true);
    intake.putBack(taken.slice(1));
    expect(shown(intake.take(9))).toEqual(['logistics@0', 'orders@1', 'orders@2']);
  });

  test('is ordered by what there is after a topic was begun anew', () => {
    const intake = intakeOf(range('orders', 0, [10, 40]), range('logistics', 5, [50]));
    expect(shown(intake.take(1))).toEqual(['orders@0']);
    intake.restart('logistics', 2);
    expect(intake.push(range('logistics', 2, [30, 60]))).toBe(true);
    expect(shown(intake.take(3))).toEqual(['logistics@2', 'orders@1', 'logistics@3']);
  });

  test('counts what waits, also through many', () => {
    const times = Array.from({ length: 5_000 }, (_, i) => i);
    const intake = intakeOf(range('orders', 0, times));
    for (let left = 5_000; left > 0; left -= 500) {
      expect(intake.waiting('orders')).toBe(left);
      expect(intake.take(500)).toHaveLength(500);
    }
    expect(intake.waiting('orders')).toBe(0);
    expect(intake.take(1)).toEqual([]);
  });

  test('counts large records for the kilobytes that they have, however they come and go', () => {
    const large = { ...record('orders', 1, null), value: Buffer.from('7'.padStart(5_000, '0')) };
    const intake = intakeOf({ topic: 'orders', from: 0, next: 4, end: 9, records: [record('orders', 0, 3), large] });
    expect(intake.load('orders')).toBe(1 + 4 + 1);
    expect([intake.lacks(6), intake.lacks(7)]).toEqual([false, true]);
    const taken = intake.take(2);
    expect(intake.load('orders')).toBe(1);
    intake.putBack(taken.slice(1));
    expect(intake.load('orders')).toBe(4 + 1);
    intake.restart('orders', 0);
    expect(intake.load('orders')).toBe(0);
  });
});

describe('a range', () => {
  test('that does not continue the last one is refused and changes nothing', () => {
    const intake = intakeOf(range('orders', 4, [1, 2]));
    for (const from of [0, 5, 7]) expect(intake.push(range('orders', from, [9]))).toBe(false);
    expect(intake.expected('orders')).toBe(6);
    expect(intake.waiting('orders')).toBe(2);
    expect(intake.push(range('orders', 6, [3]))).toBe(true);
  });

  test('may hold offsets without a record, at its end or altogether', () => {
    const intake = intakeOf(range('orders', 0, [1], 5), range('orders', 5, [], 8));
    expect(shown(intake.take(9))).toEqual(['orders@0', 'orders>5', 'orders>8']);
    expect(intake.expected('orders')).toBe(8);
  });

  test('begins wherever the topic does when nothing was read of it, and where the state says otherwise', () => {
    const intake = intakeOf();
    expect(intake.expected('orders')).toBeNull();
    expect(intake.push(range('orders', 100, [1]))).toBe(true);
    intake.restart('logistics', 3);
    expect(intake.push(range('logistics', 0, [1]))).toBe(false);
    intake.restart('orders', 50);
    expect(intake.waiting('orders')).toBe(0);
    expect(intake.push(range('orders', 50, [1]))).toBe(true);
  });
});

describe('topics of which there is more to be read', () => {
  const behind = (topic: SourceTopic, from: number, times: readonly number[], end: number): FetchedRange => ({ ...range(topic, from, times), end });

  test('are merged only as far as is known what comes next', () => {
    const intake = intakeOf(behind('orders', 0, [10, 40], 5), behind('logistics', 0, [20, 30, 50], 3));
    expect(intake.isBehind()).toBe(true);
    expect(shown(intake.take(10, true))).toEqual(['orders@0', 'logistics@0', 'logistics@1', 'orders@1']);
    expect(intake.take(10, true)).toEqual([]);
    expect(intake.push(behind('orders', 2, [45, 60, 70], 5))).toBe(true);
    expect(intake.isBehind()).toBe(false);
    expect(shown(intake.take(10, true))).toEqual(['orders@2', 'logistics@2', 'orders@3', 'orders@4']);
  });

  test('lack what makes a step worth while, unless all of them was read', () => {
    const intake = intakeOf(behind('orders', 0, [10, 40], 5), behind('logistics', 0, [20, 30, 50], 3));
    expect([2, 3].map((plenty) => intake.lacks(plenty))).toEqual([false, true]);
    expect(intake.push(behind('orders', 2, [45, 60, 70], 5))).toBe(true);
    expect(intake.lacks(1_000)).toBe(false);
  });

  test('and of which the end is not known keep nobody waiting', () => {
    const intake = intakeOf(range('orders', 0, [10]));
    expect(intake.lacks(1_000)).toBe(false);
    expect(shown(intake.take(10, true))).toEqual(['orders@0']);
  });
});

describe('what awaits a schema', () => {
  const known = new Set<number>();
  /** Instants below 100 are read; others name a schema. */
  const bySchema: RecordDecoder = (read) => {
    const id = Number(read.value?.toString());
    return id < 100 || known.has(id) ? decode(read) : { kind: 'awaits_schema', schemaId: id };
  };

  test('holds all that follows in its topic, and nothing of others', () => {
    known.clear();
    const told: SourceTopic[] = [];
    const intake = createQueues<SourceTopic, Decoded>(['orders', 'logistics', 'billing'], { decode: bySchema, timeOf: factTime, awaited: (topic) => { told.push(topic); } });
    expect(intake.push(range('orders', 0, [1, 700, 3], 5))).toBe(true);
    expect(intake.push(range('orders', 5, [4, 800, 6]))).toBe(true);
    expect(intake.push(range('logistics', 0, [2]))).toBe(true);
    expect(intake.expected('orders')).toBe(8);
    expect(told).toEqual([]);
    expect(shown(intake.take(10))).toEqual(['orders@0', 'logistics@0']);
    expect(told).toEqual(['orders']);
    expect(intake.awaits('orders')).toBe(700);
    expect(intake.awaits('logistics')).toBeNull();
    expect(intake.waiting('orders')).toBe(6);
    expect(intake.isEmpty()).toBe(true);
    expect(intake.push(range('orders', 7, [9]))).toBe(false);

    known.add(700);
    intake.release('orders');
    expect(intake.awaits('orders')).toBeNull();
    expect(shown(intake.take(10))).toEqual(['orders@1', 'orders@2', 'orders>5', 'orders@5']);
    expect(intake.awaits('orders')).toBe(800);
    known.add(800);
    intake.release('orders');
    expect(intake.awaits('orders')).toBeNull();
    expect(shown(intake.take(10))).toEqual(['orders@6', 'orders@7']);
  });

  test('is forgotten when the topic is read anew', () => {
    known.clear();
    const intake = createQueues<SourceTopic, Decoded>(['orders', 'logistics', 'billing'], { decode: bySchema, timeOf: factTime, awaited: () => undefined });
    intake.push(range('orders', 0, [700]));
    intake.restart('orders', 0);
    expect(intake.awaits('orders')).toBeNull();
    expect(intake.push(range('orders', 0, [1]))).toBe(true);
    expect(shown(intake.take(10))).toEqual(['orders@0']);
  });
});
