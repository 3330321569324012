import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * A customer had to ask again: on one topic within seven days of asking before, by reopening a contact, or by opening a
 * known one once more. Contacts that the company began don't count. Stays open (rulings 25, 55, 98).
 *
 * Example: "where is my order" on Monday and again on Thursday: open since Thursday.
 */
export const repeatContact: SignalRule = {
  signal: 'repeat_contact', area: 'service', stage: 'OWN',

  judge({ contacts }) {
    const { repeats } = contacts;
    const [first] = repeats;
    if (first === undefined) return null;
    return {
      opensAt: first.at,
      closedAt: null,
      detail: instancesOf(repeats, (fact) => ({ at: instantText(fact.at), topic: fact.body.topic })),
      evidence: evidenceOf(repeats),
    };
  },
};
