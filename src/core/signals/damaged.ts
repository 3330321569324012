import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * Goods arrived, or were found, damaged, also after the end of the order. A final delivery that comes after the last such report puts it
 * right (rulings 25, 34).
 *
 * Example: a crushed box on the 11th, a new one delivered on the 15th: resolved on the 15th.
 */
export const damaged: SignalRule = {
  signal: 'damaged', area: 'logistics', stage: 'OWN',
  judge: ({ history }) => findTrouble(history.damaged, (fact) => ({ at: instantText(fact.at) })),
};
