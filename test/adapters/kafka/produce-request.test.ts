import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import produce, { type ProduceParts } from 'kafkajs/src/protocol/requests/produce/index.js';
import type { Message } from 'kafkajs';
import { carrierOf, writeProduceRequests } from '../../../src/adapters/kafka/produce-request.js';
import type { BatchRecord } from '../../../src/adapters/kafka/record-batch.js';
import { byteWriter } from '../../../src/pipeline/byte-writer.js';
import { bodyParts, type RecordContent, writeBody } from '../../../src/pipeline/record-body.js';

const theirs = produce.protocol;
writeProduceRequests();
const ours = produce.protocol;

const NOW = 1_764_000_000_000;
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ minLength: 120, maxLength: 200 }));
const content = fc.oneof(text, fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
const message = fc.record({
  key: fc.option(content), value: fc.option(content),
  // The client sorts timestamps as text and counts from the first; here all records have one, of which none is before it.
  timestamp: fc.integer({ min: 0, max: 1e11 }).map((later) => String(NOW + later)),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), fc.oneof(content, fc.array(content, { maxLength: 3 })), { maxKeys: 4, noNullPrototype: true }),
});
const messages = fc.array(message, { minLength: 1, maxLength: 20 }).map((list) => list.map((one, i) => (i === 0 ? { ...one, timestamp: String(NOW) } : one)));
const request: fc.Arbitrary<ProduceParts> = fc.record({
  acks: fc.constantFrom(-1, 1), timeout: fc.integer({ min: 0, max: 60_000 }), transactionalId: fc.constant(null),
  producerId: fc.constantFrom(-1, 7, 2 ** 40), producerEpoch: fc.constantFrom(0, 3), compression: fc.constant(0),
  topicData: fc.array(fc.record({
    topic: fc.string({ minLength: 1, maxLength: 30 }),
    partitions: fc.array(fc.record({ partition: fc.nat(1_000), firstSequence: fc.nat(100_000), messages }), { minLength: 1, maxLength: 3 }),
  }), { maxLength: 3 }),
});

const packed = (content: RecordContent): Buffer => {
  const parts = bodyParts(content);
  const bytes = byteWriter(parts.size);
  writeBody(bytes, parts);
  return bytes.buffer;
};

const bytesOf = async (protocol: typeof theirs, parts: ProduceParts, version = '7'): Promise<Buffer> => (await protocol({ version })(parts).request.encode()).buffer;

describe('produce requests', () => {
  test('are byte by byte those of the client', async () => {
    await fc.assert(fc.asyncProperty(request, async (parts) => {
      expect((await bytesOf(ours, parts)).toString('hex')).toBe((await bytesOf(theirs, parts)).toString('hex'));
    }), { numRuns: 100 });
  });

  test('keep headers without a value apart from empty ones', async () => {
    const one = (value: string | null): ProduceParts => ({
      acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ key: 'k', value: 'v', timestamp: String(NOW), headers: { h: value as string } }] }] }],
    });
    const [none, empty] = [await bytesOf(ours, one(null)), await bytesOf(ours, one(''))];
    expect(none.length).toBe(empty.length);
    expect([none.at(-1), empty.at(-1)]).toEqual([1, 0]);
  });

  test('are the same for a batch that is handed over as one message', async () => {
    await fc.assert(fc.asyncProperty(messages, async (list) => {
      const records = list.map(({ headers, ...rest }) => ({ ...rest, headers: headers }));
      const parts = (handed: readonly Message[]): ProduceParts => ({ acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 4, messages: handed }] }] });
      const carried = parts(carrierOf({ topic: 't', partition: 4, messages: records }));
      expect((await bytesOf(ours, carried)).toString('hex')).toBe((await bytesOf(ours, parts(list))).toString('hex'));
      await expect(bytesOf(ours, carried, '2')).rejects.toThrow('version 2');
    }), { numRuns: 50 });
  });

  test('are the same for records that lie packed', async () => {
    await fc.assert(fc.asyncProperty(messages, async (list) => {
      const parts = (records: readonly BatchRecord[]): ProduceParts => ({
        acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 4, messages: carrierOf({ topic: 't', partition: 4, messages: records }) }] }],
      });
      const bodies = list.map(({ timestamp, ...content }) => ({ body: packed(content), timestamp }));
      expect((await bytesOf(ours, parts(bodies))).toString('hex')).toBe((await bytesOf(ours, parts(list))).toString('hex'));
    }), { numRuns: 50 });
  });

  test('of other versions, and those that ask for compression or a transaction, are left to the client', async () => {
    const parts: ProduceParts = { acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ key: 'k', value: 'v', timestamp: String(NOW) }] }] }] };
    for (const asked of [{ ...parts, compression: 1 }, { ...parts, transactionalId: 't' }]) expect(await bytesOf(ours, asked)).toEqual(await bytesOf(theirs, asked));
    expect(await bytesOf(ours, parts, '2')).toEqual(await bytesOf(theirs, parts, '2'));
  });
});
