import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * A shipment is gone, also after the end of the order. A final delivery that comes after the last such report puts it
 * right (rulings 25, 34).
 *
 * Example: lost on the way on the 11th, and nothing after it: open.
 */
export const lost: SignalRule = {
  signal: 'lost', area: 'logistics', stage: 'OWN',
  judge: ({ history }) => findTrouble(history.lost, (fact) => ({ at: instantText(fact.at) })),
};
