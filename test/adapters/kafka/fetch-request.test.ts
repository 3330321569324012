import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import fetch, { type FetchParts } from 'kafkajs/src/protocol/requests/fetch/index.js';
import { askInOrder } from '../../../src/adapters/kafka/fetch-request.js';

const theirs = fetch.protocol;
askInOrder();
const ours = fetch.protocol;

const part = (partition: number, rank?: number) => ({ partition, fetchOffset: '0', maxBytes: 1, ...(rank === undefined ? {} : { rank }) });
const asked = (topics: FetchParts['topics']): FetchParts => ({ replicaId: -1, maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics });
const sent = async (protocol: typeof theirs, parts: FetchParts, version = 11): Promise<string> => (await protocol({ version })(parts).request.encode()).buffer.toString('hex');

test('partitions are asked for in the order of their ranks, whatever the client made of it', async () => {
  const shuffled = asked([{ topic: 'b', partitions: [part(7, 2), part(5, 0)] }, { topic: 'a', partitions: [part(6, 1), part(8, 3), part(9, 4)] }]);
  const inOrder = asked([{ topic: 'b', partitions: [part(5)] }, { topic: 'a', partitions: [part(6)] }, { topic: 'b', partitions: [part(7)] }, { topic: 'a', partitions: [part(8), part(9)] }]);
  expect(await sent(ours, shuffled)).toBe(await sent(theirs, inOrder));
});

test('without ranks a request stays as it is', async () => {
  const parts = asked([{ topic: 'b', partitions: [part(7), part(5, 0)] }]);
  expect(await sent(ours, parts)).toBe(await sent(theirs, parts));
});

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const ranked = fc.array(fc.record({ topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), partition: fc.nat(9_999), offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), maxBytes: fc.integer(INT32) }), { minLength: 1, maxLength: 70 });

test('a request with ranks has the bytes that the client gives it in the same order, in every version', async () => {
  const rest = fc.record({
    maxWaitTime: fc.integer(INT32), minBytes: fc.integer(INT32), maxBytes: fc.integer(INT32), isolationLevel: fc.constantFrom(0, 1), replicaId: fc.constantFrom(-1, 3),
    rackId: fc.constantFrom('', 'rack-1'), sessionId: fc.constantFrom(0, 7), forgottenTopics: fc.constantFrom([], [{ topic: 'gone', partitions: [1] }]),
  }, { requiredKeys: ['maxWaitTime', 'minBytes', 'maxBytes'], noNullPrototype: true });
  await fc.assert(fc.asyncProperty(ranked, rest, fc.constantFrom(4, 7, 10, 11), async (list, parts, version) => {
    // One entry a topic and partition, as nothing is put together then.
    const topics = list.map(({ topic, partition, offset, maxBytes }, i) => ({ topic: `${topic}${i}`, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }));
    const withRanks = topics.map(({ topic, partitions }, rank) => ({ topic, partitions: partitions.map((each) => ({ ...each, rank })) }));
    expect(await sent(ours, { ...parts, topics: withRanks.toReversed() }, version)).toBe(await sent(theirs, { ...parts, topics }, version));
  }), { numRuns: 200 });
});
