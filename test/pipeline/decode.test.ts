import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SOURCES } from '../../src/contracts/sources.js';
import { placeOfValues } from '../../src/core/place.js';
import { createDecoder } from '../../src/pipeline/decode.js';
import type { Decoded, DecoderSettings } from '../../src/pipeline/decode.js';
import type { SourceRecord } from '../../src/pipeline/ports.js';
import { bentEvents } from '../contracts/mutations.js';

const NOW = Date.parse('2026-04-01T00:00:00Z');
const HOUR = 3_600_000;
const settings: DecoderSettings = { now: () => NOW, maxValueBytes: 1_048_576, maxAheadMs: HOUR, keyOf: null };
const onKafka: DecoderSettings = { ...settings, keyOf: () => 3 };

const placed = { ...SOURCES.get('order.placed')!.example } as Record<string, unknown>;
const feedback = { ...SOURCES.get('feedback.received')!.example } as Record<string, unknown>;

const record = (value: unknown, more: Partial<SourceRecord> = {}): SourceRecord => ({
  topic: 'orders', partition: 3, offset: 17, timestamp: NOW, key: Buffer.from('A-1001'), headers: {},
  value: value === null || Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  ...more,
});
const decode = (value: unknown, more: Partial<SourceRecord> = {}, by: DecoderSettings = settings): Decoded => createDecoder(by)(record(value, more));
const reasonOf = (decoded: Decoded): string => (decoded.kind === 'event' ? 'event' : decoded.reason);
const messageOf = (decoded: Decoded): string => (decoded.kind === 'event' ? '' : decoded.message);

describe('a valid record', () => {
  test.each([...SOURCES.values()])('of $type becomes a fact that says where it was read', ({ type, topic, example }) => {
    const decoded = decode(example, { topic });
    expect(decoded).toMatchObject({ kind: 'event', orderId: example.orderId ?? null, fact: { id: example.id, type, topic, offset: 17, at: Date.parse(example.occurredAt) } });
  });

  test('keeps what rules need and fills in what was not said', () => {
    const bare = { id: '1', type: 'delivery.completed', orderId: 'A-1001', occurredAt: '2026-03-01T10:00:00.1239Z', place: { carrier: '', planet: 'x', team: 't' }, lines: null };
    const decoded = decode(bare);
    expect(decoded.kind === 'event' && decoded.fact).toStrictEqual({
      id: '1', at: Date.UTC(2026, 2, 1, 10, 0, 0, 123), customerId: null, accountId: null, place: placeOfValues([undefined, 't']), topic: 'logistics', offset: 17,
      type: 'delivery.completed', body: { shipmentId: null, lines: null, final: true },
    });
  });

  test('in a replay the type tells the topic; on Kafka it is the one that the record was read from', () => {
    expect(decode(feedback, { topic: 'orders' })).toMatchObject({ fact: { topic: 'feedback' } });
    expect(decode(feedback, { topic: 'orders' }, onKafka)).toMatchObject({ fact: { topic: 'orders' } });
  });

  test('a promise keeps its text; a date has no instant of its own', () => {
    const decoded = decode({ ...placed, promisedDeliveryAt: '2026-03-06', dispatchBy: '2026-03-04T16:00:00.5+01:00' });
    expect(decoded).toMatchObject({
      fact: { body: { promisedDelivery: { text: '2026-03-06', instant: null }, dispatchBy: { text: '2026-03-04T16:00:00.5+01:00', instant: Date.UTC(2026, 2, 4, 15, 0, 0, 500) } } },
    });
  });

  test('a long reason is cut, without leaving half a letter', () => {
    const decoded = decode({ id: '1', type: 'order.cancelled', orderId: 'o', occurredAt: '2026-03-01T10:00:00Z', initiatedBy: 'company', reason: `${'x'.repeat(255)}😀 and more` });
    expect(decoded).toMatchObject({ fact: { body: { reason: `${'x'.repeat(255)}\ufffd` } } });
  });

  test('-0 is 0', () => {
    const decoded = decode('{"id":"1","type":"invoice.issued","orderId":"o","occurredAt":"2026-03-01T10:00:00Z","invoiceId":"i","totalMinor":-0,"currency":"EUR","lines":[{"lineId":"1","quantity":-0}]}');
    expect(decoded.kind === 'event' && decoded.fact.body).toStrictEqual({ invoiceId: 'i', totalMinor: 0, currency: 'EUR', lines: [{ lineId: '1', quantity: 0 }] });
  });
});

describe('a record that is refused', () => {
  test.each<[string, unknown, string]>([
    ['no value', null, 'tombstone'],
    ['too long', `"${'x'.repeat(1_048_577)}"`, 'too_large'],
    ['empty', '', 'not_json'],
    ['no JSON', 'PING', 'not_json'],
    ['cut off', '{"id":"cut', 'not_json'],
    ['NaN', '{"score":NaN}', 'not_json'],
    ['two values', '{"id":"x"} {"id":"y"}', 'not_json'],
    ['no UTF-8 outside of texts', Buffer.from([0xff, 0xfe, 0x7b, 0x7d]), 'not_json'],
    ['no UTF-8 within a text', Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]), 'not_json'],
    ['half a surrogate in UTF-8', Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]), 'not_json'],
    ['a byte order mark', `\ufeff${JSON.stringify(placed)}`, 'not_json'],
    ['null as text', 'null', 'schema_invalid'],
    ['a number', '17', 'schema_invalid'],
    ['a list', JSON.stringify([placed]), 'schema_invalid'],
    ['a list that is told a type', '[{"type":"order.placed"}]', 'schema_invalid'],
    ['no type', { ...placed, type: undefined }, 'schema_invalid'],
    ['type null', { ...placed, type: null }, 'schema_invalid'],
    ['type a number', { ...placed, type: 3 }, 'schema_invalid'],
    ['type empty', { ...placed, type: '' }, 'schema_invalid'],
    ['another type', { ...placed, type: 'order.archived' }, 'unknown_type'],
    ['type in capitals', { ...placed, type: 'Order.Placed' }, 'unknown_type'],
    ['type of every object', { ...placed, type: 'constructor' }, 'unknown_type'],
    ['a type that only a prototype has', '{"__proto__":{"type":"order.placed"},"id":"1"}', 'schema_invalid'],
    ['a field wrong', { ...placed, totalMinor: 10.5 }, 'schema_invalid'],
    ['a number beyond all', JSON.stringify(placed).replace('12990', '1e999'), 'schema_invalid'],
    ['too far ahead', { ...placed, occurredAt: new Date(NOW + HOUR + 1).toISOString() }, 'clock_out_of_range'],
  ])('%s', (_, value, reason) => {
    expect(reasonOf(decode(value))).toBe(reason);
  });

  test('exactly the most bytes, and exactly the furthest ahead, are fine', () => {
    const filled = (size: number): string => {
      const bare = JSON.stringify({ ...placed, comment: '' });
      return JSON.stringify({ ...placed, comment: 'x'.repeat(size - bare.length) });
    };
    expect(reasonOf(decode(filled(1_048_576)))).toBe('event');
    expect(reasonOf(decode(filled(1_048_577)))).toBe('too_large');
    expect(reasonOf(decode({ ...placed, occurredAt: new Date(NOW + HOUR).toISOString() }))).toBe('event');
  });

  test('U+FFFD that was really sent is fine, and the last of two equal fields counts', () => {
    expect(reasonOf(decode({ ...placed, place: { team: '\ufffd' } }))).toBe('event');
    expect(decode(JSON.stringify(placed).replace('{', '{"id":"first",'))).toMatchObject({ fact: { id: placed['id'] } });
  });

  test('nesting without end does no harm', () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    expect(['not_json', 'schema_invalid']).toContain(reasonOf(decode(deep)));
    expect(['not_json', 'event']).toContain(reasonOf(decode(JSON.stringify(placed).replace('{', `{"extra":${deep},`))));
  });

  test('fields named __proto__ change no other record', () => {
    decode('{"__proto__":{"polluted":true},"type":"order.placed","constructor":{"prototype":{"polluted":true}}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('the first reason in the order of the contract is told', () => {
    const future = { ...placed, occurredAt: '2099-01-01T00:00:00Z' };
    const stranger = { key: Buffer.from('B-1'), partition: 1 };
    expect(reasonOf(decode(null, stranger, onKafka))).toBe('tombstone');
    expect(reasonOf(decode('x'.repeat(1_048_577), stranger, onKafka))).toBe('too_large');
    expect(reasonOf(decode('x', stranger, onKafka))).toBe('not_json');
    expect(reasonOf(decode({ ...future, type: 1 }, stranger, onKafka))).toBe('schema_invalid');
    expect(reasonOf(decode({ ...future, type: 'x' }, stranger, onKafka))).toBe('unknown_type');
    expect(reasonOf(decode({ ...future, id: 1 }, stranger, onKafka))).toBe('schema_invalid');
    expect(reasonOf(decode(future, stranger, onKafka))).toBe('key_mismatch');
    expect(reasonOf(decode(future, {}, onKafka))).toBe('clock_out_of_range');
  });
});

describe('keys', () => {
  const of = (orderId: string, more: Partial<SourceRecord>): Decoded => decode({ ...placed, orderId }, more, onKafka);

  test.each(['A-1001', 'ä', '😀', 'a😀b', 'x'.repeat(256)])('the UTF-8 of the order is its key: %s', (orderId) => {
    expect(reasonOf(of(orderId, { key: Buffer.from(orderId) }))).toBe('event');
    expect(reasonOf(of(orderId, { key: Buffer.from(`${orderId}x`) }))).toBe('key_mismatch');
    expect(reasonOf(of(orderId, { key: Buffer.from(orderId).subarray(0, -1) }))).toBe('key_mismatch');
    expect(reasonOf(of(orderId, { key: Buffer.alloc(0) }))).toBe('key_mismatch');
    expect(reasonOf(of(orderId, { key: null }))).toBe('key_mismatch');
  });

  test('on another partition than the partitioner says, and then both are named', () => {
    const decoded = of('A-1001', { partition: 5 });
    expect(reasonOf(decoded)).toBe('key_mismatch');
    expect(messageOf(decoded)).toMatch(/partition 5.*partition 3/);
  });

  test('events without an order may have any key on any partition', () => {
    const { orderId: _, ...orderless } = feedback;
    expect(decode(orderless, { key: Buffer.from('any'), partition: 1 }, onKafka)).toMatchObject({ kind: 'event', orderId: null });
    expect(decode({ ...orderless, orderId: null }, { key: null, partition: 1 }, onKafka)).toMatchObject({ kind: 'event', orderId: null });
    expect(reasonOf(decode({ ...orderless, orderId: 'A-1' }, { key: Buffer.from('any') }, onKafka))).toBe('key_mismatch');
  });
});

describe('messages', () => {
  test.each<[object, RegExp]>([
    [{ lines: [{ lineId: '1', sku: 'a', quantity: 1 }, { lineId: '2', quantity: 1 }] }, /^order\.placed: lines\[1\]\.sku: expected a string, found nothing$/],
    [{ promisedDeliveryAt: 'next friday' }, /^order\.placed: promisedDeliveryAt: expected an RFC 3339 .* found a text of 11 characters$/],
    [{ place: { carrier: 5 } }, /place\.carrier: expected a string, found a number/],
    [{ totalMinor: 'much' }, /totalMinor: expected a number, found a text of 4 characters/],
    [{ totalMinor: 2 ** 53 }, /totalMinor: expected an integer from -9007199254740991 to 9007199254740991, found a number/],
    [{ totalMinor: -(2 ** 53) }, /totalMinor: expected an integer from -9007199254740991 to/],
    [{ id: '\ud800' }, /id: expected text without halves of surrogate pairs, found a text of 1 characters/],
    [{ customerId: 'x'.repeat(257) }, /customerId: expected 1 to 256 characters, found a text of 257 characters/],
  ])('name the path of the first fault: %j', (change, message) => {
    expect(messageOf(decode({ ...placed, ...change }))).toMatch(message);
  });

  test('never repeat what the value said, are short, and come for every fault; nothing throws', () => {
    const secret = 'S3cret-Jane.Doe@example.com';
    const withSecrets = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_, entry: unknown) => (entry === 'x' || entry === '' ? secret : entry === Infinity ? null : entry))) as unknown;
    fc.assert(fc.property(bentEvents, ({ event }) => {
      const decoded = decode(withSecrets(event), {}, onKafka);
      if (decoded.kind === 'event') return true;
      return decoded.message.length > 5 && decoded.message.length <= 300 && !decoded.message.includes('S3cret');
    }), { numRuns: 1500 });
    expect(messageOf(decode({ ...placed, type: `${secret} ordered` }))).not.toContain('S3cret');
    expect(messageOf(decode(`{"note":"${secret}`))).not.toContain('S3cret');
  });

  test('any bytes at all are decoded or refused, never thrown at', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decode(Buffer.from(bytes)).kind === 'dead_letter'));
  });
});
