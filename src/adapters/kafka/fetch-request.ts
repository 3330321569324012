import fetch, { type FetchParts } from 'kafkajs/src/protocol/requests/fetch/index.js';
import { byteWriter } from '../../pipeline/byte-writer.js';
import { encoded } from './encoded.js';

/** The version that is written here; brokers from 2.4 on know it. */
const VERSION = 11;
const READ_COMMITTED = 1;

const { protocol } = fetch;

/**
 * Makes the client ask for partitions that have a rank in the order of these, and write such a request in one go, for the whole process; its
 * own consumers give no ranks. KafkaJS 2.2.4 shuffles the partitions of each request, so that none is sure of its turn: brokers fill an
 * answer in the order in which they are asked, up to what it may hold. And it takes zeroed memory of half a kilobyte for each partition of
 * each request.
 */
export const askInOrder = (): void => {
  fetch.protocol = ({ version }) => {
    const original = protocol({ version });
    return (parts) => {
      const topics = inOrder(parts.topics);
      const made = original({ ...parts, topics });
      if (topics === parts.topics || Number(version) !== VERSION || !isPlain(parts)) return made;
      return { ...made, request: { ...made.request, encode: () => Promise.resolve(encoded(bodyOf({ ...parts, topics }))) } };
    };
  };
};

/** Nothing here asks for sessions, or for a replica nearby; who does gets what the client makes of it. */
const isPlain = ({ rackId, sessionId, forgottenTopics }: FetchParts): boolean =>
  (rackId ?? '') === '' && (sessionId ?? 0) === 0 && (forgottenTopics ?? []).length === 0;

/** Of a partition: its number, the leader's epoch, the offset, the start of the log, the most bytes. */
const PARTITION_BYTES = 4 + 4 + 8 + 8 + 4;
/** That of which nothing is known or wanted. */
const NONE = -1;

function bodyOf({ replicaId = NONE, maxWaitTime, minBytes, maxBytes, isolationLevel = READ_COMMITTED, sessionEpoch = NONE, topics }: FetchParts): Buffer {
  let size = 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 4 + 2;
  for (const { topic, partitions } of topics) size += 2 + Buffer.byteLength(topic) + 4 + partitions.length * PARTITION_BYTES;
  const bytes = byteWriter(size);
  bytes.int32(replicaId);
  bytes.int32(maxWaitTime);
  bytes.int32(minBytes);
  bytes.int32(maxBytes);
  bytes.int8(isolationLevel);
  bytes.int32(0);
  bytes.int32(sessionEpoch);
  bytes.int32(topics.length);
  for (const { topic, partitions } of topics) {
    const length = Buffer.byteLength(topic);
    bytes.int16(length);
    bytes.content(topic, length);
    bytes.int32(partitions.length);
    for (const { partition, fetchOffset, maxBytes: most } of partitions) {
      bytes.int32(partition);
      bytes.int32(NONE);
      bytes.int64(BigInt(fetchOffset));
      bytes.int64(BigInt(NONE));
      bytes.int32(most);
    }
  }
  // No topics to forget, no rack.
  bytes.int32(0);
  bytes.int16(0);
  return bytes.buffer;
}

type Topics = FetchParts['topics'];
type Partition = Topics[number]['partitions'][number];

/** By rank, if all have one. A topic may stand there more than once. */
function inOrder(topics: Topics): Topics {
  const all = topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  if (all.some(({ partition }) => partition.rank === undefined)) return topics;
  const ordered: { readonly topic: string; readonly partitions: Partition[] }[] = [];
  for (const { topic, partition } of all.sort((a, b) => (a.partition.rank ?? 0) - (b.partition.rank ?? 0))) {
    const last = ordered.at(-1);
    if (last?.topic === topic) last.partitions.push(partition);
    else ordered.push({ topic, partitions: [partition] });
  }
  return ordered;
}
