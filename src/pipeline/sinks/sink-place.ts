import type { LogBounds } from '../ports.js';
import type { AlertLog } from './sink.js';
import type { SinkParts } from './sink-parts.js';

export interface Beginning {
  /** The oldest offset that was not delivered yet. */
  readonly from: number;
  /** Where reading begins: what lies before `from` is recalled only. */
  readonly readFrom: number;
  /** The group has no place in the partition. */
  readonly isNew: boolean;
  readonly missing: Missing | null;
}

/** Why the place of a sink is not there. */
export type Missing =
  /** So many records are gone unread. */
  | { readonly kind: 'removed'; readonly count: number }
  /** The log ends before it: it is another one. */
  | { readonly kind: 'made_anew' };

/** Where a sink goes on that came to this offset. */
export function placeAt(offset: number, { start, end }: LogBounds): Pick<Beginning, 'from' | 'missing'> {
  if (offset > end) return { from: start, missing: { kind: 'made_anew' } };
  return offset < start ? { from: start, missing: { kind: 'removed', count: start - offset } } : { from: offset, missing: null };
}

/** Where a sink begins in a partition. One that has no place begins with what comes from now on: nobody is sent a backlog. */
export async function beginningOf(log: AlertLog, partition: number, { destination, timing }: Pick<SinkParts, 'destination' | 'timing'>): Promise<Beginning> {
  const committed = (await log.advisedOffsets(partition))?.get('cx.alerts');
  const bounds = (await log.bounds([partition])).get(partition)?.get('cx.alerts');
  if (bounds === undefined) throw new Error(`partition ${partition} of cx.alerts is not there`);
  const place = placeAt(committed ?? bounds.end, bounds);
  const isNew = committed === undefined;
  if (destination.memory === null) return { ...place, readFrom: place.from, isNew };
  const readFrom = await firstSince(timing.now() - destination.memory.recallMs, bounds.start, place.from, async (offset) =>
    (await log.recordAt(partition, 'cx.alerts', offset))?.timestamp ?? null);
  return { ...place, readFrom, isNew };
}

/** The first offset of [start, end) whose record is not older, as far as timestamps rise; `end` where all are. */
async function firstSince(instant: number, start: number, end: number, timestampAt: (offset: number) => Promise<number | null>): Promise<number> {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const timestamp = await timestampAt(middle);
    // Where no record is, nothing is lost by looking at what lies before it too.
    if (timestamp !== null && timestamp < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
