import { describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import { createReplayTime, createTimeReached } from '../../src/pipeline/time-reached.js';

const SECOND = 1_000;
const DAY = 86_400_000;
const TOPICS: readonly SourceTopic[] = ['orders', 'logistics'];
/** The wall clock when everything begins. */
const W = Date.parse('2026-06-01T00:00:00Z');
const SETTINGS = { allowedLatenessMs: 5 * SECOND, settleMs: SECOND, replaySettleMs: 15 * SECOND };

const begun = () => {
  const time = createTimeReached(TOPICS, SETTINGS);
  for (const topic of TOPICS) time.fetched(topic, W);
  return time;
};

describe('the time reached by a lane', () => {
  test('is unknown while some topic has said nothing, and is not yet known to be silent', () => {
    const time = begun();
    expect(time.now()).toBe(-Infinity);
    time.read('orders', W - 10 * SECOND, W);
    expect(time.now()).toBe(-Infinity);
    time.read('logistics', W - 20 * SECOND, W);
    expect(time.now()).toBe(W - 25 * SECOND);
  });

  test('is the smallest over the topics of the greatest instant read, less the allowed lateness', () => {
    const time = begun();
    time.read('orders', W, W);
    time.read('logistics', W - 60 * SECOND, W);
    expect(time.now()).toBe(W - 65 * SECOND);
    time.read('logistics', W - 90 * SECOND, W);
    expect(time.now()).toBe(W - 65 * SECOND);
    time.read('logistics', W + 30 * SECOND, W);
    expect(time.now()).toBe(W - 5 * SECOND);
  });

  test('the wall clock counts for a topic at its end once it was quiet for the settling time, not a moment before', () => {
    const time = begun();
    time.read('orders', W + 60 * SECOND, W);
    time.atEnd('logistics', W + 999);
    expect(time.now()).toBe(-Infinity);
    time.atEnd('logistics', W + 1_000);
    expect(time.now()).toBe(W + 1_000 - 5 * SECOND);
    time.atEnd('logistics', W + 30 * SECOND);
    expect(time.now()).toBe(W + 25 * SECOND);
    time.atEnd('logistics', W + 90 * SECOND);
    expect(time.now()).toBe(W + 55 * SECOND);
  });

  test('goes back to what was read when a backlog arrives, until that is read to its end as well', () => {
    const time = begun();
    time.read('orders', W, W);
    time.read('logistics', W - DAY / 2, W);
    for (const topic of TOPICS) time.atEnd(topic, W + 60 * SECOND);
    expect(time.now()).toBe(W + 55 * SECOND);
    time.fetched('logistics', W + 61 * SECOND);
    expect(time.now()).toBe(W - DAY / 2 - 5 * SECOND);
    time.read('logistics', W - DAY / 2 + 7, W + 61 * SECOND);
    expect(time.now()).toBe(W - DAY / 2 + 7 - 5 * SECOND);
    time.atEnd('logistics', W + 62 * SECOND);
    expect(time.now()).toBe(W + 55 * SECOND);
  });

  test('while history is replayed a topic must be quiet for longer', () => {
    const time = begun();
    time.read('orders', W, W);
    time.atEnd('orders', W + 100 * SECOND);
    time.read('logistics', W - DAY - 1, W);
    time.atEnd('logistics', W + 14_999);
    expect(time.now()).toBe(W - DAY - 1 - 5 * SECOND);
    time.atEnd('logistics', W + 15_000);
    expect(time.now()).toBe(W + 10 * SECOND);
    time.fetched('logistics', W + 16_000);
    time.read('logistics', W + 16_000 - DAY, W + 16_000);
    time.atEnd('logistics', W + 17_000);
    expect(time.now()).toBe(W + 12 * SECOND);
  });

  test('a next owner knows what was read, and whether it was history, but not that the topics are silent', () => {
    const time = createTimeReached(TOPICS, SETTINGS);
    time.restore('orders', W - DAY, W - DAY);
    time.restore('logistics', W - 3 * DAY, W - SECOND);
    for (const topic of TOPICS) time.fetched(topic, W);
    expect(time.now()).toBe(W - 3 * DAY - 5 * SECOND);
    expect([time.clockOf('orders'), time.clockOf('logistics')]).toEqual([W - DAY, W - 3 * DAY]);
    for (const topic of TOPICS) time.atEnd(topic, W + 2 * SECOND);
    expect(time.now()).toBe(W - 3 * DAY - 5 * SECOND);
    for (const topic of TOPICS) time.atEnd(topic, W + 15 * SECOND);
    expect(time.now()).toBe(W + 10 * SECOND);
  });

  test('what it will be at the most is told from the readings to come, and comes true', () => {
    const time = begun();
    time.read('orders', W, W);
    const coming = new Map<SourceTopic, number>([['logistics', W - 30 * SECOND], ['orders', W - 60 * SECOND]]);
    expect(time.nowAfter(coming)).toBe(W - 35 * SECOND);
    expect(time.now()).toBe(-Infinity);
    for (const [topic, at] of coming) time.read(topic, at, W);
    expect(time.now()).toBe(W - 35 * SECOND);
    expect(time.nowAfter(new Map())).toBe(time.now());
  });

  test('a topic that is not read is a defect, not silence', () => {
    expect(() => begun().read('audits', W, W)).toThrow('audits');
  });
});

describe('the time reached by a replay', () => {
  test('is the greatest instant of anything read', () => {
    const time = createReplayTime(null);
    expect(time.now()).toBe(-Infinity);
    time.read('orders', W, W);
    time.read('billing', W - DAY, W);
    expect(time.now()).toBe(W);
    time.finish();
    expect(time.now()).toBe(W);
  });

  test('with a time given never goes beyond it, and comes to it at the end', () => {
    const time = createReplayTime(W);
    time.read('orders', W - DAY, W);
    expect(time.now()).toBe(W - DAY);
    expect(time.nowAfter(new Map([['orders', W + DAY]]))).toBe(W);
    time.read('orders', W + DAY, W);
    expect(time.now()).toBe(W);
    const early = createReplayTime(W);
    early.read('orders', W - DAY, W);
    early.finish();
    expect(early.now()).toBe(W);
  });
});
