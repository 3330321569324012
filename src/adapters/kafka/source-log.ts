import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { LogBounds, SourceLog } from '../../pipeline/ports.js';
import type { KafkaClient } from './connection.js';
import { asError, within, withRetries } from './faults.js';
import { createGroupMember, type GroupTimes, type Membership } from './group-member.js';
import { createLaneReader, type FetchSizes, type LaneReader } from './lane-reader.js';
import { createPartitionAccess } from './partition-access.js';
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
/** A megabyte is what brokers take as one record at most by default; four of them decode in some 30 ms. */
const SIZES: FetchSizes = { maxWaitMs: 100, maxBytesPerPartition: 1_048_576, maxBytes: 4_194_304 };
const CONNECT_MS = 30_000;
const CLOSE_MS = 1_000;

/**
 * Connects and sees how many lanes there are.
 * @throws when no broker answers, or the source topics are missing or differ in their partitions
 */
export const openKafkaSource = async (options: KafkaSourceOptions): Promise<SourceLog> => {
  const { client, groupId, sources } = options;
  const { log } = client;
  const names = [...sources.values()];
  const topics = [...sources.keys()];
  const asking = client.cluster(`${groupId}-asking`);
  const joining = client.cluster(`${groupId}-joining`);
  const fetching = client.cluster(`${groupId}-fetching`);
  const clusters = [asking, joining, fetching];
  for (const cluster of clusters) {
    await withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log }, async () => {
      await cluster.connect();
      await cluster.addMultipleTargetTopics([...names, ...options.owned.values()]);
    });
  }
  const lanes = commonPartitions([...names, ...options.owned.values()].map((name) => [name, asking.findTopicPartitionMetadata(name).length]));
  const access = createPartitionAccess(asking, log);
  const member = createGroupMember({
    cluster: joining, spare: asking, groupId, topics: [...names, ...options.owned.values()], lanes, log, ...TIMES, ...options.times,
  });
  let reader: LaneReader | null = null;
  let assigned: readonly number[] = [];

  const commit = async (membership: Membership, lane: number, offsets: ReadonlyMap<SourceTopic, number>): Promise<void> => {
    const coordinator = await coordinatorOf(asking, groupId);
    await coordinator.offsetCommit({
      ...membership,
      topics: [...offsets].flatMap(([topic, next]) => {
        const name = sources.get(topic);
        return name === undefined ? [] : [{ topic: name, partitions: [{ partition: lane, offset: String(next) }] }];
      }),
    });
  };

  return {
    topics,
    lanes,
    async start(listener) {
      const laneReader = createLaneReader({ cluster: fetching, names: sources, lanes, listener, log, ...SIZES, ...options.fetching });
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
    async bounds(wanted) {
      const found = await access.bounds(names, wanted);
      return new Map(wanted.map((lane) => [lane, byTopic(sources, found.get(lane))]));
    },
    async recordAt(lane, topic, offset) {
      const raw = await access.recordAt(nameOf(sources, topic), lane, offset);
      return raw === null ? null : sourceRecord(topic, lane, raw);
    },
    confirmMembership: () => member.confirm(),
    async commitAdvice(lane, offsets) {
      const membership = member.membership();
      if (membership === null || offsets.size === 0) return;
      // Advice only: the next one says it again.
      await commit(membership, lane, offsets).catch((error: unknown) =>
        log('debug', 'could not commit offsets to the group', { groupId, lane, error: asError(error).message }));
    },
    advisedOffsets: (lane) => withRetries(asking, { what: `asking group ${groupId} for its offsets`, withinMs: CONNECT_MS, log }, async () => {
      const coordinator = await coordinatorOf(asking, groupId);
      const { responses } = await coordinator.offsetFetch({ groupId, topics: names.map((topic) => ({ topic, partitions: [{ partition: lane }] })) });
      const committed = new Map(responses.map(({ topic, partitions }) => [topic, Number(partitions[0]?.offset ?? -1)]));
      const known = topics.flatMap((topic): [SourceTopic, number][] => {
        const offset = committed.get(nameOf(sources, topic)) ?? -1;
        return offset < 0 ? [] : [[topic, offset]];
      });
      return known.length === 0 ? null : new Map(known);
    }),
    async stop() {
      assigned = [];
      reader?.forget();
      await Promise.all([member.stop(), reader?.stop()]);
      await within(CLOSE_MS, Promise.all(clusters.map((cluster) => cluster.disconnect())))
        .catch((error: unknown) => log('debug', 'left connections to themselves', { groupId, error: asError(error).message }));
    },
  };
};

const nameOf = (sources: ReadonlyMap<SourceTopic, string>, topic: SourceTopic): string => {
  const name = sources.get(topic);
  if (name === undefined) throw new Error(`Topic ${topic} is not among those that are read`);
  return name;
};

const byTopic = (sources: ReadonlyMap<SourceTopic, string>, found: ReadonlyMap<string, LogBounds> | undefined): ReadonlyMap<SourceTopic, LogBounds> =>
  new Map([...sources].flatMap(([topic, name]): [SourceTopic, LogBounds][] => {
    const bounds = found?.get(name);
    return bounds === undefined ? [] : [[topic, bounds]];
  }));

const commonPartitions = (counts: readonly (readonly [string, number])[]): number => {
  const [first] = counts;
  if (first === undefined) throw new Error('No source topic is configured');
  if (counts.some(([, count]) => count !== first[1] || count === 0)) {
    throw new Error(`All source and output topics need the same number of partitions, but: ${counts.map(([name, count]) => `${name} has ${count}`).join(', ')}. See \`touchpoint topics --create\``);
  }
  return first[1];
};
