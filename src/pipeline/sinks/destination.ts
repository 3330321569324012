import type { AlertDigest } from '../../contracts/alert-digest.js';
import type { SinkAlert } from './sink-alert.js';

/** Why a receiver did not take what it was sent; bounded, as it becomes a label. */
export const SINK_FAILURES = [
  'timeout', 'unreachable', 'address_refused', 'redirected', 'unauthorised', 'not_found', 'throttled', 'refused', 'server_error',
] as const;
export type SinkFailure = (typeof SINK_FAILURES)[number];

/** What became of one request. */
export type Answer =
  | { readonly kind: 'taken' }
  | {
    /** `refused`: the receiver takes offence at what was sent; `failed`: at who sent it, or it does not work at present. */
    readonly kind: 'refused' | 'failed';
    readonly reason: SinkFailure;
    /** Holds nothing that the receiver wrote. */
    readonly message: string;
    /** The receiver asks to be left alone for so long; ms. */
    readonly retryAfterMs: number | null;
  };
export type Setback = Exclude<Answer, { readonly kind: 'taken' }>;

/** Why an alert is not sent though nothing failed. */
export const PASSED_OVER = [
  'backfill', 'filtered',
  /** A digest tells of the alert, and the change makes it no worse. */
  'over_budget',
] as const;
export type PassedOver = (typeof PASSED_OVER)[number];

/** Asks the receiver once: what asks nothing is none, as it would pass for an answer. It may be made again. Never rejects. */
export type Request = () => Promise<Answer>;

/** The way of the alerts of one partition to their receiver. */
export interface Channel {
  /** Takes note of an alert, once and in order. Null: it is to be delivered. */
  admit(alert: SinkAlert): PassedOver | null;
  /** The same of one that was dealt with before a restart: nothing is sent. */
  recall(alert: SinkAlert): void;
  /** How to tell of these alerts, which were admitted; the same ones may be given again after a setback. Null: there is nothing to send. */
  deliver(alerts: readonly SinkAlert[], signal: AbortSignal): Request | null;
  /** How to tell again what the receiver would forget otherwise. */
  repeat(signal: AbortSignal): readonly Request[];
}

/** A receiver of alerts. */
export interface Destination {
  /** Alerts in one request. */
  readonly batch: number;
  /** How often `repeat` is called, and how far back alerts are recalled at a start; ms. Null: the receiver forgets nothing. */
  readonly memory: { readonly repeatMs: number; readonly recallMs: number } | null;
  channel(): Channel;
  /** Tells of alerts that were held back, as one request. Never rejects. null: the receiver has no use for digests. */
  readonly digest: ((digest: AlertDigest, signal: AbortSignal) => Promise<Answer>) | null;
  close(): void;
}
