import { evidenceOf, type SignalRule } from './rule.js';

/**
 * More of a line was delivered than ordered, or something that was not ordered at all, as of the final delivery or any
 * later one. Stays open (rulings 25, 36-38).
 *
 * Example: two lamps ordered, three delivered: open since the final delivery, `lines` names the lamps' line.
 */
export const quantityOverage: SignalRule = {
  signal: 'quantity_overage', area: 'order', stage: 'OWN',

  judge({ quantities }) {
    const { overage } = quantities;
    if (overage === null) return null;
    return { opensAt: overage.opensAt, closedAt: null, detail: { lines: overage.lines }, evidence: evidenceOf(overage.evidence) };
  },
};
