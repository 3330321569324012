import { SIGNALS } from '../../contracts/names.js';
import type { MeasureFamily } from './family.js';

/**
 * `signal_count`, `pattern_count`: orders whose assessment lists it, open or resolved; counted when it opened or matched. A
 * row for every name, zeros included (rulings 79).
 */
export const signalCounts: MeasureFamily = {
  count({ signals, patterns }, add) {
    for (const { signal, opensAt } of signals) add('signal', opensAt, 1, signal);
    for (const { pattern, at } of patterns) add('pattern', at, 1, pattern);
  },

  rows(sums, { patterns }) {
    const bySignal = sums.each('signal');
    const byPattern = sums.each('pattern');
    return [
      ...SIGNALS.map((signal) => ({ measure: 'signal_count' as const, value: bySignal.get(signal) ?? 0, signal, unit: 'orders' as const })),
      ...patterns.map((pattern) => ({ measure: 'pattern_count' as const, value: byPattern.get(pattern) ?? 0, pattern, unit: 'orders' as const })),
    ];
  },
};
