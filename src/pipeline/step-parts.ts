import type { SourceTopic } from '../contracts/names.js';
import type { DeadlineWatch } from './deadlines.js';
import type { Decoded } from './decode.js';
import type { JourneyRenderer } from './journey-renderer.js';
import type { Judge } from './judge.js';
import type { OrderBook } from './order-book.js';
import type { LaneStore, SourceRecord, Telemetry } from './ports.js';
import type { LaneProgress } from './progress.js';
import type { Calendar, Retention } from './retention.js';
import type { StepMeasures } from './step-measures.js';
import type { TimeReached } from './time-reached.js';
import type { StepTurns } from './turns.js';

/** A record read and decoded, or the end of a stretch of offsets that holds none for us. */
export type Candidate<T extends string = SourceTopic, D = Decoded> =
  | { readonly kind: 'record'; readonly record: SourceRecord<T>; readonly decoded: D }
  | { readonly kind: 'gap'; readonly topic: T; readonly next: number };

/** How much one step may take; the borders of steps never show in what is said. */
export interface StepLimits {
  readonly orders: number;
  readonly bytes: number;
}

export interface StepParts {
  readonly lane: number;
  readonly book: OrderBook;
  readonly time: TimeReached;
  readonly deadlines: DeadlineWatch;
  readonly progress: LaneProgress;
  readonly calendar: Calendar;
  readonly retention: Retention;
  readonly judge: Judge;
  readonly renderJourney: Pick<JourneyRenderer, 'ofView'>;
  readonly measures: StepMeasures;
  readonly telemetry: Telemetry;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  /** Tells of events without order which are met for the first time. */
  readonly firstSeen: LaneStore['firstSeen'];
  readonly limits: StepLimits;
  /** Of the long steps of all lanes of this thread. */
  readonly turns: StepTurns;
  /**
   * The lane reads again what it has read once: facts are taken in, and nothing is judged or said. What was refused then is not
   * published again.
   */
  readonly silence: Silence;
  /** Facts that an order may have; more are dead letters (`journey_too_long`). */
  readonly maxFacts: number;
}

export interface Silence {
  readonly isKept: () => boolean;
  /** Stands this record on the dead-letter topic already? */
  readonly isKnownLetter: (record: SourceRecord) => boolean;
  /** And for the reason that its order had expired? */
  readonly isKnownExpiry: (record: SourceRecord) => boolean;
}
