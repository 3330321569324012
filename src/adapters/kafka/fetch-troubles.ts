import type { Cluster } from 'kafkajs';

/** What keeps records from being read at present, broker by broker. */
export interface FetchTroubles {
  /** A request to this broker failed, again or for the first time. */
  failed(nodeId: string, what: string): void;
  /** It answers. */
  passed(nodeId: string): void;
  /** Those that last, in sentences. */
  lasting(): readonly string[];
}

/** A leader that moves is found within it; ms. */
const LASTING_MS = 5_000;
/** A broker of which no failure was told for so long is asked no more, as its partitions went elsewhere; ms. */
const FORGOTTEN_MS = 15_000;

interface Trouble {
  readonly since: number;
  readonly last: number;
  readonly what: string;
}

/** @param ticks ms of a clock that ticks evenly */
export function createFetchTroubles(ticks: () => number): FetchTroubles {
  const failing = new Map<string, Trouble>();
  const present = (trouble: Trouble | undefined): trouble is Trouble => trouble !== undefined && ticks() - trouble.last < FORGOTTEN_MS;
  return {
    failed(nodeId, what) {
      const before = failing.get(nodeId);
      failing.set(nodeId, { since: present(before) ? before.since : ticks(), last: ticks(), what });
    },
    passed(nodeId) {
      failing.delete(nodeId);
    },
    lasting: () => [...new Set([...failing.values()].filter((trouble) => present(trouble) && ticks() - trouble.since >= LASTING_MS).map(({ what }) => what))],
  };
}

/** Which of these topics no broker has any more; none where nobody can be asked. One request fails for all that it asks for, and doesn't say which it was. */
export async function missingTopics(cluster: Cluster, names: ReadonlySet<string>): Promise<readonly string[]> {
  try {
    const broker = await cluster.findControllerBroker();
    // Of all topics: asked for one that is missing, it would answer by an error alone.
    const { topicMetadata } = await broker.metadata([]);
    return [...names].filter((name) => !topicMetadata.some(({ topic }) => topic === name));
  } catch {
    return [];
  }
}
