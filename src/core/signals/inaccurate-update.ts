import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * Before the end, a notice stated a delivery date other than the promise in force at that moment: another day where
 * either is a date, more than twelve hours away where both are instants. Notices about the delivery done aren't judged.
 * Stays open (rulings 25, 52, 53).
 *
 * Example: in force the 12th, the mail says the 10th: open since the mail.
 */
export const inaccurateUpdate: SignalRule = {
  signal: 'inaccurate_update', area: 'notification', stage: 'OWN',

  judge({ statements }) {
    const { inaccurate } = statements;
    const [first] = inaccurate;
    if (first === undefined) return null;
    return {
      opensAt: first.notice.at,
      closedAt: null,
      detail: instancesOf(inaccurate, ({ notice, inForce }) => ({
        at: instantText(notice.at), about: notice.body.about, stated: notice.body.statedDelivery?.text ?? null, inForce: inForce.promised.text,
      })),
      evidence: evidenceOf(inaccurate.flatMap(({ notice, inForce }) => [inForce.fact, notice])),
    };
  },
};
