import { codeUnitAt } from '../contracts/code-unit.js';

/**
 * Compares two texts as their UTF-8 bytes would compare, which is how Redis orders members. Plain `<` compares UTF-16
 * units and so puts characters beyond U+FFFF (pairs of surrogates) before U+E000 to U+FFFF.
 */
export const byBytes = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = codeUnitAt(a, i);
    const unitB = codeUnitAt(b, i);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
};

/** Surrogates rank above all other units, the rest as they are. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
