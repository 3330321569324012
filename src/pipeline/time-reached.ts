import type { SourceTopic } from '../contracts/names.js';

export interface TimeSettings {
  readonly allowedLatenessMs: number;
  /** How long a topic must be quiet at its end before the wall clock counts for it. */
  readonly settleMs: number;
  /** The same while the topic's records are old history: a producer's pause isn't the end of a replay. */
  readonly replaySettleMs: number;
}

/** Records this much older than their log timestamp are a replay of history. */
export const REPLAY_AGE_MS = 24 * 3_600_000;

interface TopicClock {
  /** Greatest `occurredAt` read; -Infinity before the first. */
  clock: number;
  /** The wall clock, once the topic was seen read to its end; -Infinity while it isn't. */
  idle: number;
  /** Wall clock at which something was last fetched. */
  fetchedAt: number;
  replaying: boolean;
}

export interface TimeReached<T extends string = SourceTopic> {
  /** What a former owner read of the topic. */
  restore(topic: T, clock: number | null, lastTimestamp: number | null): void;
  /** Records of the topic arrived: it isn't idle, whatever was thought. */
  fetched(topic: T, wall: number): void;
  /** A record of this log timestamp is about to be applied. */
  written(timestamp: number): void;
  /** A record was read; its log timestamp tells whether history is being replayed. */
  read(topic: T, occurredAt: number, timestamp: number): void;
  /** The topic's position reached an end that was asked for after `wall`. */
  atEnd(topic: T, wall: number): void;
  /** The greatest `occurredAt` read; null before the first. */
  clockOf(topic: T): number | null;
  /** The greatest `occurredAt` read of any topic; -Infinity before the first. */
  latest(): number;
  /** The greatest log timestamp of what was read: when the lane came to know of it; -Infinity before the first. */
  arrived(): number;
  /** -Infinity while some topic has said nothing yet. */
  now(): number;
  /** What `now` will be, at the most, once these greatest instants were read of their topics. */
  nowAfter(readings: ReadonlyMap<T, number>): number;
}

/**
 * The time reached by a lane: the smallest over its source topics of the greatest `occurredAt` read, or of the wall
 * clock while the topic is read to its end and quiet; less the allowed lateness. All in ms; the wall clock is an argument.
 */
export function createTimeReached<T extends string = SourceTopic>(topics: readonly T[], settings: TimeSettings): TimeReached<T> {
  const clocks = new Map<T, TopicClock>(
    topics.map((t) => [t, { clock: -Infinity, idle: -Infinity, fetchedAt: -Infinity, replaying: false }]),
  );
  let arrived = -Infinity;
  const of = (topic: T): TopicClock => {
    const c = clocks.get(topic);
    if (c === undefined) throw new Error(`the lane does not read the topic ${topic}`);
    return c;
  };
  /** Asked for with every record. */
  const all = [...clocks].map(([topic, c]) => ({ topic, c }));
  const least = (readings: ReadonlyMap<T, number> | null): number => {
    let smallest = Infinity;
    for (const { topic, c } of all) smallest = Math.min(smallest, Math.max(c.clock, c.idle, readings?.get(topic) ?? -Infinity));
    return smallest - settings.allowedLatenessMs;
  };
  return {
    restore(topic: T, clock: number | null, lastTimestamp: number | null): void {
      const c = of(topic);
      c.clock = clock ?? -Infinity;
      arrived = Math.max(arrived, lastTimestamp ?? -Infinity);
      c.replaying = clock !== null && lastTimestamp !== null && lastTimestamp - clock > REPLAY_AGE_MS;
    },
    fetched(topic: T, wall: number): void {
      const c = of(topic);
      c.idle = -Infinity;
      c.fetchedAt = wall;
    },
    written(timestamp: number): void {
      arrived = Math.max(arrived, timestamp);
    },
    arrived: () => arrived,
    read(topic: T, occurredAt: number, timestamp: number): void {
      const c = of(topic);
      if (occurredAt > c.clock) c.clock = occurredAt;
      c.replaying = timestamp - occurredAt > REPLAY_AGE_MS;
    },
    atEnd(topic: T, wall: number): void {
      const c = of(topic);
      const settle = c.replaying ? settings.replaySettleMs : settings.settleMs;
      if (wall - c.fetchedAt >= settle) c.idle = wall;
    },
    clockOf(topic: T): number | null {
      const { clock } = of(topic);
      return clock === -Infinity ? null : clock;
    },
    latest(): number {
      let latest = -Infinity;
      for (const { clock } of clocks.values()) latest = Math.max(latest, clock);
      return latest;
    },
    now: (): number => least(null),
    nowAfter: (readings: ReadonlyMap<T, number>): number => least(readings),
  };
}

/**
 * The time reached by a replay: the greatest `occurredAt` read of anything, but never beyond `asOf` (ms; null: no bound).
 * Files are read merged by time, and their end is the end of the input, so no topic has to be waited for.
 */
export function createReplayTime(asOf: number | null): TimeReached & { finish(): void } {
  let greatest = -Infinity;
  let ended = false;
  const bounded = (time: number): number => Math.min(time, asOf ?? Infinity);
  return {
    restore: () => undefined,
    fetched: () => undefined,
    atEnd: () => undefined,
    written: () => undefined,
    arrived: () => -Infinity,
    read(_topic, occurredAt) {
      if (occurredAt > greatest) greatest = occurredAt;
    },
    clockOf: () => (greatest === -Infinity ? null : greatest),
    latest: () => greatest,
    now: () => (ended && asOf !== null ? asOf : bounded(greatest)),
    nowAfter: (readings) => (ended && asOf !== null ? asOf : bounded(Math.max(greatest, ...readings.values()))),
    /** The input is read: `asOf` is reached even if nothing happened since. */
    finish() {
      ended = true;
    },
  };
}
