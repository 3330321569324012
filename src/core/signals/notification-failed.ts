import { findTrouble, instantText, type SignalRule } from './rule.js';

/**
 * A notice did not reach the customer. Put right once, for everything that failed notices were about, a later notice
 * about the same got through (rulings 25).
 *
 * Example: the mail about the delay bounced, a text message about it went out an hour later: resolved.
 */
export const notificationFailed: SignalRule = {
  signal: 'notification_failed', area: 'notification', stage: 'OWN',
  judge: ({ history }) =>
    findTrouble(history.noticeFailed, (fact) => ({
      at: instantText(fact.at), about: fact.type === 'notification.failed' ? fact.body.about : null,
    })),
};
