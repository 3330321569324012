import { evidenceOf, type SignalRule } from './rule.js';

/**
 * A line of the order was delivered in a smaller quantity than ordered, as of the instant of the final delivery. A
 * substitute counts for the line it stands for. Put right once later deliveries leave no line short. Where a delivery up
 * to the final one tells no quantity, it is unknown (rulings 25, 35-38).
 *
 * Example: two of three lamps in the final delivery, the third a week later: resolved with the third.
 */
export const quantityShortfall: SignalRule = {
  signal: 'quantity_shortfall', area: 'order', stage: 'OWN',

  judge({ quantities }) {
    const { shortfall } = quantities;
    if (shortfall === null) return null;
    return {
      opensAt: shortfall.opensAt,
      closedAt: shortfall.closedBy?.at ?? null,
      detail: { lines: shortfall.lines },
      evidence: evidenceOf(shortfall.evidence),
    };
  },

  isUnknown: ({ quantities }) => quantities.untold,
};
