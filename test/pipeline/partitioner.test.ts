import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32, crc32Partition, murmur2, murmur2Partition } from '../../src/pipeline/partitioner.js';

describe('partitioner', () => {
  // The vectors of Kafka's own unit test of its Java client.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s is that of the Java client', (key, hash) => {
    expect(murmur2(Buffer.from(key)) | 0).toBe(hash);
    expect(murmur2Partition(Buffer.from(key), 12)).toBe((hash & 0x7fffffff) % 12);
  });

  test('crc32 is that of zlib, which librdkafka uses', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (key) => crc32(key) === zlibCrc32(key)));
    expect(crc32Partition(Buffer.from('123456789'), 7)).toBe(0xcbf43926 % 7);
  });

  test('every key has a partition', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 300 }), (key, partitions) => {
      for (const partition of [murmur2Partition(key, partitions), crc32Partition(key, partitions)]) {
        expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true);
      }
    }));
  });
});
