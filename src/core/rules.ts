import type { CoverableSource, NoticeBucket, PatternSeverity, SignalName } from '../contracts/names.js';
import type { Severity } from './assessment.js';

/** The catalogue that orders are judged by. Configuration may change every figure; the defaults are the contract's. */

/** When a pattern matches. Signals of severity 0 take part in none; signals may be open or resolved unless said. */
export type PatternCondition =
  /** Of each group at least one signal. */
  | { readonly kind: 'signals'; readonly allOf: readonly (readonly SignalName[])[] }
  /** An unbroken run of adverse touchpoints of at least this length and this many areas. */
  | { readonly kind: 'run'; readonly length: number; readonly areas: number }
  | { readonly kind: 'severity_sum'; readonly atLeast: number }
  | { readonly kind: 'bucket'; readonly bucket: NoticeBucket }
  /** The signal is open and the order has not ended. */
  | { readonly kind: 'open_before_end'; readonly signal: SignalName }
  | { readonly kind: 'any_severity'; readonly atLeast: Severity };

export interface PatternRule {
  readonly pattern: string;
  readonly severity: PatternSeverity;
  readonly when: PatternCondition;
}

export interface Rules {
  /** Version of the catalogue; every derived event names it. */
  readonly version: string;
  /** IANA name: dates of orders that name no zone of their own end there. */
  readonly promiseTimeZone: string;
  /** Moves every comparison of a delivery with a promise (rulings 23); ms. */
  readonly deliveryToleranceMs: number;
  /** Amounts that differ by no more are equal; minor units. */
  readonly moneyToleranceMinor: number;
  /** `late_delivery`: severity 1 up to and including the first step, 2 up to the second, 3 beyond; ms. */
  readonly lateStepsMs: readonly [number, number];
  /** A statement that differs by no more agrees (rulings 52); ms. */
  readonly statedToleranceMs: number;
  /** `refund_overdue`; ms after the end or the last capture. */
  readonly refundWithinMs: number;
  /** `contact_unresolved`; ms. */
  readonly contactOpenMs: number;
  /** `repeat_contact`; ms. */
  readonly repeatContactWithinMs: number;
  /** Severity by signal; `late_delivery`, `substitution`, `poor_feedback` refine theirs (rulings 92, 93, 102). */
  readonly severities: Readonly<Record<SignalName, Severity>>;
  readonly patterns: readonly PatternRule[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const DEFAULT_RULES: Rules = {
  version: 'default-1',
  promiseTimeZone: 'UTC',
  deliveryToleranceMs: 0,
  moneyToleranceMinor: 2,
  lateStepsMs: [DAY, 3 * DAY],
  statedToleranceMs: 12 * HOUR,
  refundWithinMs: 10 * DAY,
  contactOpenMs: 72 * HOUR,
  repeatContactWithinMs: 7 * DAY,
  severities: {
    late_delivery: 1, broken_reschedule: 2, repeated_reschedule: 1, reschedule_without_date: 2,
    delivery_attempt_failed: 1, damaged: 3, lost: 3, late_dispatch: 1,
    quantity_shortfall: 2, quantity_overage: 1, substitution: 2, cancelled_by_company: 3,
    billing_error: 2, payment_failed: 1,
    change_not_notified: 2, change_notified_late: 1, inaccurate_update: 1, inconsistent_updates: 1, notification_failed: 1,
    repeat_contact: 1, contact_unresolved: 2, incident_affected: 1, poor_feedback: 2, recorded_not_done: 2,
  },
  patterns: [
    { pattern: 'late_with_billing_error', severity: 'warning', when: { kind: 'signals', allOf: [['late_delivery'], ['billing_error']] } },
    { pattern: 'failed_order', severity: 'critical', when: { kind: 'signals', allOf: [['substitution', 'quantity_shortfall'], ['late_delivery'], ['billing_error']] } },
    { pattern: 'consecutive_adverse', severity: 'critical', when: { kind: 'run', length: 3, areas: 2 } },
    { pattern: 'adverse_accumulation', severity: 'warning', when: { kind: 'severity_sum', atLeast: 6 } },
    { pattern: 'broken_promises', severity: 'warning', when: { kind: 'signals', allOf: [['late_delivery'], ['broken_reschedule']] } },
    { pattern: 'silent_change', severity: 'warning', when: { kind: 'bucket', bucket: 'never' } },
    { pattern: 'missed_promise', severity: 'warning', when: { kind: 'open_before_end', signal: 'late_delivery' } },
    { pattern: 'grave_signal', severity: 'warning', when: { kind: 'any_severity', atLeast: 3 } },
  ],
};

/** Everything an assessment depends on besides facts and time. */
export interface AssessmentContext {
  readonly rules: Rules;
  /** The sources whose silence is an answer (rulings 65). */
  readonly covered: ReadonlySet<CoverableSource>;
}
