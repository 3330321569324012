import type { SourceTopic } from '../../contracts/names.js';
import type { LaneLook } from '../lane-viewer.js';
import type { OrderCase } from './compare-order.js';
import type { LaneReading } from './lane-reading.js';

export interface DeadlineParts {
  readonly logs: { readonly topics: readonly SourceTopic[] };
  /** Workers are there: deadlines must be judged. */
  readonly isLive: boolean;
  readonly allowedLatenessMs: number;
  /** The longest that a topic must be quiet before the wall clock counts for it. */
  readonly settleMs: number;
  /** The wall clock of the workers, ms. */
  readonly now: () => number;
}

/** So much later than it must a deadline may be judged, without being called overdue; ms. */
export const OVERDUE_MS = 5_000;

export type JudgedDeadlines = Pick<OrderCase, 'judgedUpTo' | 'perhapsUpTo'>;

/**
 * Which deadlines must have been judged by now. Those that the clocks of all topics have passed; and where all is read, those
 * that lie before the topics fell silent, once they have been silent for longer than workers wait.
 */
export function deadlinesJudged(parts: DeadlineParts, reading: LaneReading, look: LaneLook): JudgedDeadlines {
  if (!parts.isLive || look.halt !== null) return { judgedUpTo: -Infinity, perhapsUpTo: -Infinity };
  let clocks = Infinity;
  let allRead = true;
  for (const topic of parts.logs.topics) {
    const progress = look.topics.get(topic);
    const { start, end } = reading.bounds().sources.get(topic) ?? { start: 0, end: 0 };
    clocks = Math.min(clocks, progress?.clock ?? -Infinity);
    allRead = allRead && (progress?.next ?? start) >= end;
  }
  const { silentSince } = reading;
  const isSilent = allRead && parts.now() - silentSince() >= parts.settleMs + OVERDUE_MS;
  const judged = Math.max(clocks, isSilent ? silentSince() : -Infinity);
  return { judgedUpTo: judged - parts.allowedLatenessMs, perhapsUpTo: (allRead ? silentSince() : judged) - parts.allowedLatenessMs };
}
