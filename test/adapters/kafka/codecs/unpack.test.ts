import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unpackLz4 } from '../../../../src/adapters/kafka/codecs/lz4.js';
import { unpackSnappy } from '../../../../src/adapters/kafka/codecs/snappy.js';
import { BatchDamaged } from '../../../../src/adapters/kafka/codecs/unpacking.js';

/** Data made by hand after the formats' descriptions; what Kafka itself makes is unpacked in test/integration/kafka-compression.test.ts. */

const bytes = (...parts: readonly (number | string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(typeof part === 'number' ? [part] : [...part]))));
const u32le = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const u32be = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };

describe('snappy', () => {
  const HEADER = bytes([0x82], 'SNAPPY', 0, [0, 0, 0, 1], [0, 0, 0, 1]);
  const piece = bytes;
  const framed = (...pieces: readonly Buffer[]): Buffer => Buffer.concat([HEADER, ...pieces.flatMap((one) => [u32be(one.length), one])]);

  test.each([
    ['nothing', piece(0), ''],
    ['a literal', piece(3, 2 << 2, 'abc'), 'abc'],
    ['a literal whose length has a byte of its own', piece([0xc8, 1], 60 << 2, 199, 'x'.repeat(200)), 'x'.repeat(200)],
    ['a literal with two such bytes', piece([0xac, 2], 61 << 2, [0x2b, 1], 'y'.repeat(300)), 'y'.repeat(300)],
    ['a short copy', piece(7, 2 << 2, 'abc', 0b000_000_01, 3), 'abcabca'],
    ['a copy of two bytes of distance that overlaps itself', piece(12, 1 << 2, 'ab', (9 << 2) | 2, [2, 0]), 'abababababab'],
    ['a copy of four', piece(5, 3 << 2, 'abcd', 3, [1, 0, 0, 0]), 'abcdd'],
  ])('%s, alone and in a frame', (_what, data, expected) => {
    expect(unpackSnappy(data).toString()).toBe(expected);
    expect(unpackSnappy(framed(data)).toString()).toBe(expected);
    expect(unpackSnappy(framed(data, data)).toString()).toBe(expected + expected);
  });

  test.each([
    ['that ends early', piece(5, 4 << 2, 'ab')],
    ['whose copy points before the beginning', piece(5, 0, 'a', (3 << 2) | 2, [9, 0])],
    ['that is shorter than promised', piece(9, 2 << 2, 'abc')],
    ['that promises gigabytes', piece([0xff, 0xff, 0xff, 0xff, 0x0f], 0, 'a')],
    ['whose length has no end', piece([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['in a frame whose piece is cut', framed(piece(3, 2 << 2, 'abc')).subarray(0, -1)],
    ['in a frame that ends within a length', framed(piece(3, 2 << 2, 'abc')).subarray(0, 18)],
  ])('data %s is damaged', (_what, data) => {
    expect(() => unpackSnappy(data)).toThrow(BatchDamaged);
  });
});

describe('lz4', () => {
  const frame = (flags: number, extra: readonly number[], ...blocks: readonly Buffer[]): Buffer =>
    Buffer.concat([u32le(0x184d_2204), bytes(flags, 0x40, extra, 0), ...blocks, u32le(0)]);
  const block = (data: Buffer, after: readonly number[] = []): Buffer => bytes([...u32le(data.length)], [...data], after);
  const plain = (text: string): Buffer => bytes([...u32le(0x8000_0000 + text.length)], text);
  const abc = bytes(0x30, 'abc');
  /** `abc`, then nine bytes from three back, then `z`. */
  const repeated = bytes(0x35, 'abc', [3, 0], 0x10, 'z');

  test.each([
    ['no block', frame(0x60, []), ''],
    ['a literal', frame(0x60, [], block(abc)), 'abc'],
    ['a copy that overlaps itself', frame(0x60, [], block(repeated)), 'abcabcabcabcz'],
    ['a block that stands as it is', frame(0x60, [], plain('as it is'), block(abc)), 'as it isabc'],
    ['a copy that reaches into the block before', frame(0x40, [], plain('abcd'), block(bytes(0x00, [4, 0], 0x10, '!'))), 'abcdabcd!'],
    ['checksums of blocks and of all, and the size of the content', frame(0x7c, [3, 0, 0, 0, 0, 0, 0, 0], block(abc, [1, 2, 3, 4])), 'abc'],
    ['lengths that go on', frame(0x60, [], block(bytes(0xff, [255, 10], 'q'.repeat(280), [1, 0], [255, 0], 0x10, 'z'))), `${'q'.repeat(280 + 4 + 15 + 255)}z`],
  ])('%s', (_what, data, expected) => {
    expect(unpackLz4(data).toString()).toBe(expected);
  });

  test.each([
    ['that is no frame', Buffer.from('something else')],
    ['of another version', frame(0xa0, [])],
    ['without an end', frame(0x60, [], block(abc)).subarray(0, -4)],
    ['whose block is cut', frame(0x60, [], block(abc)).subarray(0, -6)],
    ['whose literal is cut', frame(0x60, [], block(bytes(0x50, 'abc')))],
    ['whose copy points before the beginning', frame(0x60, [], block(bytes(0x10, 'a', [9, 0], 0x10, 'b')))],
    ['whose copy has no distance', frame(0x60, [], block(bytes(0x10, 'a', [0, 0], 0x10, 'b')))],
    ['that unpacks to more than any batch', frame(0x60, [], block(Buffer.concat([bytes(0x1f, 'a', [1, 0]), Buffer.alloc(1_100_000, 255), bytes(0, 0x10, 'b')])))],
  ])('data %s is damaged', (_what, data) => {
    expect(() => unpackLz4(data)).toThrow(BatchDamaged);
  });
});

test('any bytes are unpacked or damaged, and nothing else happens', () => {
  const start = fc.constantFrom(Buffer.alloc(0), u32le(0x184d_2204), bytes([...u32le(0x184d_2204)], 0x60, 0x40, 0), bytes([0x82], 'SNAPPY', 0, [0, 0, 0, 1], [0, 0, 0, 1]));
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
    for (const unpack of [unpackLz4, unpackSnappy]) {
      try {
        expect(Buffer.isBuffer(unpack(Buffer.concat([head, tail])))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(BatchDamaged);
      }
    }
  }), { numRuns: 2_000 });
});
