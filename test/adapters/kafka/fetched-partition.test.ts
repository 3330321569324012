import { describe, expect, test } from '@jest/globals';
import { stretchOf } from '../../../src/adapters/kafka/fetched-partition.js';
import type { RawPartition, RawRecord } from '../../../src/adapters/kafka/wire.js';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

const record = (offset: number, { producer = '-1', key = null, control = false, batchEnd = offset }: { producer?: string; key?: Buffer | null; control?: boolean; batchEnd?: number } = {}): RawRecord => ({
  offset: String(offset), timestamp: '1', key, value: Buffer.from(`v${offset}`), isControlRecord: control,
  batchContext: { firstOffset: String(offset), lastOffsetDelta: batchEnd - offset, producerId: producer, inTransaction: producer !== '-1' },
});
const partition = (messages: readonly RawRecord[], aborted: RawPartition['abortedTransactions'] = [], end = 1_000): RawPartition =>
  ({ partition: 0, highWatermark: String(end), lastStableOffset: String(end), abortedTransactions: aborted, messages });
const offsets = (records: readonly RawRecord[]): number[] => records.map(({ offset }) => Number(offset));

describe('what a fetch says of a partition', () => {
  test('records as they are', () => {
    const stretch = stretchOf(partition([record(5), record(6)]), 5);
    expect(offsets(stretch.records)).toEqual([5, 6]);
    expect(stretch).toMatchObject({ next: 7, stuck: false });
  });

  test('a batch begins before what was asked for', () => {
    const stretch = stretchOf(partition([record(3), record(4), record(5)]), 5);
    expect(offsets(stretch.records)).toEqual([5]);
  });

  test('a compacted batch ends where it ended before', () => {
    expect(stretchOf(partition([record(5, { batchEnd: 9 })]), 5).next).toBe(10);
  });

  test('aborted records and markers are left out and passed', () => {
    const messages = [record(0, { producer: '7' }), record(1, { producer: '8' }), record(2), record(3, { producer: '7', key: ABORT, control: true }),
      record(4, { producer: '7' }), record(5, { producer: '7', key: COMMIT, control: true }), record(6, { producer: '8', key: COMMIT, control: true })];
    const stretch = stretchOf(partition(messages, [{ producerId: '7', firstOffset: '0' }]), 0);
    expect(offsets(stretch.records)).toEqual([1, 2, 4]);
    expect(stretch.next).toBe(7);
  });

  test('of two aborted transactions the one that began first ended last, so the broker lists it last', () => {
    const messages = [record(0, { producer: '7' }), record(1, { producer: '8' }), record(2, { producer: '8', key: ABORT, control: true }), record(3, { producer: '7', key: ABORT, control: true }), record(4, { producer: '7' })];
    const stretch = stretchOf(partition(messages, [{ producerId: '8', firstOffset: '1' }, { producerId: '7', firstOffset: '0' }]), 0);
    expect(offsets(stretch.records)).toEqual([4]);
  });

  test('only aborted records: nothing to hand over, but further on', () => {
    const stretch = stretchOf(partition([record(8, { producer: '7' }), record(9, { producer: '7', key: ABORT, control: true })], [{ producerId: '7', firstOffset: '8' }]), 8);
    expect(stretch).toEqual({ records: [], next: 10, end: 1_000, stuck: false });
  });

  test('a key that looks like an abort marker is data', () => {
    const messages = [record(0, { producer: '7' }), record(1, { key: ABORT }), record(2, { producer: '7', key: ABORT }), record(3, { producer: '7' }), record(4, { producer: '7', key: ABORT, control: true })];
    const stretch = stretchOf(partition(messages, [{ producerId: '7', firstOffset: '0' }]), 0);
    expect(offsets(stretch.records)).toEqual([1]);
  });

  test('nothing at the end is the end, nothing before it is stuck', () => {
    expect(stretchOf(partition([], [], 12), 12)).toEqual({ records: [], next: 12, end: 12, stuck: false });
    expect(stretchOf(partition([], [], 12), 11)).toEqual({ records: [], next: 11, end: 12, stuck: true });
  });
});
