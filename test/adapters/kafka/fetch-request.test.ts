import { expect, test } from '@jest/globals';
import fetch, { type FetchParts } from 'kafkajs/src/protocol/requests/fetch/index.js';
import { askInOrder } from '../../../src/adapters/kafka/fetch-request.js';

const theirs = fetch.protocol;
askInOrder();
const ours = fetch.protocol;

const part = (partition: number, rank?: number) => ({ partition, fetchOffset: '0', maxBytes: 1, ...(rank === undefined ? {} : { rank }) });
const asked = (topics: FetchParts['topics']): FetchParts => ({ replicaId: -1, maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics });
const sent = async (protocol: typeof theirs, parts: FetchParts): Promise<string> => (await protocol({ version: 11 })(parts).request.encode()).buffer.toString('hex');

test('partitions are asked for in the order of their ranks, whatever the client made of it', async () => {
  const shuffled = asked([{ topic: 'b', partitions: [part(7, 2), part(5, 0)] }, { topic: 'a', partitions: [part(6, 1), part(8, 3), part(9, 4)] }]);
  const inOrder = asked([{ topic: 'b', partitions: [part(5)] }, { topic: 'a', partitions: [part(6)] }, { topic: 'b', partitions: [part(7)] }, { topic: 'a', partitions: [part(8), part(9)] }]);
  expect(await sent(ours, shuffled)).toBe(await sent(theirs, inOrder));
});

test('without ranks a request stays as it is', async () => {
  const parts = asked([{ topic: 'b', partitions: [part(7), part(5, 0)] }]);
  expect(await sent(ours, parts)).toBe(await sent(theirs, parts));
});
