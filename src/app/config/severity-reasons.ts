import type { SignalName } from '../../contracts/names.js';

/** Why each signal weighs what it does by default: 0 neutral, 1 minor, 2 major, 3 grave. */
export const SEVERITY_REASONS: Readonly<Record<SignalName, string>> = {
  late_delivery: 'Weight of the first day; each step of `thresholds.lateSteps` adds one; 0 makes it neutral, however late',
  broken_reschedule: 'A second promise that fails costs more trust than the first',
  repeated_reschedule: 'The customer has to plan anew, but knows',
  reschedule_without_date: 'Nobody can plan around no date',
  delivery_attempt_failed: 'One more day, usually mended by the next attempt',
  damaged: 'What was paid for is not there to be used',
  lost: 'What was paid for will not come',
  late_dispatch: 'Often made good on the road; matters as an early sign',
  quantity_shortfall: 'Part of what was ordered is missing',
  quantity_overage: 'A nuisance: something has to go back',
  substitution: 'Not what was chosen; 0 by itself when every substitute was approved',
  cancelled_by_company: 'The customer leaves with nothing',
  billing_error: 'Money is wrong, and the customer has to prove it',
  payment_failed: 'Annoying, and usually put right in minutes',
  change_not_notified: 'The customer waited for something that was known not to come',
  change_notified_late: 'Told, though too late to plan around',
  inaccurate_update: 'A statement that is wrong, once',
  inconsistent_updates: 'Two statements that contradict each other, once',
  notification_failed: 'A message that did not arrive; grave only if nothing follows, which other signals tell',
  repeat_contact: 'The first answer did not help',
  contact_unresolved: 'A question that stays open for days',
  incident_affected: 'A system was down while this order needed it',
  poor_feedback: 'The customer says so; one more by itself when the answer is in the lowest quarter of its scale',
  recorded_not_done: 'Records say that it was done, a witness says that it was not',
};
