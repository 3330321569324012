/** The names that other programs see: fixed by the public contract, sections 2 to 4. */

export const SOURCE_TOPICS = [
  'orders', 'logistics', 'billing', 'notifications', 'contacts', 'feedback', 'incidents', 'audits',
] as const;
/** A source topic by its contract name; what it is called on the broker is configuration. */
export type SourceTopic = (typeof SOURCE_TOPICS)[number];

/** What an assessment may count on: the eight source topics, and `refunds`, which are recorded on `billing` by some companies only. */
export const COVERABLE_SOURCES = [...SOURCE_TOPICS, 'refunds'] as const;
export type CoverableSource = (typeof COVERABLE_SOURCES)[number];

export const AREAS = ['order', 'logistics', 'billing', 'notification', 'service', 'it', 'feedback', 'audit'] as const;
export type Area = (typeof AREAS)[number];

export const STAGES = ['BUY', 'OWN', 'ADVOCATE'] as const;
export type Stage = (typeof STAGES)[number];

/** Signals in the order of the contract's table in section 3. */
export const SIGNALS = [
  'late_delivery', 'broken_reschedule', 'repeated_reschedule', 'reschedule_without_date',
  'delivery_attempt_failed', 'damaged', 'lost', 'late_dispatch',
  'quantity_shortfall', 'quantity_overage', 'substitution', 'cancelled_by_company',
  'billing_error', 'payment_failed',
  'change_not_notified', 'change_notified_late', 'inaccurate_update', 'inconsistent_updates', 'notification_failed',
  'repeat_contact', 'contact_unresolved', 'incident_affected', 'poor_feedback', 'recorded_not_done',
] as const;
export type SignalName = (typeof SIGNALS)[number];

/** Where in the company and in the order's life each signal stands. */
export const SIGNAL_PLACES: Readonly<Record<SignalName, { readonly area: Area; readonly stage: Stage }>> = {
  late_delivery: { area: 'logistics', stage: 'OWN' },
  broken_reschedule: { area: 'logistics', stage: 'OWN' },
  repeated_reschedule: { area: 'logistics', stage: 'OWN' },
  reschedule_without_date: { area: 'logistics', stage: 'OWN' },
  delivery_attempt_failed: { area: 'logistics', stage: 'OWN' },
  damaged: { area: 'logistics', stage: 'OWN' },
  lost: { area: 'logistics', stage: 'OWN' },
  late_dispatch: { area: 'logistics', stage: 'BUY' },
  quantity_shortfall: { area: 'order', stage: 'OWN' },
  quantity_overage: { area: 'order', stage: 'OWN' },
  substitution: { area: 'order', stage: 'OWN' },
  cancelled_by_company: { area: 'order', stage: 'BUY' },
  billing_error: { area: 'billing', stage: 'OWN' },
  payment_failed: { area: 'billing', stage: 'BUY' },
  change_not_notified: { area: 'notification', stage: 'OWN' },
  change_notified_late: { area: 'notification', stage: 'OWN' },
  inaccurate_update: { area: 'notification', stage: 'OWN' },
  inconsistent_updates: { area: 'notification', stage: 'OWN' },
  notification_failed: { area: 'notification', stage: 'OWN' },
  repeat_contact: { area: 'service', stage: 'OWN' },
  contact_unresolved: { area: 'service', stage: 'OWN' },
  incident_affected: { area: 'it', stage: 'OWN' },
  poor_feedback: { area: 'feedback', stage: 'ADVOCATE' },
  recorded_not_done: { area: 'audit', stage: 'OWN' },
};

export const GOOD_TOUCHPOINTS = [
  'delivered_as_promised', 'delivered_on_time', 'invoice_matched', 'accurate_notice', 'good_feedback',
] as const;
export type GoodTouchpointName = (typeof GOOD_TOUCHPOINTS)[number];

/** The default catalogue; configuration may add patterns of its own, so elsewhere a pattern's name is a string. */
export const DEFAULT_PATTERNS = [
  'late_with_billing_error', 'failed_order', 'consecutive_adverse', 'adverse_accumulation',
  'broken_promises', 'silent_change', 'missed_promise', 'grave_signal',
] as const;

export const PATTERN_SEVERITIES = ['warning', 'critical'] as const;
export type PatternSeverity = (typeof PATTERN_SEVERITIES)[number];

export const VERDICTS = ['failed', 'poor', 'fair', 'good', 'on_course'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const NOTICE_BUCKETS = ['7_days_or_more', '2_to_7_days', 'under_2_days', 'after_the_fact', 'never', 'unknown'] as const;
export type NoticeBucket = (typeof NOTICE_BUCKETS)[number];

export const BILLING_REASONS = [
  'overbilled', 'underbilled', 'overcharged', 'billed_undelivered', 'refund_overdue', 'corrected', 'disputed',
] as const;
export type BillingReason = (typeof BILLING_REASONS)[number];

export const PLACE_KEYS = ['location', 'team', 'carrier', 'region', 'channel', 'shift', 'system'] as const;
export type PlaceKey = (typeof PLACE_KEYS)[number];
export type Place = Readonly<Partial<Record<PlaceKey, string>>>;

export const DEAD_LETTER_REASONS = [
  'not_json', 'schema_invalid', 'unknown_type', 'key_mismatch', 'too_large', 'journey_too_long',
  'undecodable', 'clock_out_of_range', 'order_expired', 'tombstone',
  'map_failed', 'unlinked',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export const DERIVED_TYPES = [
  'signal.opened', 'signal.amended', 'signal.closed', 'pattern.matched', 'pattern.cleared', 'verdict.changed',
] as const;
export type DerivedType = (typeof DERIVED_TYPES)[number];

export const ALERT_TYPES = ['alert.raised', 'alert.updated', 'alert.resolved'] as const;
/** How a person says that an alert ended. */
export const ALERT_OUTCOMES = ['done', 'not_possible', 'false_alarm'] as const;
export type AlertOutcome = (typeof ALERT_OUTCOMES)[number];
export type AlertType = (typeof ALERT_TYPES)[number];

/** The topics we write; names are configurable like those of the sources. */
export const OUTPUT_TOPICS = ['cx.events', 'cx.alerts', 'cx.journeys', 'cx.dead-letters'] as const;
export type OutputTopic = (typeof OUTPUT_TOPICS)[number];
