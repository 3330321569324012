import { describe, expect, test } from '@jest/globals';
import { SOURCES } from '../../src/contracts/sources.js';
import { createDecoder, createSchemaDecoder } from '../../src/pipeline/decode.js';
import type { SourceRecord } from '../../src/pipeline/ports.js';
import type { ReadBySchema } from '../../src/pipeline/schema-reader.js';
import { inWireFormat } from '../../src/pipeline/wire-format.js';

const SETTINGS = { now: () => Date.parse('2030-01-01T00:00:00Z'), maxValueBytes: 1_000, maxAheadMs: 3_600_000, keyOf: () => 0 };
const placed = SOURCES.get('order.placed')!.example;
const record = (value: Buffer | string, key = 'A-1001'): SourceRecord =>
  ({ topic: 'orders', partition: 0, offset: 3, timestamp: 0, key: Buffer.from(key), value: Buffer.from(value), headers: {} });

describe('a value that begins with a byte 0', () => {
  const decoding = (read: (id: number, body: Buffer) => ReadBySchema) => createSchemaDecoder(SETTINGS, { read, learn: async () => undefined });
  const asPlaced = decoding(() => ({ kind: 'value', value: placed }));

  test('is what its schema makes of it, judged as JSON would be', () => {
    const fromJson = createDecoder(SETTINGS)(record(JSON.stringify(placed)));
    expect(fromJson.kind).toBe('event');
    expect(asPlaced(record(inWireFormat(7, Buffer.alloc(3))))).toEqual(fromJson);
    expect(asPlaced(record(inWireFormat(7, Buffer.alloc(3)), 'other'))).toMatchObject({ reason: 'key_mismatch' });
    const judged = (value: unknown) => decoding(() => ({ kind: 'value', value }))(record(inWireFormat(7, Buffer.alloc(0))));
    expect(judged({ ...placed, type: 'parcel.scanned' })).toMatchObject({ reason: 'unknown_type' });
    expect(judged({ ...placed, lines: null })).toMatchObject({ reason: 'schema_invalid', message: expect.stringContaining('lines') });
    expect(judged('text')).toMatchObject({ reason: 'schema_invalid' });
  });

  test('hands id and body to its schema', () => {
    const asked: unknown[] = [];
    decoding((id, body) => { asked.push(id, body.toString()); return { kind: 'unknown' }; })(record(inWireFormat(0x01020304, Buffer.from('body'))));
    expect(asked).toEqual([0x01020304, 'body']);
  });

  test('waits while its schema is not known', () => {
    expect(decoding(() => ({ kind: 'unknown' }))(record(inWireFormat(7, Buffer.alloc(0))))).toEqual({ kind: 'awaits_schema', schemaId: 7 });
  });

  test('is a dead letter where its schema cannot read it, or no schema can have that id', () => {
    expect(decoding(() => ({ kind: 'undecodable', message: 'schema 7: no' }))(record(inWireFormat(7, Buffer.alloc(0))))).toEqual({ kind: 'dead_letter', reason: 'undecodable', message: 'schema 7: no' });
    for (const hex of ['00', '00000000', '0000000000', '00ffffffff01']) {
      expect(asPlaced(record(Buffer.from(hex, 'hex')))).toMatchObject({ reason: 'undecodable', message: expect.stringContaining('no id') });
    }
  });

  test('is too large before anything else, and other values stay JSON', () => {
    expect(asPlaced(record(inWireFormat(7, Buffer.alloc(1_000))))).toMatchObject({ reason: 'too_large' });
    expect(asPlaced(record(JSON.stringify(placed)))).toMatchObject({ kind: 'event' });
    expect(asPlaced(record('PING'))).toMatchObject({ reason: 'not_json' });
    expect(asPlaced({ ...record(''), value: null })).toMatchObject({ reason: 'tombstone' });
  });

  test('is no JSON without a registry, and the message says what is missing', () => {
    expect(createDecoder(SETTINGS)(record(inWireFormat(7, Buffer.from('{}'))))).toEqual({
      kind: 'dead_letter', reason: 'not_json',
      message: 'the value (7 bytes) begins with a byte 0, as the wire format of a schema registry does, with schema 7; SCHEMA_REGISTRY_URL is not set',
    });
  });
});
