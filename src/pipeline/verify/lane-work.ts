import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { AssessmentContext } from '../../core/rules.js';
import type { LaneLogs } from '../lane-logs.js';
import type { LaneLook, LaneViewer } from '../lane-viewer.js';
import type { Retention } from '../retention.js';
import type { OrderTally } from './compare-lane.js';
import type { Unverified } from './compare-order.js';
import type { Finding, Tell } from './findings.js';
import type { LaneReading, ReadingParts } from './lane-reading.js';

export interface VerifyLaneParts {
  readonly lane: number;
  readonly logs: LaneLogs;
  readonly viewer: LaneViewer;
  readonly decode: ReadingParts['decode'];
  readonly schemas: ReadingParts['schemas'];
  readonly context: AssessmentContext;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  readonly outputNames: Readonly<Record<OutputTopic, string>>;
  readonly allowedLatenessMs: number;
  /** The longest that a topic must be quiet before the wall clock counts for it. */
  readonly settleMs: number;
  readonly maxAheadMs: number;
  readonly retention: Retention;
  /** The wall clock of the workers, ms. */
  readonly now: () => number;
  /** Workers are there: what differs may have moved meanwhile, and deadlines must be judged. */
  readonly isLive: boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly found: (finding: Finding) => void;
  /** Called after so many records were read; resolves when more may be. May reject to end all. */
  readonly pace: (records: number) => Promise<void>;
  /** Called with the number of orders compared since the last call; may reject to end all. */
  readonly compared: (orders: number) => Promise<void>;
}

/** What could not be verified, and is counted instead. */
export type NotVerified = Unverified | 'moving' | 'letters_gone' | 'letters_trimmed' | 'letters_otherwise' | 'counts';

export const NOTHING_UNVERIFIED: Readonly<Record<NotVerified, number>> = {
  facts_gone: 0, events_gone: 0, other_rules: 0, unassessed: 0, moving: 0, letters_gone: 0, letters_trimmed: 0, letters_otherwise: 0, counts: 0,
};

/** A lane while it is verified. */
export interface LaneWork {
  readonly parts: VerifyLaneParts;
  readonly reading: LaneReading;
  readonly tell: Tell;
  readonly bounded: readonly string[];
  /** The first look: counts are compared as of it. */
  readonly first: LaneLook;
  readonly tallies: Map<SourceTopic, OrderTally>;
  readonly unverified: Record<NotVerified, number>;
  followed: number;
  pending: number;
}
