import type { FeedEvent } from './feed-event.js';

/**
 * What the tail of the log brought last, so that clients that were cut for a moment come back without asking the log, and
 * those that catch up meet the tail however fast it grows. Bounded by room; of each partition at least the offset and
 * number of what went last are known.
 */
export interface RecentEvents {
  /** A stretch of this partition, which begins where the last one ended. */
  add(partition: number, events: readonly FeedEvent[], next: number): void;
  /** Where the next stretch of the partition begins. */
  next(partition: number): number;
  /** All events from this offset on, as far as the tail has come; null: some of them are not kept any more. */
  since(partition: number, offset: number): readonly FeedEvent[] | null;
  /** The last event that is not kept any more, by place and number; null: none was dropped. */
  dropped(partition: number): Pick<FeedEvent, 'offset' | 'seq'> | null;
}

interface Kept {
  events: FeedEvent[];
  /** Events before this index are gone; the array is cut only now and then. */
  gone: number;
  dropped: Pick<FeedEvent, 'offset' | 'seq'> | null;
  /** Nothing at this offset and behind it is missing. */
  from: number;
  next: number;
}

/**
 * @param from where the tail begins, a partition
 * @param room for the events' texts, characters
 */
export function createRecentEvents(from: readonly number[], room: number): RecentEvents {
  const partitions = from.map((offset): Kept => ({ events: [], gone: 0, dropped: null, from: offset, next: offset }));
  /** The partition of each event that is kept, oldest first. */
  let arrivals: number[] = [];
  let arrivalsGone = 0;
  let taken = 0;
  const of = (partition: number): Kept => {
    const kept = partitions[partition];
    if (kept === undefined) throw new Error(`the stream knows no partition ${partition}`);
    return kept;
  };

  const dropOldest = (): void => {
    const kept = of(arrivals[arrivalsGone] ?? 0);
    arrivalsGone += 1;
    if (arrivalsGone > 1_024 && arrivalsGone * 2 > arrivals.length) {
      arrivals = arrivals.slice(arrivalsGone);
      arrivalsGone = 0;
    }
    const oldest = kept.events[kept.gone];
    if (oldest === undefined) return;
    taken -= oldest.content.data.length;
    // A client that stands there goes on from here.
    kept.dropped = { offset: oldest.offset, seq: oldest.seq };
    kept.from = oldest.offset + 1;
    kept.gone += 1;
    if (kept.gone <= 64 || kept.gone * 2 <= kept.events.length) return;
    kept.events = kept.events.slice(kept.gone);
    kept.gone = 0;
  };

  return {
    add(partition, events, next) {
      const kept = of(partition);
      for (const event of events) {
        kept.events.push(event);
        arrivals.push(partition);
        taken += event.content.data.length;
      }
      kept.next = next;
      while (taken > room && arrivalsGone < arrivals.length) dropOldest();
    },
    next: (partition) => of(partition).next,
    since(partition, offset) {
      const kept = of(partition);
      if (offset < kept.from) return null;
      let at = kept.events.length;
      while (at > kept.gone && (kept.events[at - 1]?.offset ?? -1) >= offset) at -= 1;
      return kept.events.slice(at);
    },
    dropped: (partition) => of(partition).dropped,
  };
}
