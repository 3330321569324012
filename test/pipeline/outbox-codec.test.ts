import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OUTPUT_TOPICS } from '../../src/contracts/names.js';
import { packOutbox, unpackOutbox } from '../../src/pipeline/outbox-codec.js';
import type { OutputRecord } from '../../src/pipeline/ports.js';
import { Final } from '../../src/pipeline/retry.js';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const field = fc.oneof(bytes, fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()));
/** Of a header: it may have none. */
const value = fc.option(field, { nil: null, freq: 4 });
const name = fc.oneof(fc.constantFrom('ce_id', 'cx_seq', '__proto__', 'constructor', ''), fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => text.isWellFormed()));
const headers = fc.array(fc.tuple(name, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 3 }))), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));
const record: fc.Arbitrary<OutputRecord> = fc.record({
  seq: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { nil: null }), topic: fc.constantFrom(...OUTPUT_TOPICS),
  key: fc.option(field, { nil: null }), value: fc.option(field, { nil: null }), headers,
  timestamp: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { nil: undefined }),
}).map(({ timestamp, ...rest }) => (timestamp === undefined ? rest : { ...rest, timestamp }));

const asBytes = (value: Buffer | string | null): string | null => (value === null ? null : Buffer.from(value).toString('hex'));
/** The same for every way of giving the same bytes. */
const plain = ({ seq, topic, timestamp, key, value, headers: given }: OutputRecord) => ({
  seq, topic, timestamp, key: asBytes(key), value: asBytes(value),
  headers: Object.entries(given).map(([header, values]) => [header, values === null || typeof values === 'string' || Buffer.isBuffer(values) ? [asBytes(values)] : (values ?? []).map(asBytes)]),
});

/** Format 1, in which fields had four bytes of length each. */
const BEFORE = 'AQBAHAAAAAAAAEJ4vP5WgAAAAAIAAAADTy0xAAAAB3siYSI6MX0AAAAGY3hfc2VxAAAAATcAAAAEbm9uZf////8Dv/AAAAAAAAC/8AAAAAAAAAAC/////wAAAAIA/wAAAAV0d2ljZQAAAAExAAAABXR3aWNlAAAAAA==';

/** Of a record that unpacks what it is asked for. */
const contentOf = (record: OutputRecord | undefined) => record && {
  seq: record.seq, topic: record.topic, key: record.key, value: record.value, headers: record.headers, ...('timestamp' in record ? { timestamp: record.timestamp } : {}),
};

describe('the outbox', () => {
  test('gives back every record to the byte', () => {
    fc.assert(fc.property(fc.array(record, { maxLength: 8 }), (records) => {
      expect(unpackOutbox(packOutbox(records)).map(plain)).toEqual(records.map(plain));
    }), { numRuns: 1_000 });
  });

  test('tells nothing from empty, in keys, values and headers', () => {
    const [none, empty] = unpackOutbox(packOutbox([
      { seq: 1, topic: 'cx.dead-letters', key: null, value: null, headers: { a: undefined, b: null, c: ['', null] } },
      { seq: 0, topic: 'cx.journeys', key: '', value: '', headers: { a: '', b: [] }, timestamp: 0 },
    ]));
    expect(contentOf(none)).toStrictEqual({ seq: 1, topic: 'cx.dead-letters', key: null, value: null, headers: { b: null, c: [Buffer.alloc(0), null] } });
    expect(contentOf(empty)).toStrictEqual({ seq: 0, topic: 'cx.journeys', key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { a: Buffer.alloc(0) }, timestamp: 0 });
  });

  test('holds what a sender called by the name of a method, as a client may hand it over', () => {
    const handed = { toString: [(): string => '', Buffer.from('v'), null], other: (): string => '' } as unknown as OutputRecord['headers'];
    const [back] = unpackOutbox(packOutbox([{ seq: 1, topic: 'cx.dead-letters', key: null, value: null, headers: handed }]));
    expect(Object.entries(back?.headers ?? {})).toEqual([['toString', [Buffer.from('v'), null]]]);
  });

  test('takes no topic that is not among its own', () => {
    expect(() => packOutbox([{ seq: 1, topic: 'cx.other' as 'cx.events', key: null, value: null, headers: {} }])).toThrow('out of range');
  });

  test('written by the version before is read', () => {
    // Two records, as that version packed them.
    const packed = Buffer.from(BEFORE, 'base64');
    expect(unpackOutbox(packed).map(contentOf)).toStrictEqual([
      { seq: 7, topic: 'cx.events', key: Buffer.from('O-1'), value: Buffer.from('{"a":1}'), headers: { cx_seq: Buffer.from('7'), none: null }, timestamp: 1_700_000_000_000 },
      { seq: null, topic: 'cx.dead-letters', key: null, value: Buffer.from([0, 255]), headers: { twice: [Buffer.from('1'), Buffer.alloc(0)] } },
    ]);
  });

  test('written by another version is refused for good', () => {
    const packed = packOutbox([{ seq: 1, topic: 'cx.events', key: null, value: null, headers: {} }]);
    packed[0] = 9;
    expect(() => unpackOutbox(packed)).toThrow(Final);
    packed[0] = 2;
    packed[1] = 200;
    expect(() => unpackOutbox(packed)).toThrow(Final);
  });
});
