import fetch, { type FetchParts } from 'kafkajs/src/protocol/requests/fetch/index.js';

const { protocol } = fetch;

/**
 * Makes the client ask for partitions that have a rank in the order of these, for the whole process; its own consumers give none. KafkaJS
 * 2.2.4 shuffles the partitions of each request, so that none is sure of its turn: brokers fill an answer in the order in which they are
 * asked, up to what it may hold.
 */
export const askInOrder = (): void => {
  fetch.protocol = ({ version }) => {
    const original = protocol({ version });
    return (parts) => original({ ...parts, topics: inOrder(parts.topics) });
  };
};

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
