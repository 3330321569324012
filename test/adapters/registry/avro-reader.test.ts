import { describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import { avroSchema, recordName } from '../../../src/contracts/avro.js';
import { PUBLISHED } from '../../../src/contracts/published.js';
import { createAvroReader } from '../../../src/adapters/registry/avro-reader.js';

const ROUNDS = 50;

/** Plain objects instead of the writer's own classes; bytes stay bytes. */
const plain = (value: unknown): unknown => {
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
};
const written = (schema: unknown, value: unknown): Buffer => avro.Type.forSchema(schema as avro.Schema).toBuffer(value);
const readBack = (schema: unknown, value: unknown, options: Partial<avro.ForSchemaOptions> = {}): unknown =>
  createAvroReader(JSON.stringify(schema))(avro.Type.forSchema(schema as avro.Schema, options).toBuffer(value));
const field = (type: unknown, name = 'x') => ({ type: 'record', name: 'R', fields: [{ name, type }] });

describe('reading Avro', () => {
  test.each(PUBLISHED.filter(({ namespace }) => namespace !== null))('$path: reads what avsc reads', ({ path, schema, namespace }) => {
    const definition = avroSchema(schema, recordName(path.slice(path.lastIndexOf('/') + 1)), namespace ?? '') as avro.Schema;
    const type = avro.Type.forSchema(definition);
    const read = createAvroReader(JSON.stringify(definition));
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = type.toBuffer(type.random());
      expect(read(bytes)).toEqual(plain(type.fromBuffer(bytes)));
    }
  });

  test('reads every kind of type as avsc does', () => {
    const schema = {
      type: 'record', name: 'All', namespace: 'a.b', fields: [
        { name: 'n', type: 'null' }, { name: 'b', type: 'boolean' }, { name: 'i', type: 'int' }, { name: 'l', type: 'long' },
        { name: 'f', type: 'float' }, { name: 'd', type: 'double' }, { name: 'y', type: 'bytes' }, { name: 's', type: 'string' },
        { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B', 'C'] } }, { name: 'x', type: { type: 'fixed', name: 'a.F', size: 5 } },
        { name: 'again', type: 'E' }, { name: 'fixedAgain', type: 'a.F' },
        { name: 'm', type: { type: 'map', values: ['null', 'double'] } }, { name: 'a', type: { type: 'array', items: { type: 'array', items: 'string' } } },
      ],
    };
    const recursive = { ...schema, fields: [...schema.fields, { name: 'next', type: ['null', 'All'] }] };
    const [flat, type] = [schema, recursive].map((one) => avro.Type.forSchema(one as avro.Schema)) as [avro.Type, avro.Type];
    // The generator of avsc may choose to go deeper without end.
    const random = (depth: number): object => ({ ...(plain(flat.random()) as object), next: depth === 0 ? null : random(depth - 1) });
    const read = createAvroReader(JSON.stringify(recursive));
    for (let round = 0; round < 300; round++) {
      const bytes = type.toBuffer(random(round % 6));
      expect(read(bytes)).toEqual(plain(type.fromBuffer(bytes)));
    }
  });

  test('reads names that other schemas define', () => {
    const place = { type: 'record', name: 'Place', namespace: 'co', fields: [{ name: 'carrier', type: 'string' }] };
    const order = { type: 'record', name: 'Order', namespace: 'co', fields: [{ name: 'place', type: 'co.Place' }, { name: 'from', type: 'Place' }] };
    const registry = {};
    avro.Type.forSchema(place as avro.Schema, { registry });
    const bytes = avro.Type.forSchema(order as avro.Schema, { registry }).toBuffer({ place: { carrier: 'a' }, from: { carrier: 'b' } });
    expect(createAvroReader(JSON.stringify(order), [JSON.stringify(place)])(bytes)).toEqual({ place: { carrier: 'a' }, from: { carrier: 'b' } });
    expect(() => createAvroReader(JSON.stringify(order))).toThrow('co.Place');
  });

  test('gives values of unions without a wrapper, whatever their branches', () => {
    const either = [{ type: 'record', name: 'A', fields: [{ name: 'x', type: 'int' }] }, { type: 'record', name: 'B', fields: [{ name: 'y', type: 'string' }] }];
    expect(readBack(either, { B: { y: 'text' } }, { wrapUnions: true })).toEqual({ y: 'text' });
    expect(readBack(field(['int', 'long', 'double']), { x: { double: 1.5 } }, { wrapUnions: true })).toEqual({ x: 1.5 });
  });
});

describe('logical types', () => {
  test.each([
    ['timestamp-millis', { type: 'long', logicalType: 'timestamp-millis' }, Date.parse('2026-03-02T09:15:00.123Z'), '2026-03-02T09:15:00.123Z'],
    ['timestamp-micros, finer digits cut off', { type: 'long', logicalType: 'timestamp-micros' }, 1_772_442_900_123_999, '2026-03-02T09:15:00.123Z'],
    ['before 1970', { type: 'long', logicalType: 'timestamp-millis' }, -1, '1969-12-31T23:59:59.999Z'],
    ['date', { type: 'int', logicalType: 'date' }, 20_514, '2026-03-02'],
    ['nullable', ['null', { type: 'long', logicalType: 'timestamp-millis' }], 0, '1970-01-01T00:00:00.000Z'],
    ['uuid', { type: 'string', logicalType: 'uuid' }, 'e2f0', 'e2f0'],
    ['local time stays a number, for it names no instant', { type: 'long', logicalType: 'local-timestamp-millis' }, 5, 5],
    ['decimal', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 3 }, Buffer.from('0004d2', 'hex'), 1.234],
    ['negative decimal', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, Buffer.from('ff85', 'hex'), -1.23],
    ['decimal without fraction', { type: 'fixed', name: 'D', size: 4, logicalType: 'decimal', precision: 9 }, Buffer.from('000030d4', 'hex'), 12_500],
  ])('%s', (_name, type, value, expected) => {
    expect(readBack(field(type), { x: value })).toEqual({ x: expected });
  });

  test.each([
    ['a decimal of more digits than a number keeps', { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 2 }, Buffer.from('00ffffffffffffff', 'hex'), 'rounded'],
    ['a whole decimal beyond 2^53', { type: 'bytes', logicalType: 'decimal', precision: 30 }, Buffer.from('00ffffffffffffff', 'hex'), 'rounded'],
    ['a timestamp beyond the year 9999', { type: 'long', logicalType: 'timestamp-millis' }, 300_000_000_000_000, 'years'],
  ])('%s is refused', (_name, type, value, why) => {
    expect(() => readBack(field(type), { x: value })).toThrow(why);
  });
});

describe('integers', () => {
  /** Zigzag, as any writer with 64-bit integers does it. */
  const encoded = (value: bigint): Buffer => {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    const bytes: number[] = [];
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return Buffer.from([...bytes, Number(rest)]);
  };
  const read = createAvroReader('"long"');

  test.each([0n, -1n, 63n, 64n, -65n, 2n ** 27n - 1n, -(2n ** 27n), 2n ** 31n, 2n ** 52n + 1n, -(2n ** 52n) - 1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n])('%s is exact', (value) => {
    expect(read(encoded(value))).toBe(Number(value));
  });

  test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])('%s is refused instead of rounded', (value) => {
    expect(() => read(encoded(value))).toThrow('2^53');
  });

  test('of more than 64 bits are refused', () => {
    expect(() => read(Buffer.alloc(20, 0xff))).toThrow('64 bits');
  });
});

describe('bytes that do not fit', () => {
  const placed = PUBLISHED.find(({ path }) => path.endsWith('order.placed'))!;
  const definition = avroSchema(placed.schema, 'OrderPlaced', 'touchpoint.source');
  const type = avro.Type.forSchema(definition as avro.Schema);
  const read = createAvroReader(JSON.stringify(definition));

  test('cut short or too long are refused, at every length', () => {
    const whole = type.toBuffer(type.random());
    for (let length = 0; length < whole.length; length++) expect(() => read(whole.subarray(0, length))).toThrow();
    expect(() => read(Buffer.concat([whole, Buffer.from([0])]))).toThrow('1 bytes are left over');
  });

  test('that announce more than they hold take neither time nor memory', () => {
    const huge = Buffer.from('fe'.repeat(6) + '7f', 'hex');
    const began = performance.now();
    expect(() => createAvroReader('{"type":"array","items":"string"}')(huge)).toThrow('too early');
    expect(() => createAvroReader('{"type":"map","values":"int"}')(huge)).toThrow('too early');
    expect(() => createAvroReader('"string"')(huge)).toThrow('too early');
    expect(() => createAvroReader('{"type":"array","items":"null"}')(Buffer.concat([written('long', 100_000), Buffer.alloc(100_001)]))).toThrow('take no bytes');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('of any kind end in an error or a value, soon', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    const began = performance.now();
    for (let round = 0; round < 5_000; round++) {
      const bytes = Buffer.from(Array.from({ length: random() % 60 }, () => random() % 256));
      try {
        read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('a text that is no UTF-8, a branch and a symbol that do not exist', () => {
    expect(() => createAvroReader('"string"')(Buffer.from([4, 0xff, 0x41]))).toThrow('UTF-8');
    expect(createAvroReader('"string"')(Buffer.from([6, 0xef, 0xbf, 0xbd]))).toBe('\uFFFD');
    expect(() => createAvroReader('["null","int"]')(Buffer.from([4]))).toThrow('branch');
    expect(() => createAvroReader('{"type":"enum","name":"E","symbols":["A"]}')(Buffer.from([2]))).toThrow('symbol');
  });
});
