import { asError } from '../core/as-error.js';
import type { SourceTopic } from '../contracts/names.js';
import type { HeldLane } from './lane-holder.js';
import { createLane, type LaneParts } from './lane.js';
import type { OutputWait } from './output-waits.js';
import type { FetchedRange, Halt, SourceLog, Telemetry, WallClock } from './ports.js';
import { createReadAhead } from './read-ahead.js';
import { settledWithin } from './retry.js';
import type { SchemaWait } from './schema-waits.js';
import { createStepTurns } from './turns.js';

export type WorkerParts = Omit<LaneParts, 'lane' | 'turns' | 'readAhead'>;

/** How often topics that are read to their end are looked at, so that the wall clock can count for them; ms. */
const LOOK_MS = 500;
/** How often offsets are committed to the group, for lag tools; ms. */
const ADVICE_MS = 1_000;
/** How long a stop waits for that; ms. */
const ADVICE_WITHIN_MS = 1_000;
/** How long a worker that cannot go on, or cannot start, may take to leave the group, ms: its session ends by itself not much later. */
export const LEAVE_WITHIN_MS = 5_000;

/** One process of the service: works the lanes that the group gives it. */
export const createWorker = (parts: WorkerParts): Worker => {
  const turns = createStepTurns();
  return workLanes<SourceTopic>({ ...parts, lane: (lane, lanes) => createLane({ ...parts, lane, turns, readAhead: createReadAhead(parts.source.topics.length, lanes) }) });
};
export type Worker = WorkerOf<SourceTopic>;

/** `T`: what the lanes call their topics. */
export interface WorkParts<T extends string> {
  readonly source: SourceLog<T>;
  readonly telemetry: Pick<Telemetry, 'laneDropped' | 'retrying'>;
  readonly wallClock: WallClock;
  /** @param lanes how many there are by now */
  readonly lane: (lane: number, lanes: () => number) => HeldLane<T>;
  readonly failed: (error: Error) => void;
}

/** How a lane of a worker is at present. */
export interface LaneStanding {
  readonly lane: number;
  readonly halt: Halt | null;
  readonly reading: boolean;
  readonly schemaWaits: readonly SchemaWait[];
  readonly outputWaits: readonly OutputWait[];
}

/** Works lanes of any stage. */
export function workLanes<T extends string>(parts: WorkParts<T>) {
  const lanes = new Map<number, HeldLane<T>>();
  const timers: NodeJS.Timeout[] = [];
  const leaving = new Set<Promise<void>>();
  let isStopping = false;

  const drop = (lane: HeldLane<T>): void => {
    lanes.delete(lane.lane);
    parts.telemetry.laneDropped(lane.lane, 'the group gave it to another worker');
    const left = lane.leave('drop').finally(() => leaving.delete(left));
    leaving.add(left);
  };
  const assigned = (now: readonly number[]): void => {
    for (const lane of [...lanes.values()]) if (!now.includes(lane.lane)) drop(lane);
    // Of workers that stop at the same time the last is given the lanes of the others, which nobody would have it leave again.
    if (isStopping) return;
    for (const index of now) {
      const kept = lanes.get(index);
      if (kept !== undefined) {
        kept.readOn();
        continue;
      }
      const lane = parts.lane(index, () => lanes.size);
      lanes.set(index, lane);
      lane.start();
    }
  };
  const look = async (): Promise<void> => {
    const reading = [...lanes.values()].filter((lane) => lane.isReading());
    if (reading.length === 0) return;
    const askedAt = parts.wallClock.now();
    const bounds = await parts.source.bounds(reading.map((lane) => lane.lane));
    for (const lane of reading) {
      const ends = bounds.get(lane.lane);
      if (ends !== undefined) lane.bounds(ends, askedAt);
    }
  };
  const advise = async (): Promise<void> => {
    for (const lane of lanes.values()) {
      const offsets: ReadonlyMap<T, number> | null = lane.offsets();
      if (offsets !== null && offsets.size > 0) await parts.source.commitAdvice(lane.lane, offsets);
    }
  };
  /** Repeats without overlapping; a failure is told and tried again next time. */
  const repeat = (what: string, ms: number, work: () => Promise<void>): void => {
    let busy = false;
    timers.push(setInterval(() => {
      if (busy) return;
      busy = true;
      work()
        .catch((error: unknown) => { parts.telemetry.retrying(-1, what, asError(error), ms); })
        .finally(() => { busy = false; });
    }, ms));
  };

  return {
    async start(): Promise<void> {
      await parts.source.start({
        assigned,
        fetched: (lane: number, range: FetchedRange<T>) => { lanes.get(lane)?.fetched(range); },
        unreadable: (lane: number) => { lanes.get(lane)?.recheck(); },
        failed: parts.failed,
      });
      repeat('look at the ends of the topics', LOOK_MS, look);
      repeat('commit offsets to the group', ADVICE_MS, advise);
    },
    lanes: (): readonly LaneStanding[] =>
      [...lanes.values()].map((lane) => ({ lane: lane.lane, halt: lane.halt(), reading: lane.isReading(), schemaWaits: lane.schemaWaits(), outputWaits: lane.outputWaits() })),
    /** What has kept records from being read for a while, in sentences. */
    troubles: (): readonly string[] => parts.source.troubles?.() ?? [],
    /** Finishes the steps under way, sends what they said, tells the group how far it came and leaves it. */
    async stop(): Promise<void> {
      isStopping = true;
      for (const timer of timers.splice(0)) clearInterval(timer);
      const all = [...lanes.values()];
      await Promise.all(all.map((lane) => lane.leave('stop')));
      await Promise.all(leaving);
      // Only advice: a log that doesn't answer must not hold up the stop.
      await settledWithin(ADVICE_WITHIN_MS, advise().catch(() => undefined));
      lanes.clear();
      await parts.source.stop();
    },
  };
}
export type WorkerOf<T extends string> = ReturnType<typeof workLanes<T>>;
