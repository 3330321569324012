import { describe, expect, test } from '@jest/globals';
import { rowCodec } from '../../../src/pipeline/mapping/codecs.js';
import { createValueReader } from '../../../src/pipeline/mapping/read-value.js';
import type { SchemaReader } from '../../../src/pipeline/schema-reader.js';
import { exactJson, exactText } from '../../../src/pipeline/maps/exact-json.js';

const LONG = '9007199254740993';

describe('whole numbers of records', () => {
  test('beyond 2^53 are read as they were sent, wherever they stand', () => {
    expect(exactJson(`{"a":${LONG},"b":[1,{"c":-${LONG}}],"d":"${LONG}","e":9007199254740991}`)).toEqual({ a: BigInt(LONG), b: [1, { c: -BigInt(LONG) }], d: LONG, e: 9_007_199_254_740_991 });
  });

  test('that are written with an exponent, and fractions, stay numbers', () => {
    expect(exactJson(`[1e300, 0.12345678901234567890, ${LONG}.5, ${LONG}]`)).toEqual([1e300, 0.12345678901234568, Number(`${LONG}.5`), BigInt(LONG)]);
  });

  test('are found as deep as an expression reaches, in lists and in sections', () => {
    const nested = (open: string, close: string): string => `${open.repeat(50)}${LONG}${close.repeat(50)}`;
    for (const text of [nested('[', ']'), nested('{"a":', '}')]) expect(exactText(exactJson(text))).toBe(text);
  });

  test.each([['lists', '[', ']'], ['sections', '{"a":', '}']])('do not make %s without end use up the stack', (_, open, close) => {
    const deep = `${open.repeat(200_000)}${LONG}${close.repeat(200_000)}`;
    expect(typeof exactJson(deep)).toBe('object');
  });

  test('are kept between two versions of a row', () => {
    const text = `{"id":${LONG},"items":[{"sku":${LONG}0}]}`;
    const kept = { version: 1, row: exactJson(text) as Parameters<typeof rowCodec.pack>[0]['row'], told: new Set(['order.placed placed']) };
    expect(rowCodec.unpack(rowCodec.pack(kept))).toEqual(kept);
    expect(exactText(exactJson(text))).toBe(text);
  });

  test('come from topics as they come from files', () => {
    const read = createValueReader({ input: { format: 'ndjson', files: [], topics: ['x'], change: null }, fields: null, decimal: '.', state: null }, { maxValueBytes: 1_000, schemas: null });
    expect(read(Buffer.from(`{"id":${LONG}}`))).toEqual({ kind: 'record', record: { id: BigInt(LONG) } });
  });

  test.each([
    ['a JSON Schema', `{"id":${LONG}}`, { id: BigInt(LONG) }],
    ['Avro, which has large fractions too', '\u0000\u0001', { id: 1e16 }],
  ])('come from values by %s', (_, body, record) => {
    const schemas: SchemaReader = { learn: async () => undefined, read: () => ({ kind: 'value', value: body.startsWith('{') ? JSON.parse(body) : { id: 1e16 } }) };
    const read = createValueReader({ input: { format: 'avro', files: [], topics: ['x'], change: null }, fields: null, decimal: '.', state: null }, { maxValueBytes: 1_000, schemas });
    expect(read(Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from(body)]))).toEqual({ kind: 'record', record });
  });
});
