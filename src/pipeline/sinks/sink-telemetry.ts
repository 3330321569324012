import type { BreakerState } from './breaker.js';
import type { PassedOver, SinkFailure } from './destination.js';

/** Why an alert will not be sent any more. */
export const SET_ASIDE = ['refused', 'failed', 'too_old', 'unreadable', 'removed'] as const;
export type SetAside = (typeof SET_ASIDE)[number];

/** Where an alert stands. */
export interface AlertPlace {
  readonly partition: number;
  readonly offset: number;
}

/** What happens to the sinks, as named events. `sink` is the name in the configuration. */
export interface SinkTelemetry {
  /** The sink is there, with nothing sent yet. */
  sinkConfigured(sink: string): void;
  /** @param ms from when the alert was made to when it was taken */
  sinkDelivered(sink: string, ms: number): void;
  /** A receiver took a digest of so many alerts. */
  sinkDigested(sink: string, alerts: number): void;
  /** So many alerts wait for a digest, in this process. */
  sinkHeld(sink: string, alerts: number): void;
  sinkPassedOver(sink: string, why: PassedOver): void;
  /** One try; there may be others. */
  sinkFailed(sink: string, reason: SinkFailure, message: string): void;
  /** No further try. `id`: of the record; null where it is not known. `count` of them, from this place on. */
  sinkSetAside(sink: string, why: SetAside, alert: { readonly place: AlertPlace; readonly id: string | null; readonly count: number }, message: string): void;
  sinkBreaker(sink: string, state: BreakerState, why: string): void;
  /** A sink that has no place in the partition begins at its end. */
  sinkBegins(sink: string, place: AlertPlace): void;
  /** The place of the sink lies behind the end of the partition, which was made anew: it is read from here, its beginning. */
  sinkMoved(sink: string, place: AlertPlace): void;
  /** Over the partitions that this process serves: records to be sent or passed over, and for how long the oldest one waits, ms. */
  sinkQueue(sink: string, records: number, waitingMs: number): void;
  /** `cx.alerts` cannot be read for it at present. */
  sinkInterrupted(sink: string, error: Error, nextTryMs: number): void;
}
