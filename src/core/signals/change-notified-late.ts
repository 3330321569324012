import type { ChangedDate } from '../timeline/changed-dates.js';
import { showChange } from './change-not-notified.js';
import { evidenceOf, instancesOf, type SignalRule } from './rule.js';

/**
 * The company changed, or missed, a promised date, and the customer was told less than two days before it. Stays open
 * (rulings 25, 47, 48, 50, 51).
 *
 * Example: promised for the 10th 18:00, moved on the 9th, the mail sent at once: open since that mail.
 */
export const changeNotifiedLate: SignalRule = {
  signal: 'change_notified_late', area: 'notification', stage: 'OWN',

  judge({ changes }) {
    if (changes.length === 0) return null;
    const late = changes.filter(({ bucket }) => bucket === 'under_2_days');
    if (late.length === 0) return null;
    return {
      opensAt: Math.min(...late.map(toldAt)),
      closedAt: null,
      detail: instancesOf(late, showChange),
      evidence: evidenceOf(late.flatMap(({ period, notice }) => [period.fact, period.closing, notice])),
    };
  },
};

/** The notice, or the change where that came after it. */
export const toldAt = ({ notice, changedAt }: ChangedDate): number => Math.max(notice?.at ?? changedAt, changedAt);
