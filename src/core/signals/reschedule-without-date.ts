import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * The company took the date away and gave no other, whether or not there was one before. A customer who asks to hold the
 * order raises nothing. Any date, from either side, or the end of the order puts it right (rulings 25, 33).
 *
 * Example: `newDeliveryAt: null` on Monday, a date on Wednesday: resolved on Wednesday.
 */
export const rescheduleWithoutDate: SignalRule = {
  signal: 'reschedule_without_date', area: 'logistics', stage: 'OWN',

  judge: ({ history }) => findTrouble(history.promises.undated, (fact) => ({ at: instantText(fact.at) })),
};
