import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * The carrier came and went with the parcel, also after the end of the order. A final delivery after the last failed
 * attempt puts it right (rulings 25, 34).
 *
 * Example: nobody at home on the 11th, delivered on the 12th: resolved on the 12th.
 */
export const deliveryAttemptFailed: SignalRule = {
  signal: 'delivery_attempt_failed', area: 'logistics', stage: 'OWN',
  judge: ({ history }) => findTrouble(history.attemptFailed, (fact) => ({ at: instantText(fact.at) })),
};
