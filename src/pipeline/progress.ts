import { createHash } from 'node:crypto';
import type { SourceTopic } from '../contracts/names.js';
import type { Position, SourceRecord, TopicCount, TopicProgress } from './ports.js';
import type { TimeReached } from './time-reached.js';

export type ReadOutcome = 'applied' | 'duplicate' | 'deadLetter';

interface Moving {
  next: number;
  position: Position | null;
  last: SourceRecord | null;
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
export function createLaneProgress(
  topics: readonly SourceTopic[], start: ReadonlyMap<SourceTopic, TopicProgress>, time: TimeReached, countedTo: Readonly<Partial<Record<SourceTopic, number>>> = {},
) {
  const all = new Map<SourceTopic, Moving>();
  for (const topic of topics) {
    const known = start.get(topic);
    all.set(topic, { next: known?.next ?? -1, position: known?.position ?? null, last: null, count: { ...(known?.count ?? NOTHING) }, moved: false });
    time.restore(topic, known?.clock ?? null, known?.position?.timestamp ?? null);
  }
  const of = (topic: SourceTopic): Moving => {
    const moving = all.get(topic);
    if (moving === undefined) throw new Error(`the lane does not read the topic ${topic}`);
    return moving;
  };
  /** Was the record read once before, by this account? */
  const wasRead = ({ topic, offset }: Pick<SourceRecord, 'topic' | 'offset'>): boolean => offset < (countedTo[topic] ?? 0);
  return {
    wasRead,
    read(record: SourceRecord, outcome: ReadOutcome): void {
      const t = of(record.topic);
      t.next = record.offset + 1;
      t.last = record;
      t.moved = true;
      if (wasRead(record)) return;
      t.count.read += 1;
      t.count[outcome] += 1;
    },
    /** Offsets that hold no record for us. */
    skip(topic: SourceTopic, next: number): void {
      const t = of(topic);
      t.next = next;
      t.moved = true;
    },
    /** Next offsets to read; a topic never read has none. */
    offsets(): Map<SourceTopic, number> {
      const next = new Map<SourceTopic, number>();
      for (const [topic, t] of all) if (t.next >= 0) next.set(topic, t.next);
      return next;
    },
    nextOf: (topic: SourceTopic): number => of(topic).next,
    count: (topic: SourceTopic): TopicCount => ({ ...of(topic).count }),
    /** What moved since the last call. */
    moved(): Map<SourceTopic, TopicProgress> {
      const moved = new Map<SourceTopic, TopicProgress>();
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
export type LaneProgress = ReturnType<typeof createLaneProgress>;
