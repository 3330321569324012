import type { DeadLetterReason, PatternSeverity, SourceTopic } from '../contracts/names.js';
import type { AlertEnding, AlertMode } from '../core/alerts.js';
import type { Halt } from './ports.js';
import type { CatchUp } from './upkeep.js';

/** What an operator should know, as named events; telemetry turns each into a log line and metrics. */
export interface Telemetry {
  event(topic: SourceTopic, outcome: 'applied' | 'duplicate' | 'dead_letter', count: number): void;
  deadLetter(lane: number, record: { topic: string; offset: number }, reason: DeadLetterReason, message: string): void;
  derived(type: string, name: string, count: number): void;
  /** Source record's timestamp to derived record acknowledged; ms. */
  detected(ms: number): void;
  committed(lane: number, ms: number, orders: number): void;
  timeReached(lane: number, at: number): void;
  lag(topic: SourceTopic, lane: number, records: number): void;
  outboxPending(lane: number, records: number): void;
  deadlinesPending(lane: number, orders: number): void;
  /** A rule threw on the order's facts: they are kept, and it is assessed again once the rule is mended. */
  unassessed(lane: number, orderId: string, error: Error): void;
  laneClaimed(lane: number, version: number): void;
  laneDropped(lane: number, why: string): void;
  laneHalted(lane: number, halt: Halt): void;
  /** The store holds less than it did. The lane makes up for it by itself. */
  stateWentBack(lane: number, what: string): void;
  /** What was said was read back. `foreign`: records among it that no version of ours can have written. */
  recalled(lane: number, foreign: number): void;
  /** The lane reads its sources again and says nothing. */
  catchingUp(lane: number, why: CatchUp['why']): void;
  /** It has done so: what differs from what was said is said now. */
  caughtUp(lane: number): void;
  /** A person had the lane go on over a loss. */
  lossAccepted(lane: number, halt: string, what: string): void;
  /** All orders were judged by the present catalogue. */
  judgedAnew(lane: number, orders: number): void;
  /** So many topics of the lane stand still until a schema was learned. */
  schemaWaiting(lane: number, topics: number): void;
  /** One of them has done so for too long. */
  schemaMissing(lane: number, topic: string, schemaId: number, why: string): void;
  /** A fault that is retried; says what failed and when the next try is. */
  retrying(lane: number, what: string, error: Error, inMs: number): void;
  /** @param seconds from what it is about to this */
  alertRaised(lane: number, orderId: string, headline: string, severity: PatternSeverity, mode: AlertMode, seconds: number): void;
  /** One of the past came to be about something recent: people are told of it from now on. */
  alertTurnedLive(lane: number, orderId: string, headline: string, severity: PatternSeverity): void;
  /** One that somebody was told of ended, so many seconds after it was raised. */
  alertEnded(ending: AlertEnding, severity: PatternSeverity, seconds: number): void;
}
