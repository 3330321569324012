import { asError } from '../../core/as-error.js';
import { Final, persist, type Persistence } from '../retry.js';
import type { ReadBackRecord } from '../ports.js';
import type { SchemaReader } from '../schema-reader.js';
import type { EventFeed, FeedStretch, FeedTail, OpenFeed } from './event-feed.js';
import { type FeedEvent, readEvents } from './feed-event.js';
import { createPositionCodec, type PositionCodec } from './position.js';
import { createRecentEvents, type RecentEvents } from './recent-events.js';

export interface FeedSessionParts {
  readonly feed: EventFeed;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  readonly telemetry: Persistence['telemetry'];
  /** For the texts of recent events, characters; 4 Mi by default: some seconds of a busy shop. */
  readonly recentRoom?: number;
}

export interface SessionListener {
  /** What the tail brought; `recent` has it already. */
  events(partition: number, events: readonly FeedEvent[]): void;
  failed(error: Error): void;
}

/** The log while somebody listens: one tail that all clients share, and reads for those that are behind it. */
export interface FeedSession {
  readonly feed: Pick<OpenFeed, 'partitions' | 'bounds'>;
  readonly codec: PositionCodec;
  readonly recent: RecentEvents;
  /** Where a client begins that wants what comes from now on. */
  begin(): readonly number[];
  /** As `OpenFeed.read`, with the values read. */
  read(partition: number, from: number): Promise<{ readonly events: readonly FeedEvent[]; readonly next: number } | null>;
  close(): Promise<void>;
}

const RECENT_ROOM = 4 * 1_048_576;

/** Opens the log and follows it. @throws as `EventFeed.open` */
export async function openFeedSession({ feed: feeds, schemas, telemetry, recentRoom = RECENT_ROOM }: FeedSessionParts, listener: SessionListener): Promise<FeedSession> {
  const feed = await feeds.open();
  let closed = false;

  const readPatiently = async (partition: number, records: readonly ReadBackRecord[]): Promise<readonly FeedEvent[]> => {
    for (;;) {
      const read = readEvents(partition, records, schemas);
      if (read.kind === 'events') return read.events;
      const persistence: Persistence = { lane: partition, telemetry, stopped: () => closed };
      const learned = await persist(persistence, `learn schema ${read.schemaId} for the stream`, async () => schemas?.learn(read.schemaId));
      if (!learned) throw new Final('the stream was closed');
    }
  };

  const startTail = async (): Promise<{ readonly recent: RecentEvents; readonly ends: readonly number[] }> => {
    const bounds = await feed.bounds();
    // The last record that is there is read too: clients stand on it, and its number tells what repeats it.
    const from = bounds.map(({ start, end }) => Math.max(start, end - 1));
    const recent = createRecentEvents(from, recentRoom);
    const add = (partition: number, events: readonly FeedEvent[], next: number): void => {
      if (closed) return;
      recent.add(partition, events, next);
      listener.events(partition, events);
    };
    const addLater = (tail: FeedTail, partition: number, { records, next }: FeedStretch): void => {
      tail.pause(partition);
      readPatiently(partition, records).then((events) => {
        add(partition, events, next);
        tail.resume(partition);
      }, (error: unknown) => { if (!closed) listener.failed(asError(error)); });
    };
    const tail: FeedTail = feed.follow(from, {
      fetched(partition, stretch) {
        const read = readEvents(partition, stretch.records, schemas);
        if (read.kind === 'events') add(partition, read.events, stretch.next);
        else addLater(tail, partition, stretch);
      },
      failed: (error) => { if (!closed) listener.failed(error); },
    });
    return { recent, ends: bounds.map(({ end }) => end) };
  };

  const close = async (): Promise<void> => {
    closed = true;
    await feed.close();
  };
  try {
    const { recent, ends } = await startTail();
    return {
      feed, recent, codec: createPositionCodec(feed.name), close,
      begin: () => ends.map((end, partition) => Math.max(end, recent.next(partition))),
      async read(partition, from) {
        const stretch = await feed.read(partition, from);
        return stretch === null ? null : { events: await readPatiently(partition, stretch.records), next: stretch.next };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
