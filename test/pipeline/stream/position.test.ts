import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPositionCodec } from '../../../src/pipeline/stream/position.js';

const codec = createPositionCodec('cx.events');
const offset = fc.oneof(fc.nat(200), fc.maxSafeNat());
const positions = fc.array(offset, { minLength: 1, maxLength: 64 });

describe('a position', () => {
  test('is read back as it was', () => {
    fc.assert(fc.property(positions, (next) => expect(codec.decode(codec.encode(next))).toEqual({ kind: 'position', next })));
  });

  test('is no other text: whatever is cut off, added or spelt otherwise is refused, or is another position that we could have given', () => {
    fc.assert(fc.property(positions, fc.nat(), fc.constantFrom('A', '9', '_', '=', ' ', ''), (next, at, put) => {
      const text = codec.encode(next);
      const place = at % text.length;
      const other = text.slice(0, place) + put + text.slice(place + 1);
      const read = codec.decode(other);
      if (read.kind === 'position') expect(codec.encode(read.next)).toBe(other);
      expect(codec.decode(text.slice(0, place))).not.toMatchObject({ kind: 'position', next });
      expect(codec.decode(text + put)).toMatchObject(put === '' ? { kind: 'position', next } : { kind: expect.stringMatching(/malformed|position/) });
    }));
  });

  test.each(['', 'x', 'undefined', '1.2.3', '0', `${codec.encode([1, 2])}==`, ` ${codec.encode([1])}`, 'A'.repeat(20_000), 'Ag'])('is not %j', (text) => {
    expect(codec.decode(text)).toEqual({ kind: 'malformed' });
  });

  test('means nothing in another log', () => {
    expect(createPositionCodec('other').decode(codec.encode([1, 2]))).toEqual({ kind: 'foreign' });
  });

  test('stays short with many partitions', () => {
    const like = (partitions: number, events: number): number[] => Array.from({ length: partitions }, (_, p) => events + Math.round(3 * Math.sqrt(events) * Math.sin(p)));
    expect(codec.encode(like(8, 1_000_000)).length).toBeLessThan(40);
    expect(codec.encode(like(512, 1_000_000)).length).toBeLessThan(1_500);
    expect(codec.encode(Array.from({ length: 512 }, (_, p) => (p === 0 ? 0 : Number.MAX_SAFE_INTEGER))).length).toBeLessThan(5_500);
  });
});
