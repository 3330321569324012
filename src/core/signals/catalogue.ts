import { billingError } from './billing-error.js';
import { brokenReschedule } from './broken-reschedule.js';
import { cancelledByCompany } from './cancelled-by-company.js';
import { changeNotNotified } from './change-not-notified.js';
import { changeNotifiedLate } from './change-notified-late.js';
import { contactUnresolved } from './contact-unresolved.js';
import { damaged } from './damaged.js';
import { deliveryAttemptFailed } from './delivery-attempt-failed.js';
import { inaccurateUpdate } from './inaccurate-update.js';
import { incidentAffected } from './incident-affected.js';
import { inconsistentUpdates } from './inconsistent-updates.js';
import { lateDelivery } from './late-delivery.js';
import { lateDispatch } from './late-dispatch.js';
import { lost } from './lost.js';
import { notificationFailed } from './notification-failed.js';
import { paymentFailed } from './payment-failed.js';
import { poorFeedback } from './poor-feedback.js';
import { quantityOverage } from './quantity-overage.js';
import { quantityShortfall } from './quantity-shortfall.js';
import { recordedNotDone } from './recorded-not-done.js';
import { repeatContact } from './repeat-contact.js';
import { repeatedReschedule } from './repeated-reschedule.js';
import { rescheduleWithoutDate } from './reschedule-without-date.js';
import type { SignalRule } from './rule.js';
import { substitution } from './substitution.js';

/** Every signal, in the contract's order. A new one is a file beside this and a line here. */
export const SIGNAL_RULES: readonly SignalRule[] = [
  lateDelivery, brokenReschedule, repeatedReschedule, rescheduleWithoutDate,
  deliveryAttemptFailed, damaged, lost, lateDispatch,
  quantityShortfall, quantityOverage, substitution, cancelledByCompany,
  billingError, paymentFailed,
  changeNotNotified, changeNotifiedLate, inaccurateUpdate, inconsistentUpdates, notificationFailed,
  repeatContact, contactUnresolved, incidentAffected, poorFeedback, recordedNotDone,
];
