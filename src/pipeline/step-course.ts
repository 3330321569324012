import type { PreparedStep } from './prepare-step.js';
import type { Candidate, StepParts } from './step-parts.js';

/** What holds for a lane when one of its records is applied, besides the time reached. */
export interface Moment {
  /** When the lane came to know of what it knows by then, ms. */
  readonly arrived: number;
  /** The calendar, and whether what is read is a history that is being loaded. */
  readonly calendar: number;
  readonly isHistory: boolean;
}

/** A step before any order of it is touched: how far it goes, when each of its records is applied, and to which order. */
export interface Course {
  /** One for each candidate that the step uses up. */
  readonly moments: readonly Moment[];
  /** The time reached before each of them, at which its order is judged, and at last after all; ms. It never falls. */
  readonly reached: readonly number[];
  /** By order: the places of its candidates, rising. None where only a deadline of it may have passed. */
  readonly places: ReadonlyMap<string, readonly number[]>;
}

/**
 * Takes the lane's time through a step. Time depends on what is read alone, not on what becomes of it, so that it is known beforehand for all
 * records; from then on it stands at the step's end.
 */
export function courseOf(parts: StepParts, { candidates, deadlines, until }: PreparedStep): Course {
  const { time, limits } = parts;
  const moments: Moment[] = [];
  const reached: number[] = [];
  const places = new Map<string, number[]>(deadlines.orderIds.map((id) => [id, []]));
  const mostOrders = places.size + limits.orders;
  let bytes = 0;
  const follow = (): number => {
    // Never beyond what the deadlines were fetched for: the wall clock goes on while the store is asked, and an order must not be judged past a
    // deadline of its own that isn't known here.
    const now = Math.min(time.now(), until);
    parts.calendar.follow(now);
    reached.push(now);
    return now;
  };
  for (let now = follow(); deadlines.isKnownBefore(now); now = follow()) {
    const candidate = candidates[moments.length];
    if (candidate === undefined || bytes >= limits.bytes || places.size >= mostOrders) break;
    const orderId = orderOf(candidate);
    // Begun with its first place: a list that grows from nothing has room for seventeen at once, and most orders have one or two.
    if (orderId !== null) {
      const before = places.get(orderId);
      if (before === undefined) places.set(orderId, [moments.length]);
      else before.push(moments.length);
    }
    bytes += read(parts, candidate, moments);
  }
  return { moments, reached, places };
}

const orderOf = (candidate: Candidate): string | null => (candidate.kind === 'record' && candidate.decoded.kind === 'event' ? candidate.decoded.orderId : null);

/** Most records find the clocks as the one before them did. */
const momentAfter = (before: Moment | undefined, arrived: number, calendar: number, isHistory: boolean): Moment =>
  (before?.arrived === arrived && before.calendar === calendar && before.isHistory === isHistory ? before : { arrived, calendar, isHistory });

/** The lane's clocks as they are when the candidate is applied, and then with what it tells of the time. Returns its bytes. */
function read({ time, calendar }: StepParts, candidate: Candidate, moments: Moment[]): number {
  if (candidate.kind === 'record') time.written(candidate.record.timestamp);
  moments.push(momentAfter(moments.at(-1), time.arrived(), calendar.at(), calendar.isHistory()));
  if (candidate.kind === 'gap') return 0;
  const { record, decoded } = candidate;
  if (decoded.kind === 'event') time.read(record.topic, decoded.fact.at, record.timestamp);
  return record.value?.length ?? 0;
}
