import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * Something else was delivered than ordered, in any delivery that counts. Neutral (severity 0) when the customer had
 * approved every substitute. Stays open (rulings 25, 28, 39, 92).
 *
 * Example: a blue lamp instead of the green one, approved; a red one instead of the yellow, not: `approved` false,
 * severity 2.
 */
export const substitution: SignalRule = {
  signal: 'substitution', area: 'order', stage: 'OWN',

  judge({ history, rules }) {
    const { substitutes } = history;
    const [first] = substitutes;
    if (first === undefined) return null;
    const unapproved = substitutes.find(({ line }) => line.substitutionApproved !== true);
    const approved = unapproved === undefined;
    return {
      opensAt: first.delivery.at,
      closedAt: null,
      severity: approved ? 0 : rules.severities.substitution,
      ...(approved ? {} : { severeSince: unapproved.delivery.at }),
      detail: {
        approved,
        ...instancesOf(substitutes, ({ delivery, line }) => ({
          at: instantText(delivery.at), line: line.substituteFor, approved: line.substitutionApproved === true,
        })),
      },
      evidence: evidenceOf(substitutes.map(({ delivery }) => delivery)),
    };
  },
};
