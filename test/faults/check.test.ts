import { describe, expect, test } from '@jest/globals';
import type { Derived } from '../support/derived.js';
import { compareSeqs, compareSequences, distinct } from './harness/check.js';
import type { StoredRecord } from './harness/topics.js';

/** The suite is worth what its comparison can see. */

const event = (id: string, sequence: number, more: object = {}): Derived => ({ id, sequence, orderId: 'o', type: 'verdict.changed', detail: {}, ...more });
const stored = (value: Derived, seq: number): StoredRecord => ({
  topic: 'cx.events', partition: 0, offset: String(seq), timestamp: '0', attributes: 0, key: Buffer.from('o'),
  value: Buffer.from(JSON.stringify(value)), headers: { cx_seq: String(seq), ce_id: value.id },
});
const sequencesOf = (events: readonly Derived[]): { lost: number; doubled: number } => {
  const lost: string[] = [];
  const doubled: string[] = [];
  compareSequences(events, lost, doubled);
  return { lost: lost.length, doubled: doubled.length };
};
const numbersOf = (records: readonly StoredRecord[]): { lost: number; doubled: number } => {
  const lost: string[] = [];
  const doubled: string[] = [];
  compareSeqs('cx.events', records, lost, doubled);
  return { lost: lost.length, doubled: doubled.length };
};

describe('what the comparison sees', () => {
  test('a repeat is dropped and counted; another content under its id is told', () => {
    const doubled: string[] = [];
    const { kept, repeats } = distinct([stored(event('a', 1), 1), stored(event('a', 1), 1)], doubled);
    expect([kept.length, repeats, doubled.length]).toEqual([1, 1, 0]);
    distinct([stored(event('a', 1), 1), stored(event('a', 1, { verdict: 'poor' }), 2)], doubled);
    expect(doubled).toHaveLength(1);
  });

  test('numbers of an order: a hole is a loss, a repetition a doubled change', () => {
    expect(sequencesOf([event('a', 1), event('b', 2), event('c', 3)])).toEqual({ lost: 0, doubled: 0 });
    expect(sequencesOf([event('a', 1), event('c', 3)])).toEqual({ lost: 1, doubled: 0 });
    expect(sequencesOf([event('b', 2)])).toEqual({ lost: 1, doubled: 0 });
    expect(sequencesOf([event('a', 1), event('b', 2), event('c', 2)])).toEqual({ lost: 0, doubled: 1 });
  });

  test('numbers of a partition: what they drop must be repeats, and no more', () => {
    const [a, b, c] = [stored(event('a', 1), 1), stored(event('b', 2), 2), stored(event('c', 3), 3)];
    expect(numbersOf([a, b, a, b, c])).toEqual({ lost: 0, doubled: 0 });
    expect(numbersOf([a, c, b])).toEqual({ lost: 1, doubled: 0 });
    expect(numbersOf([a, b, stored(event('a', 1), 3)])).toEqual({ lost: 0, doubled: 1 });
  });
});
