import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * The company replaced a promise in force, by another date or by none, twice or more. Restating a date, or giving one
 * where none was in force, is no such change. Stays open (rulings 21, 22, 25, 32).
 *
 * Example: moved from the 10th to the 12th and from the 12th to the 15th: open since the second move, `count` 2.
 */
export const repeatedReschedule: SignalRule = {
  signal: 'repeated_reschedule', area: 'logistics', stage: 'OWN',

  judge({ history }) {
    const { companyReschedules } = history.promises;
    const second = companyReschedules[1];
    if (second === undefined) return null;
    return {
      opensAt: second.at,
      closedAt: null,
      detail: instancesOf(companyReschedules, (fact) => ({ at: instantText(fact.at) })),
      evidence: evidenceOf(companyReschedules),
    };
  },
};
