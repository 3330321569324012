import type { Cluster } from 'kafkajs';
import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { LogBounds, SourceLog } from '../../pipeline/ports.js';
import type { KafkaClient } from './connection.js';
import { asError } from '../../core/as-error.js';
import { within, withRetries } from './faults.js';
import { createGroupMember, type GroupTimes, type Membership } from './group-member.js';
import { createLaneReader, type LaneReader } from './lane-reader.js';
import type { FetchSizes } from './partition-reading.js';
import type { Layout, Place } from './layout.js';
import { createPartitionAccess, placeName } from './partition-access.js';
import { sourceRecord } from './source-record.js';
import { coordinatorOf } from './wire.js';

export interface KafkaSourceOptions {
  readonly client: KafkaClient;
  readonly groupId: string;
  /** The source topics to read, contract name to broker name, in a fixed order. */
  readonly sources: ReadonlyMap<SourceTopic, string>;
  /** Outputs whose partitions are owned along with a lane, so that the group shows who writes; broker name by contract name. */
  readonly owned: ReadonlyMap<OutputTopic, string>;
  readonly times?: Partial<GroupTimes>;
  readonly fetching?: Partial<FetchSizes>;
}

/** Three heartbeats may get lost before the session ends; failing over takes a session. */
const TIMES: GroupTimes = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 30_000, heartbeatMs: 1_000 };
/** Four megabytes decode in some 30 ms; so little of each partition that all of a lane's topics advance side by side. A larger record comes alone. */
const SIZES: FetchSizes = { maxWaitMs: 100, maxBytesPerPartition: 262_144, maxBytes: 4_194_304 };
const CONNECT_MS = 30_000;
const CLOSE_MS = 1_000;

/**
 * Connects and sees how many lanes there are.
 * @throws when no broker answers, or the source topics are missing or differ in their partitions
 */
export const openKafkaSource = ({ sources, owned, ...options }: KafkaSourceOptions): Promise<SourceLog> => openSource<SourceTopic>({
  ...options, names: [...sources.values(), ...owned.values()],
  layout(partitions) {
    const lanes = commonPartitions([...partitions]);
    return {
      topics: [...sources.keys()], lanes, partitions: new Map([...sources.values()].map((name) => [name, lanes])),
      placeOf: (lane, topic) => ({ name: nameOf(sources, topic), partition: lane }),
      changed: partitionsChanged,
    };
  },
});

export interface PlacedSourceOptions<T extends string> extends Pick<KafkaSourceOptions, 'client' | 'groupId' | 'times' | 'fetching'> {
  /** Broker names of the topics that members subscribe to. */
  readonly names: readonly string[];
  /** By the number of partitions that each of them has. @throws saying why they can't be read */
  readonly layout: (partitions: ReadonlyMap<string, number>) => Layout<T>;
}

/** Connects to read the partitions of any layout, as a member of a group. */
export const openSource = async <T extends string>(options: PlacedSourceOptions<T>): Promise<SourceLog<T>> => {
  const { client, groupId, names } = options;
  const { log } = client;
  const asking = client.cluster(`${groupId}-asking`);
  const joining = client.cluster(`${groupId}-joining`);
  const fetching = client.cluster(`${groupId}-fetching`);
  const clusters = [asking, joining, fetching];
  const close = (): Promise<unknown> => within(CLOSE_MS, Promise.all(clusters.map((cluster) => cluster.disconnect())))
    .catch((error: unknown) => log('debug', 'left connections to themselves', { groupId, error: asError(error).message }));
  // A sink tries again and again: connections must not be left behind each time.
  const layout = await layoutOn(clusters, asking, options).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const { topics, lanes, placeOf } = layout;
  const access = createPartitionAccess(asking, log);
  const member = createGroupMember({ cluster: joining, spare: asking, groupId, topics: names, lanes, log, ...TIMES, ...options.times });
  let reader: LaneReader<T> | null = null;
  let assigned: readonly number[] = [];

  const commit = async (membership: Membership, lane: number, offsets: ReadonlyMap<T, number>): Promise<void> => {
    const coordinator = await coordinatorOf(asking, groupId);
    await coordinator.offsetCommit({
      ...membership,
      topics: [...byName([...offsets].map(([topic, next]) => ({ ...placeOf(lane, topic), offset: String(next) })))].map(([topic, partitions]) => ({ topic, partitions })),
    });
  };

  return {
    topics,
    lanes,
    async start(listener) {
      const laneReader = createLaneReader<T>({ cluster: fetching, layout, listener, log, ...SIZES, ...options.fetching });
      reader = laneReader;
      await member.start({
        assigned(now) {
          laneReader.forget();
          assigned = now;
          listener.assigned(now);
        },
        failed: (error) => listener.failed(error),
      });
    },
    read(lane, offsets) {
      if (assigned.includes(lane)) reader?.read(lane, offsets);
    },
    pause: (lane, topic) => reader?.pause(lane, topic),
    resume: (lane, topic) => reader?.resume(lane, topic),
    troubles: () => reader?.troubles() ?? [],
    async bounds(wanted) {
      const found = await access.boundsOf(wanted.flatMap((lane) => topics.map((topic) => placeOf(lane, topic))));
      return new Map(wanted.map((lane) => [lane, new Map(topics.flatMap((topic): [T, LogBounds][] => {
        const bounds = found.get(placeName(placeOf(lane, topic)));
        return bounds === undefined ? [] : [[topic, bounds]];
      }))]));
    },
    async recordAt(lane, topic, offset) {
      const { name, partition } = placeOf(lane, topic);
      const raw = await access.recordAt(name, partition, offset);
      return raw === null ? null : sourceRecord(topic, partition, raw);
    },
    confirmMembership: () => member.confirm(),
    async commitAdvice(lane, offsets) {
      const membership = member.membership();
      if (membership === null || offsets.size === 0) return false;
      // Advice only: the next one says it again.
      return commit(membership, lane, offsets).then(() => true, (error: unknown) => {
        log('debug', 'could not commit offsets to the group', { groupId, lane, error: asError(error).message });
        return false;
      });
    },
    advisedOffsets: (lane) => withRetries(asking, { what: `asking group ${groupId} for its offsets`, withinMs: CONNECT_MS, log }, async () => {
      const coordinator = await coordinatorOf(asking, groupId);
      const { responses } = await coordinator.offsetFetch({ groupId, topics: [...byName(topics.map((topic) => placeOf(lane, topic)))].map(([topic, partitions]) => ({ topic, partitions })) });
      const committed = new Map(responses.flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }): [string, number] => [placeName({ name: topic, partition }), Number(offset)])));
      const known = topics.flatMap((topic): [T, number][] => {
        const offset = committed.get(placeName(placeOf(lane, topic))) ?? -1;
        return offset < 0 ? [] : [[topic, offset]];
      });
      return known.length === 0 ? null : new Map(known);
    }),
    async stop() {
      assigned = [];
      reader?.forget();
      await Promise.all([member.stop(), reader?.stop()]);
      await close();
    },
  };
};

/** Connects all of them. @throws as `openSource` */
async function layoutOn<T extends string>(clusters: readonly Cluster[], asking: Cluster, { client, names, layout }: PlacedSourceOptions<T>): Promise<Layout<T>> {
  for (const cluster of clusters) {
    await withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log: client.log }, async () => {
      await cluster.connect();
      await cluster.addMultipleTargetTopics([...names]);
    });
  }
  return layout(new Map(names.map((name) => [name, asking.findTopicPartitionMetadata(name).length])));
}

/** Partitions by their topic, as requests name them. */
function byName<P extends Place>(places: readonly P[]): Map<string, Omit<P, 'name'>[]> {
  const found = new Map<string, Omit<P, 'name'>[]>();
  for (const { name, ...partition } of places) found.set(name, [...(found.get(name) ?? []), partition]);
  return found;
}

const nameOf = (sources: ReadonlyMap<SourceTopic, string>, topic: SourceTopic): string => {
  const name = sources.get(topic);
  if (name === undefined) throw new Error(`Topic ${topic} is not among those that are read`);
  return name;
};

const commonPartitions = (counts: readonly (readonly [string, number])[]): number => {
  const [first] = counts;
  if (first === undefined) throw new Error('No source topic is configured');
  if (counts.some(([, count]) => count !== first[1] || count === 0)) {
    throw new Error(`All source and output topics need the same number of partitions, but: ${counts.map(([name, count]) => `${name} has ${count}`).join(', ')}. See \`touchpoint topics --create\``);
  }
  return first[1];
};

const partitionsChanged = (topic: string, lanes: number, partitions: number): Error => new Error(
  `Topic ${topic} has ${partitions} partitions now, it had ${lanes}: keys have moved between partitions, so orders would be cut in two. `
  + 'Give every source and output topic the same number and read all of it into an empty state (docs: changing the number of partitions).',
);
