import { describe, expect, test } from '@jest/globals';
import { DEAD_LETTER_REASONS } from '../../src/contracts/names.js';
import { SOURCES } from '../../src/contracts/sources.js';
import { deadLetterRecord, letterOf } from '../../src/pipeline/dead-letter-record.js';
import { createDecoder } from '../../src/pipeline/decode.js';
import { headerText } from '../../src/pipeline/header-entries.js';
import { type Letter, orderIdIn, parsePlace, readLetter, type StoredLetter } from '../../src/pipeline/letter.js';
import { setSeq } from '../../src/pipeline/letter-headers.js';
import { createLetterHistory, isMeant, type LetterFilter } from '../../src/pipeline/letter-selection.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import type { SourceRecord } from '../../src/pipeline/ports.js';
import { seqOf } from '../../src/pipeline/recovery.js';
import { createWayBack, type RedriveSettings } from '../../src/pipeline/redrive.js';

const NOW = Date.parse('2026-04-01T00:00:00Z');
const PARTITIONS = 8;
const laneOf = (orderId: string): number => murmur2Partition(Buffer.from(orderId), PARTITIONS);
const placed = { ...SOURCES.get('order.placed')!.example };
const ORDER = String(placed['orderId']);

const record = (more: Partial<SourceRecord> = {}): SourceRecord => ({
  topic: 'orders', partition: laneOf(ORDER), offset: 120, timestamp: NOW, key: Buffer.from(ORDER), value: Buffer.from(JSON.stringify(placed)), headers: {}, ...more,
});
const stored = (source: SourceRecord, place: Partial<StoredLetter> = {}, reason: Letter['reason'] = 'schema_invalid'): StoredLetter => {
  const { key, value, headers, timestamp = -1 } = deadLetterRecord(source, `shop.${source.topic}`, reason, 'what was wrong', 7);
  return { partition: 3, offset: 17, key: key as Buffer | null, value: value as Buffer | null, headers: headers, timestamp, ...place };
};
const letter = (...of: Parameters<typeof stored>): Letter => readLetter(stored(...of))!;
const marked = (place: string, more: Partial<SourceRecord> = {}): SourceRecord => record({ headers: { 'touchpoint.redriven': Buffer.from(place) }, ...more });

describe('a dead letter', () => {
  test.each(DEAD_LETTER_REASONS)('for %s is read as it was written', (reason) => {
    expect(letter(record(), {}, reason)).toMatchObject({
      place: '3:17', reason, message: 'what was wrong', source: { topic: 'shop.orders', partition: laneOf(ORDER), offset: 120 }, redriven: null, timestamp: NOW,
    });
  });

  test('is told from records of others, and from one whose headers lie about a place', () => {
    const { headers } = stored(record());
    expect(readLetter({ ...stored(record()), headers: {} })).toBeNull();
    expect(readLetter({ ...stored(record()), headers: { ...headers, 'touchpoint.reason': 'bad_weather' } })).toBeNull();
    expect(readLetter({ ...stored(record()), headers: { ...headers, '__connect.errors.offset': '-1' } })).toBeNull();
    expect(letter(marked('0:5')).redriven).toBe('0:5');
    expect(letter(marked('0:5; rm')).redriven).toBeNull();
  });

  test('names its order where its value can be read', () => {
    expect([Buffer.from('{"orderId":"o"}'), Buffer.from('{"orderId":7}'), Buffer.from('{"orderId":""}'), Buffer.from('null'), Buffer.from([0xff]), null].map(orderIdIn))
      .toEqual(['o', null, null, null, null, null]);
    expect(['3:17', '3', '3:17:1', '-1:0', 'a:1', '3: 17'].map(parsePlace)).toEqual([{ partition: 3, offset: 17 }, null, null, null, null, null]);
  });
});

describe('the number of a dead letter', () => {
  test('is never one that a sender wrote: one of the intake has none', () => {
    const { headers } = letterOf(record({ headers: { cx_seq: Buffer.from('999') } }), 'shop.erp', 'map_failed', 'what was wrong');
    expect([seqOf(headers), headers['cx_seq']]).toEqual([null, [Buffer.from('999'), null]]);
  });

  test('changes with the place of its record in a step, beside what a sender wrote', () => {
    const { headers } = deadLetterRecord(record({ headers: { cx_seq: Buffer.from('999') } }), 'shop.orders', 'not_json', 'what was wrong', 7);
    setSeq(headers, 8);
    expect(headers['cx_seq']).toEqual([Buffer.from('999'), '8']);
  });
});

describe('choosing', () => {
  const any: LetterFilter = { reasons: null, topic: null, orderId: null, since: null, until: null };
  test.each<[string, Partial<LetterFilter>, boolean]>([
    ['any', {}, true],
    ['its reason', { reasons: new Set(['schema_invalid', 'tombstone']) }, true],
    ['another reason', { reasons: new Set(['tombstone']) }, false],
    ['its topic on the broker', { topic: 'shop.orders' }, true],
    ['another topic', { topic: 'shop.billing' }, false],
    ['its order', { orderId: ORDER }, true],
    ['another order', { orderId: `${ORDER}1` }, false],
    ['from its own ms on', { since: NOW }, true],
    ['after it', { since: NOW + 1 }, false],
    ['before its own ms', { until: NOW }, false],
    ['up to its ms', { until: NOW + 1 }, true],
    ['all but one', { reasons: new Set(['schema_invalid']), topic: 'shop.orders', orderId: ORDER, since: NOW + 1 }, false],
  ])('by %s', (_by, filter, meant) => {
    expect(isMeant(letter(record()), { ...any, ...filter })).toBe(meant);
  });

  test('finds an order by the value under a wrong key, and by the key over a value that tells nothing', () => {
    const filter = { ...any, orderId: ORDER };
    expect(isMeant(letter(record({ key: Buffer.from('other') })), filter)).toBe(true);
    expect(isMeant(letter(record({ value: Buffer.from('{') })), filter)).toBe(true);
    expect(isMeant(letter(record({ key: null, value: null })), filter)).toBe(false);
  });
});

describe('the history of letters', () => {
  const judged = (letters: readonly Letter[], memory?: number): string[] => {
    const history = createLetterHistory(memory);
    letters.forEach((l) => history.note(l));
    return letters.map((l) => `${l.place} ${history.judge(l)}`);
  };

  test('counts a record that was put aside twice once', () => {
    expect(judged([letter(record()), letter(record(), { offset: 18 }), letter(record({ offset: 121 }), { offset: 19 })]))
      .toEqual(['3:17 present', '3:18 repeat', '3:19 present']);
  });

  test('knows records apart that stood at one place of a topic and of the one made anew', () => {
    expect(judged([letter(record()), letter(record({ timestamp: NOW + 1 }), { offset: 18 })])).toEqual(['3:17 present', '3:18 present']);
  });

  test('leaves of all refusals of a record that was sent back only the last, once, in whichever partition', () => {
    expect(judged([
      letter(record()), letter(marked('3:17', { offset: 130 }), { offset: 18 }), letter(marked('3:17', { offset: 140 }), { offset: 19 }),
      letter(marked('3:17', { offset: 140 }), { offset: 20 }), letter(marked('3:17', { offset: 130 }), { offset: 21 }),
    ])).toEqual(['3:17 sent_back_since', '3:18 sent_back_since', '3:19 present', '3:20 repeat', '3:21 repeat']);
    expect(judged([letter(marked('3:17', { partition: 0 }), { partition: 0, offset: 2 }), letter(record())])).toEqual(['0:2 present', '3:17 sent_back_since']);
  });

  test('lets no producer hide a letter by a forged mark', () => {
    expect(judged([letter(record()), letter(marked('3:17', { offset: 130, value: Buffer.from('{}') }), { offset: 18 })])).toEqual(['3:17 present', '3:18 present']);
  });

  test('is bounded: what is forgotten counts again', () => {
    expect(judged([letter(record()), letter(record({ offset: 121 }), { offset: 18 }), letter(record(), { offset: 19 })], 1))
      .toEqual(['3:17 present', '3:18 present', '3:19 present']);
  });
});

describe('the way back', () => {
  const wayBack = (of: Letter, more: Partial<RedriveSettings> & { readonly maxValueBytes?: number } = {}) => createWayBack({
    decode: createDecoder({ now: () => NOW, maxValueBytes: more.maxValueBytes ?? 1_048_576, maxAheadMs: 3_600_000, keyOf: laneOf }),
    sources: new Map([['shop.orders', 'orders']]), partitions: PARTITIONS, partitioner: murmur2Partition, rekey: false, ...more,
  })(of);

  test('of what would be taken now leads to its topic, as it came, but for a mark', async () => {
    const headers = { 'x-trace': [Buffer.from('a'), Buffer.from('b')], __proto: Buffer.from('p') };
    const source = record({ headers });
    expect(await wayBack(letter(source, {}, 'too_large'))).toEqual({
      kind: 'send', rekeyed: false,
      record: {
        topic: 'shop.orders', partition: laneOf(ORDER), key: source.key, value: source.value, timestamp: NOW,
        headers: { 'x-trace': [Buffer.from('a'), Buffer.from('b')], __proto: [Buffer.from('p')], 'touchpoint.redriven': ['3:17'] },
      },
    });
  });

  test('keeps the place of the first dead letter through a second', async () => {
    expect(await wayBack(letter(marked('0:5')))).toMatchObject({ record: { headers: { 'touchpoint.redriven': [Buffer.from('0:5')] } } });
  });

  const LIKE_OURS = {
    cx_seq: [Buffer.from('99'), Buffer.from('100')], 'touchpoint.reason': [Buffer.from('of its own')], '__connect.errors.topic': [Buffer.from('elsewhere')],
    '__connect.errors.stage': [null], '__connect.errors.task.id': [Buffer.from('4')], 'touchpoint.redriven': [Buffer.from('never')], constructor: [Buffer.from('c')],
  };

  test('loses no header that is named as one of ours, and gathers none, however often it is refused and sent back', async () => {
    const sentBack = { ...LIKE_OURS, 'touchpoint.redriven': [Buffer.from('never'), '3:17'] };
    let source = record({ headers: LIKE_OURS });
    for (let round = 0; round < 3; round += 1) {
      const of = letter(source, { offset: 17 + round }, 'too_large');
      expect([of.reason, of.source.topic, of.redriven]).toEqual(['too_large', 'shop.orders', round === 0 ? null : '3:17']);
      expect(headerText(of.headers, 'cx_seq')).toBe('7');
      const way = await wayBack(of);
      const headers = way.kind === 'send' ? way.record.headers : {};
      expect(headers).toEqual(sentBack);
      source = record({ headers });
    }
  });

  test('of a dead letter that another tool wrote to its topic as it stood leads there with no more headers than it came with', async () => {
    const first = letter(record({ headers: LIKE_OURS }), {}, 'too_large');
    const again = letter(record({ headers: first.headers, offset: 130 }), {}, 'not_json');
    expect(Object.keys(again.headers).sort()).toEqual(Object.keys(first.headers).sort());
    expect(again.source.offset).toBe(130);
    expect(await wayBack(again)).toMatchObject({ record: { headers: { ...LIKE_OURS, 'touchpoint.redriven': [Buffer.from('never'), '3:17'] } } });
  });

  test('of a record on the wrong partition leads to the right one', async () => {
    expect(await wayBack(letter(record({ partition: (laneOf(ORDER) + 1) % PARTITIONS }), {}, 'key_mismatch'))).toMatchObject({ kind: 'send', rekeyed: false, record: { partition: laneOf(ORDER) } });
  });

  test.each([['another', Buffer.from('c-77')], ['no', null]])('of a record with %s key is open only when it is keyed anew', async (_which, key) => {
    const of = letter(record({ key }), {}, 'key_mismatch');
    expect(await wayBack(of)).toMatchObject({ kind: 'stays', reason: 'key_mismatch' });
    expect(await wayBack(of, { rekey: true })).toMatchObject({ kind: 'send', rekeyed: true, record: { key: Buffer.from(ORDER), partition: laneOf(ORDER) } });
  });

  test('of an event without an order stays in its partition, without a key', async () => {
    const { orderId: _, ...orderless } = SOURCES.get('feedback.received')!.example as Record<string, unknown>;
    const of = letter(record({ key: null, partition: 11, value: Buffer.from(JSON.stringify(orderless)) }));
    expect(await wayBack(of)).toMatchObject({ kind: 'send', record: { key: null, partition: 11 % PARTITIONS } });
  });

  test.each<[string, SourceRecord, string]>([
    ['a tombstone', record({ value: null }), 'tombstone'],
    ['no JSON', record({ value: Buffer.from('{') }), 'not_json'],
    ['an event ahead of the clock', record({ value: Buffer.from(JSON.stringify({ ...placed, occurredAt: '2026-04-01T01:00:01Z' })) }), 'clock_out_of_range'],
    ['a record of a topic that is not read', record({ topic: 'audits' }), 'foreign_topic'],
    ['a value over the limit', record({ value: Buffer.from(JSON.stringify({ ...placed, extra: 'x'.repeat(5_000) })) }), 'too_large'],
  ])('of %s is closed, with the reason of today', async (_what, source, reason) => {
    expect(await wayBack(letter(source, {}, 'journey_too_long'), { rekey: true, maxValueBytes: 4_000 })).toMatchObject({ kind: 'stays', reason });
  });
});
