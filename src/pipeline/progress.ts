import { createHash } from 'node:crypto';
import type { SourceTopic } from '../contracts/names.js';
import type { Position, SourceRecord, TopicCount, TopicProgress } from './ports.js';
import type { TimeReached } from './time-reached.js';

export type ReadOutcome = 'applied' | 'duplicate' | 'deadLetter';

type Last = Pick<SourceRecord, 'offset' | 'timestamp' | 'key' | 'value'>;

interface Moving {
  next: number;
  position: Position | null;
  last: Last | null;
  readonly count: { -readonly [K in keyof TopicCount]: TopicCount[K] };
  moved: boolean;
}

/** Tells whether the record at a place is the one that was applied there: a digest of its key and value. */
export const recordDigest = (record: Pick<SourceRecord, 'key' | 'value'>): string =>
  createHash('sha1').update(record.key ?? '').update('\0').update(record.value ?? '').digest('base64').slice(0, 16);

const NOTHING: TopicCount = { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };

/**
 * How far a lane has read each of its topics, and what became of the records (read = applied + duplicate + dead letter).
 * @param countedTo records before these offsets were counted when they were read first
 */
export function createLaneProgress<T extends string = SourceTopic>(
  topics: readonly T[], start: ReadonlyMap<T, TopicProgress>, time: Pick<TimeReached<T>, 'restore' | 'clockOf'>, countedTo: Readonly<Partial<Record<string, number>>> = {},
) {
  const all = new Map<T, Moving>();
  for (const topic of topics) {
    const known = start.get(topic);
    all.set(topic, { next: known?.next ?? -1, position: known?.position ?? null, last: null, count: { ...(known?.count ?? NOTHING) }, moved: false });
    time.restore(topic, known?.clock ?? null, known?.position?.timestamp ?? null);
  }
  const of = (topic: T): Moving => {
    const moving = all.get(topic);
    if (moving === undefined) throw new Error(`the lane does not read the topic ${topic}`);
    return moving;
  };
  /** Was the record read once before, by this account? */
  const wasRead = ({ topic, offset }: Pick<SourceRecord<T>, 'topic' | 'offset'>): boolean => offset < (countedTo[topic] ?? 0);
  return {
    wasRead,
    read(record: SourceRecord<T>, outcome: ReadOutcome): void {
      const t = of(record.topic);
      t.next = record.offset + 1;
      t.last = record;
      t.moved = true;
      if (wasRead(record)) return;
      t.count.read += 1;
      t.count[outcome] += 1;
    },
    /** Offsets that hold no record for us. */
    skip(topic: T, next: number): void {
      const t = of(topic);
      t.next = next;
      t.moved = true;
    },
    /** Next offsets to read; a topic never read has none. */
    offsets(): Map<T, number> {
      const next = new Map<T, number>();
      for (const [topic, t] of all) if (t.next >= 0) next.set(topic, t.next);
      return next;
    },
    nextOf: (topic: T): number => of(topic).next,
    count: (topic: T): TopicCount => ({ ...of(topic).count }),
    /** What moved since the last call. */
    moved(): Map<T, TopicProgress> {
      const moved = new Map<T, TopicProgress>();
      for (const [topic, t] of all) {
        if (!t.moved) continue;
        t.moved = false;
        if (t.last !== null) t.position = { offset: t.last.offset, timestamp: t.last.timestamp, digest: recordDigest(t.last) };
        t.last = null;
        moved.set(topic, { next: t.next, clock: time.clockOf(topic), position: t.position, count: { ...t.count } });
      }
      return moved;
    },
  };
}
export type LaneProgress<T extends string = SourceTopic> = ReturnType<typeof createLaneProgress<T>>;
