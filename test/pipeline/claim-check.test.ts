import { describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import { checkState, type ClaimCheckParts, findLosses, type Finding } from '../../src/pipeline/claim-check.js';
import type { ClaimedLane, LogBounds, SourceLog, SourceRecord } from '../../src/pipeline/ports.js';
import { recordDigest } from '../../src/pipeline/progress.js';
import { readOutputTail, unknownWord } from '../../src/pipeline/recovery.js';
import { createLaneUnderTest, eventually, factBytes, LANE, TOPIC_NAMES } from '../support/lane-under-test.js';
import { fact } from '../support/facts.js';

const value = (id: string): string => factBytes('o', fact('order.placed', '05-01 08:00', {}, { id }));

const checkClaim = async (parts: ClaimCheckParts, claimed: ClaimedLane): Promise<Finding | null> =>
  (await checkState(parts, claimed)) ?? (await findLosses(parts, claimed))[0] ?? null;

/** A lane that has read four records of `orders` and stopped, and what the next owner finds. */
async function afterWork() {
  const lane = createLaneUnderTest();
  for (const id of ['a', 'b', 'c', 'd']) lane.logs.append('orders', 'o', value(id));
  await lane.live();
  expect(lane.halts).toEqual([]);
  return lane;
}

interface Changes {
  readonly lanes?: number;
  readonly bounds?: LogBounds;
  readonly at?: (record: SourceRecord | null) => SourceRecord | null;
}

/** The log as it would be after something happened to it. */
const changed = (source: SourceLog, { lanes = source.lanes, bounds, at = (record) => record }: Changes): SourceLog => ({
  ...source, lanes,
  bounds: async (asked) => (bounds === undefined ? source.bounds(asked) : new Map(asked.map((lane) => [lane, new Map<SourceTopic, LogBounds>([['orders', bounds]])]))),
  recordAt: async (...place) => at(await source.recordAt(...place)),
});

describe('a lane is checked before anything is read', () => {
  const finding = async (changes: Changes, claimed: Partial<ClaimedLane> = {}) => {
    const lane = await afterWork();
    const found = { ...(await lane.store.claim(LANE, 1)), ...claimed };
    return checkClaim({ lane: LANE, source: changed(lane.logs.source(), changes), output: lane.logs.output, topicNames: TOPIC_NAMES }, found);
  };

  test('and fit for work when the log is where it was', async () => {
    expect(await finding({})).toBeNull();
    expect(await finding({ bounds: { start: 4, end: 4 } })).toBeNull();
    expect(await finding({ bounds: { start: 3, end: 9 } })).toBeNull();
  });

  test.each<[string, Changes, string]>([
    ['partition_count_changed', { lanes: 2 }, '1 partitions'],
    ['records_lost', { bounds: { start: 5, end: 9 } }, '1 records were deleted'],
    ['topic_replaced', { bounds: { start: 0, end: 3 } }, 'the topic ends at 3'],
    ['topic_replaced', { at: (record) => (record === null ? null : { ...record, value: Buffer.from('other') }) }, 'offset 3'],
    ['topic_replaced', { at: (record) => (record === null ? null : { ...record, timestamp: record.timestamp + 1 }) }, 'offset 3'],
    ['topic_replaced', { at: (record) => (record === null ? null : { ...record, key: Buffer.from('p') }) }, 'offset 3'],
    ['topic_replaced', { at: () => null }, 'offset 3'],
  ])('%s', async (name, changes, words) => {
    const found = await finding(changes);
    expect(found?.name).toBe(name);
    expect(found?.message).toContain(words);
  });

  test('a record that retention took after it was applied is no loss', async () => {
    expect(await finding({ bounds: { start: 4, end: 6 }, at: () => null })).toBeNull();
  });

  test('state_lost, by the offsets of the group or by journeys in the log', async () => {
    const lane = createLaneUnderTest();
    const source = lane.logs.source();
    const check = async () => checkClaim({ lane: LANE, source, output: lane.logs.output, topicNames: TOPIC_NAMES }, await lane.store.claim(LANE, 1));
    expect(await check()).toBeNull();
    await source.commitAdvice(LANE, new Map([['orders', 3]]));
    expect((await check())?.name).toBe('state_lost');
    const other = createLaneUnderTest();
    await other.logs.output.publish(LANE, [{ seq: null, topic: 'cx.journeys', key: 'o', value: '{}', headers: {} }]);
    const found = await checkClaim({ lane: LANE, source: other.logs.source(), output: other.logs.output, topicNames: TOPIC_NAMES }, await other.store.claim(LANE, 1));
    expect(found).toMatchObject({ name: 'state_lost', message: expect.stringContaining('cx.journeys had records') });
  });

  test('the digest tells key from value', () => {
    const of = (key: string | null, text: string | null): string => recordDigest({ key: key === null ? null : Buffer.from(key), value: text === null ? null : Buffer.from(text) });
    expect(new Set([of('a', 'b'), of('ab', ''), of('', 'ab'), of('b', 'a')]).size).toBe(4);
  });
});

describe('a halt', () => {
  test('is kept, told once, and nothing is read or said while it stands', async () => {
    const lane = await afterWork();
    const { lane: working, end } = await lane.open({ parts: { source: changed(lane.logs.source(), { at: () => null }) } });
    await eventually('it stands still', () => working.halt() !== null);
    const said = lane.logs.written('cx.journeys', LANE).length;
    lane.logs.append('orders', 'o', value('e'));
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(working.isReading()).toBe(false);
    await end();
    expect(lane.halts).toMatchObject([{ name: 'topic_replaced' }]);
    expect((await lane.store.claim(LANE, 1)).halt).toMatchObject({ name: 'topic_replaced' });
    const next = await lane.open();
    await eventually('the next owner finds it', () => next.lane.halt() !== null);
    await next.end();
    expect(lane.progress.get('orders')?.next).toBe(4);
    expect(lane.logs.written('cx.journeys', LANE)).toHaveLength(said);
  });
});

describe('what lies behind the last trim', () => {
  test('with numbers that the store gave out was sent by the last owner', async () => {
    const lane = createLaneUnderTest();
    const claimed = { ...(await lane.store.claim(LANE, 1)), seq: 7 };
    const record = (seq: number, topic: 'cx.events' | 'cx.alerts') => ({ seq, topic, key: 'o', value: '{}', headers: { cx_seq: String(seq) } });
    await lane.logs.output.publish(LANE, [record(5, 'cx.events'), record(6, 'cx.alerts'), record(7, 'cx.events')]);
    const tail = await readOutputTail(LANE, lane.logs.output, claimed);
    expect([...tail.written]).toEqual([['cx.events', 7], ['cx.alerts', 6]]);
    expect(tail.ends.get('cx.events')).toBe(2);
    expect(unknownWord(tail, claimed)).toBeNull();
    expect(unknownWord(tail, { ...claimed, seq: 6 })).toEqual({ topic: 'cx.events', seq: 7 });
  });

  test('and before it nothing is read; numbers that are none are no numbers', async () => {
    const lane = createLaneUnderTest();
    const claimed = await lane.store.claim(LANE, 1);
    await lane.logs.output.publish(LANE, [
      { seq: 9, topic: 'cx.events', key: 'o', value: '{}', headers: { cx_seq: '9' } },
      { seq: 9, topic: 'cx.events', key: 'o', value: '{}', headers: { cx_seq: 'many' } },
      { seq: 9, topic: 'cx.events', key: 'o', value: '{}', headers: {} },
    ]);
    const tail = await readOutputTail(LANE, lane.logs.output, { ...claimed, outputEnds: new Map([['cx.events', 1]]) });
    expect([...tail.written]).toEqual([]);
  });
});
