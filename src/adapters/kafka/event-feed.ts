import type { Cluster } from 'kafkajs';
import type { LogBounds, SourceRecord } from '../../pipeline/ports.js';
import type { EventFeed, FeedListener, FeedTail } from '../../pipeline/stream/event-feed.js';
import type { KafkaClient } from './connection.js';
import { asError } from '../../core/as-error.js';
import { isFault, within, withRetries } from './faults.js';
import { createLaneReader, type LaneReader } from './lane-reader.js';
import type { FetchSizes } from './partition-reading.js';
import type { KafkaLog } from './log.js';
import { createPartitionAccess, type PartitionAccess } from './partition-access.js';

/** A client waits for its stream meanwhile; ms. */
const CONNECT_MS = 5_000;
const CLOSE_MS = 1_000;
/** What one client that catches up holds in memory; the tail reads as lanes do. */
const CATCH_UP_BYTES = 262_144;
const TAIL_SIZES: FetchSizes = { maxWaitMs: 500, maxBytesPerPartition: 1_048_576, maxBytes: 4_194_304 };
const TOPIC = 'cx.events';

/**
 * `cx.events` on Kafka. What it asks and what it follows go by connections of their own: answers of one connection come one
 * after another, and those of the tail may wait long.
 * @param topic its name on the broker
 */
export const createKafkaEventFeed = ({ client, topic }: { readonly client: KafkaClient; readonly topic: string }): EventFeed => ({
  async open() {
    const asking = client.cluster('touchpoint-stream-asking');
    const following = client.cluster('touchpoint-stream-following');
    let reader: LaneReader<typeof TOPIC> | null = null;
    const underWay = new Set<Promise<unknown>>();
    const watched = <T>(asked: Promise<T>): Promise<T> => {
      underWay.add(asked);
      return asked.finally(() => underWay.delete(asked));
    };
    const close = async (): Promise<void> => {
      await reader?.stop();
      await within(CLOSE_MS, Promise.all([asking.disconnect(), following.disconnect()])).catch(() => undefined);
      // What is tried again may have connected once more.
      if (underWay.size > 0) void Promise.allSettled(underWay).then(() => asking.disconnect()).catch(() => undefined);
    };
    try {
      for (const cluster of [asking, following]) await connect(cluster, topic, client.log);
    } catch (error) {
      await close();
      throw error;
    }
    const access = createPartitionAccess(asking, client.log);
    const partitions = asking.findTopicPartitionMetadata(topic).length;
    return {
      name: topic, partitions, close,
      bounds: () => watched(boundsOf(access, topic, partitions)),
      async read(partition, from) {
        try {
          const { records, next } = await watched(access.stretch(topic, partition, from, CATCH_UP_BYTES));
          return { records: records.map(({ offset, key, value, headers = {} }) => ({ offset: Number(offset), key, value, headers })), next };
        } catch (error) {
          if (isFault(error, 'KafkaJSOffsetOutOfRange')) return null;
          throw error;
        }
      },
      follow(from, listener) {
        const followed = followPartitions({ cluster: following, topic, access, log: client.log }, from, listener);
        reader = followed.reader;
        return followed.tail;
      },
    };
  },
});

const connect = (cluster: Cluster, topic: string, log: KafkaLog): Promise<void> =>
  withRetries(cluster, { what: 'connecting to Kafka', withinMs: CONNECT_MS, log }, async () => {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([topic]);
  });

async function boundsOf(access: PartitionAccess, topic: string, partitions: number): Promise<readonly LogBounds[]> {
  const places = Array.from({ length: partitions }, (_, partition) => ({ name: topic, partition }));
  return [...(await access.boundsOf(places)).values()];
}

interface Followed {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly access: PartitionAccess;
  readonly log: KafkaLog;
}

/** Each partition as a lane of one topic. */
function followPartitions({ cluster, topic, access, log }: Followed, from: readonly number[], listener: FeedListener): { readonly reader: LaneReader<typeof TOPIC>; readonly tail: FeedTail } {
  const goOnAt = async (partition: number, offset: number): Promise<void> => {
    const bounds = (await boundsOf(access, topic, from.length))[partition];
    if (bounds === undefined || offset < bounds.start || offset > bounds.end) throw new Error(`offset ${offset} of ${topic}/${partition} cannot be read any more: retention was faster, or the topic was made anew`);
    reader.read(partition, new Map([[TOPIC, offset]]));
  };
  const reader = createLaneReader<typeof TOPIC>({
    ...TAIL_SIZES, cluster, log,
    layout: {
      topics: [TOPIC], lanes: from.length, partitions: new Map([[topic, from.length]]),
      placeOf: (partition) => ({ name: topic, partition }),
      changed: (name, before, now) => new Error(`Topic ${name} has ${now} partitions now, it had ${before}`),
    },
    listener: {
      assigned: () => undefined,
      fetched: (partition, { records, next }: { readonly records: readonly SourceRecord<typeof TOPIC>[]; readonly next: number }) => listener.fetched(partition, { records, next }),
      // Also where only a leader moved.
      unreadable: (partition, _topic, offset) => void goOnAt(partition, offset).catch((error: unknown) => listener.failed(asError(error))),
      failed: (error) => listener.failed(error),
    },
  });
  for (const [partition, offset] of from.entries()) reader.read(partition, new Map([[TOPIC, offset]]));
  return { reader, tail: { pause: (partition) => reader.pause(partition, TOPIC), resume: (partition) => reader.resume(partition, TOPIC) } };
}
