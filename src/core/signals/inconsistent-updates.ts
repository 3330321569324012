import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * Two notices in a row stated different delivery dates although no promise changed after the first and up to the second.
 * Stays open (rulings 25, 52, 54).
 *
 * Example: the confirmation says the 12th, the dispatch notice the 14th, and nobody changed the date: open since the
 * dispatch notice.
 */
export const inconsistentUpdates: SignalRule = {
  signal: 'inconsistent_updates', area: 'notification', stage: 'OWN',

  judge({ statements }) {
    const { contradictions } = statements;
    const [first] = contradictions;
    if (first === undefined) return null;
    return {
      opensAt: first.notice.at,
      closedAt: null,
      detail: instancesOf(contradictions, ({ notice, before }) => ({
        at: instantText(notice.at), stated: notice.body.statedDelivery?.text ?? null,
        before: instantText(before.at), statedBefore: before.body.statedDelivery?.text ?? null,
      })),
      evidence: evidenceOf(contradictions.flatMap(({ notice, before }) => [before, notice])),
    };
  },
};
