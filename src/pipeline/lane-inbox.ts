import { createQueues, type Reader } from './intake.js';
import type { FetchedRange, LogBounds, SourceLog, SourceRecord, WallClock } from './ports.js';
import type { LaneProgress } from './progress.js';
import type { ReadAhead } from './read-ahead.js';
import type { Persistence } from './retry.js';
import { createSchemaWaits, type SchemaSettings } from './schema-waits.js';
import type { Telemetry } from './telemetry.js';
import type { TimeReached } from './time-reached.js';

export interface InboxParts<T extends string, D extends { readonly kind: string }> {
  readonly lane: number;
  readonly source: Pick<SourceLog<T>, 'topics' | 'pause' | 'resume'>;
  readonly decode: Reader<T, D>;
  readonly timeOf: (record: SourceRecord<T>, decoded: D) => number;
  readonly progress: LaneProgress<T>;
  readonly time: TimeReached<T>;
  readonly wallClock: WallClock;
  readonly schemas?: SchemaSettings | null;
  readonly topicNames: Readonly<Record<T, string>>;
  readonly telemetry: Pick<Telemetry, 'schemaWaiting' | 'schemaMissing' | 'retrying'>;
  /** Records of a topic that wait to be read. */
  readonly lag: (topic: T, records: number) => void;
  readonly readAhead: ReadAhead;
  /** Something came. */
  readonly ring: () => void;
  /** Learning of schemas goes on until then. */
  readonly persistence: Persistence;
  /** Work that may end a session. */
  readonly guard: (work: () => Promise<void>) => Promise<void>;
}

/** What a lane has read and not worked yet: queued by topic, and the topics held up while too much waits or a schema is missing. */
export function createInbox<T extends string, D extends { readonly kind: string }>(parts: InboxParts<T, D>) {
  const { lane, source, progress, time } = parts;
  const { topics } = source;
  const paused = new Set<T>();
  const hold = (topic: T): void => {
    paused.add(topic);
    source.pause(lane, topic);
  };
  const queues = createQueues<T, D>(topics, {
    decode: parts.decode, timeOf: parts.timeOf,
    awaited(topic) {
      hold(topic);
      void parts.guard(() => schemaWaits.learn(topic, parts.persistence));
    },
  });
  const start = progress.offsets();
  for (const topic of topics) {
    queues.restart(topic, start.get(topic) ?? null);
    // Until it has been quiet for a while under this owner too, nobody knows whether more is coming.
    time.fetched(topic, parts.wallClock.now());
  }
  /** Takes up topics of which little waits. */
  const relieve = (): void => {
    for (const topic of paused) {
      if (queues.load(topic) > parts.readAhead.plenty() || queues.awaits(topic) !== null) continue;
      paused.delete(topic);
      source.resume(lane, topic);
    }
  };
  const schemaWaits = createSchemaWaits<T>(parts, queues, () => {
    relieve();
    parts.ring();
  });
  return {
    queues, relieve,
    schemaWaits: schemaWaits.list,
    /** Where delivery stands, queued records included. */
    positions: (): Map<T, number> => {
      const positions = progress.offsets();
      for (const topic of topics) {
        const expected = queues.expected(topic);
        if (expected !== null) positions.set(topic, expected);
      }
      return positions;
    },
    /** False: the range does not continue what was read. */
    fetched: (range: FetchedRange<T>): boolean => {
      if (!queues.push(range)) return false;
      time.fetched(range.topic, parts.wallClock.now());
      // Also when it is paused already: reading anew, after a rebalance, delivers everything again.
      if (queues.awaits(range.topic) !== null || queues.load(range.topic) > parts.readAhead.most()) hold(range.topic);
      parts.ring();
      return true;
    },
    /** The ends of its topics as of the wall clock `askedAt`. */
    bounds: (ends: ReadonlyMap<T, LogBounds>, askedAt: number): void => {
      for (const topic of topics) {
        const there = ends.get(topic);
        if (there === undefined) continue;
        const next = Math.max(progress.nextOf(topic), there.start);
        parts.lag(topic, Math.max(0, there.end - next));
        if (queues.waiting(topic) === 0 && next >= there.end) time.atEnd(topic, askedAt);
      }
      parts.ring();
    },
  };
}
export type Inbox<T extends string, D extends { readonly kind: string }> = ReturnType<typeof createInbox<T, D>>;
