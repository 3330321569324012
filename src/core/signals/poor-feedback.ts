import type { Severity } from '../assessment.js';
import type { FactOf } from '../fact.js';
import { rate } from '../feedback.js';
import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * The customer said so: NPS up to 6, or an answer in the lower two fifths of its scale, whichever end is the good one. One
 * step graver when any answer lies in the lowest quarter. Stays open (rulings 25, 58, 102).
 *
 * Example: 2 of 5 stars: severity 2 (a quarter of the scale, not below it); 1 of 5: severity 3.
 */
export const poorFeedback: SignalRule = {
  signal: 'poor_feedback', area: 'feedback', stage: 'ADVOCATE',

  judge({ history, rules }) {
    const { feedback } = history;
    if (feedback.length === 0) return null;
    const poor: FactOf<'feedback.received'>[] = [];
    let grave: number | null = null;
    for (const fact of feedback) {
      const rating = rate(fact.body);
      if (rating !== 'poor' && rating !== 'grave') continue;
      poor.push(fact);
      if (rating === 'grave') grave ??= fact.at;
    }
    const [first] = poor;
    if (first === undefined) return null;
    const base = rules.severities.poor_feedback;
    return {
      opensAt: first.at,
      closedAt: null,
      severity: grave !== null && base > 0 ? (Math.min(3, base + 1) as Severity) : base,
      severeSince: grave ?? first.at,
      detail: instancesOf(poor, ({ at, body }) => ({ at: instantText(at), metric: body.metric, score: body.score })),
      evidence: evidenceOf(poor),
    };
  },
};
