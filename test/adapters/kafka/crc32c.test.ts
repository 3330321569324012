import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import known from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { crc32c } from '../../../src/adapters/kafka/crc32c.js';

/** RFC 3720, appendix B.4: the bytes of 32 zeros, 32 ones, rising and falling numbers. */
test.each([
  ['zeros', Buffer.alloc(32), 0x8a9136aa], ['ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['rising', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e], ['falling', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
] as const)('the checksum of 32 bytes is that of the standard: %s', (_name, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

test('whatever the bytes and their number, it is the checksum that the client makes one by one', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { expect(crc32c(bytes)).toBe(known(Buffer.from(bytes))); }));
});
