import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * A payment did not go through. Any capture after the last failure puts it right (rulings 25).
 *
 * Example: a card refused at noon, accepted at five past: resolved.
 */
export const paymentFailed: SignalRule = {
  signal: 'payment_failed', area: 'billing', stage: 'BUY',
  judge: ({ history }) => findTrouble(history.paymentFailed, (fact) => ({ at: instantText(fact.at) })),
};
