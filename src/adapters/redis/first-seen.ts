import type { Cluster } from 'ioredis';
import type { KeyNames } from './keys.js';
import type { RedisClient } from './script.js';

interface Sighting {
  readonly key: string;
  readonly coordinates: string;
}

const isCluster = (client: RedisClient): client is Cluster => client.isCluster;

/** Sends both commands of every sighting at once; they all must belong to one node. */
const ask = async (client: RedisClient, names: KeyNames, seconds: number, sightings: readonly Sighting[]): Promise<boolean[]> => {
  const batch = client.pipeline();
  for (const { key, coordinates } of sightings) batch.set(names.seen(key), coordinates, 'EX', seconds, 'NX').get(names.seen(key));
  const answers = (await batch.exec()) ?? [];
  return sightings.map(({ coordinates }, i) => {
    const set = answers[2 * i];
    const kept = answers[2 * i + 1];
    if (set === undefined || kept === undefined) throw new Error('Redis gave no answer on ids seen before');
    const error = set[0] ?? kept[0];
    if (error !== null) throw error;
    return kept[1] === coordinates;
  });
};

/**
 * Of each: is it the first record with its key? The first one's coordinates are kept for `seconds`, so that the same
 * record asked about again is the first again. Keys are spread over the nodes of a cluster, each asked by itself.
 */
export const firstSeen = async (client: RedisClient, names: KeyNames, seconds: number, sightings: readonly Sighting[]): Promise<readonly boolean[]> => {
  if (sightings.length === 0) return [];
  if (!isCluster(client)) return ask(client, names, seconds, sightings);
  // Two sightings of one key go to one node over one connection, and so are met in this order there too.
  const answers = await Promise.all(sightings.map((sighting) => ask(client, names, seconds, [sighting])));
  return answers.flat();
};
