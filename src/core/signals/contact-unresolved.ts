import type { ContactFact } from '../timeline/history.js';
import { earlier, evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * A customer's contact was left without an answer for more than 72 hours from its opening, or from its reopening once
 * answered. It rests on an event of its own source and is always judged. Put right when every such contact is resolved
 * (rulings 25, 56, 65, 98).
 *
 * Example: opened on Monday 09:00, resolved on Friday: open since Thursday 09:00, resolved on Friday.
 */
export const contactUnresolved: SignalRule = {
  signal: 'contact_unresolved', area: 'service', stage: 'OWN',

  judge({ contacts, rules, at }) {
    const { open, answeredLate } = contacts;
    if (open.length === 0 && answeredLate.length === 0) return null;
    const left: Left[] = answeredLate.map(({ opening, answer }) => ({ opening, answeredAt: answer.at }));
    let waiting: ContactFact | null = null;
    for (const opening of open) {
      if (at <= opening.at + rules.contactOpenMs) break;
      waiting ??= opening;
      left.push({ opening, answeredAt: null });
    }
    if (left.length === 0) return null;
    left.sort((a, b) => a.opening.at - b.opening.at);
    const last = waiting ?? left.at(-1)?.opening;
    return {
      opensAt: Math.min(...left.map(({ opening }) => opening.at)) + rules.contactOpenMs,
      ...(last === undefined ? {} : { since: last.at + rules.contactOpenMs }),
      closedAt: waiting === null ? Math.max(...answeredLate.map(({ answer }) => answer.at)) : null,
      detail: instancesOf(left, ({ opening, answeredAt }) => ({
        openedAt: instantText(opening.at), topic: opening.body.topic,
        resolvedAt: answeredAt === null ? null : instantText(answeredAt),
      })),
      evidence: evidenceOf([...left.map(({ opening }) => opening), ...answeredLate.map(({ answer }) => answer)]),
    };
  },

  nextDeadline({ contacts, rules, at }) {
    let next: number | null = null;
    for (const opening of contacts.open) next = earlier(next, opening.at + rules.contactOpenMs, at);
    return next;
  },
};

interface Left {
  readonly opening: ContactFact;
  readonly answeredAt: number | null;
}
