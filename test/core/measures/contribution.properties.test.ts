import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COVERABLE_SOURCES } from '../../../src/contracts/names.js';
import { assess } from '../../../src/core/assess.js';
import type { Fact } from '../../../src/core/fact.js';
import { createJourney, place } from '../../../src/core/journey.js';
import type { Contribution } from '../../../src/core/measures/quantities.js';
import { DEFAULT_RULES, type AssessmentContext } from '../../../src/core/rules.js';
import { journeyFacts, timeReached } from '../../support/arbitrary-journey.js';
import { contributed } from './measured.js';

const contexts: fc.Arbitrary<AssessmentContext> = fc.subarray([...COVERABLE_SOURCES]).chain((some) => fc.boolean().map((all) => ({
  rules: DEFAULT_RULES, covered: new Set(all ? COVERABLE_SOURCES : some),
})));

/** Sums as a store would keep them: by place, instant and quantity; what comes to nothing is gone. */
function apply(sums: Map<string, number>, { place: where, amounts }: Contribution, sign: 1 | -1): void {
  for (const { quantity, of, at, amount } of amounts) {
    const key = JSON.stringify([where, at, quantity, of]);
    const sum = (sums.get(key) ?? 0) + sign * amount;
    if (sum === 0) sums.delete(key);
    else sums.set(key, sum);
  }
}

const sumsOf = (contribution: Contribution): Map<string, number> => {
  const sums = new Map<string, number>();
  apply(sums, contribution, 1);
  return sums;
};

const sorted = (sums: ReadonlyMap<string, number>) => [...sums].sort(([a], [b]) => (a < b ? -1 : 1));

describe('what an order adds to the measures', () => {
  test('by differences, in any order of arrival and with time going on between, comes to what its final state adds', () => {
    const arrivals = journeyFacts.chain((facts) => fc.tuple(fc.shuffledSubarray([...facts], { minLength: facts.length }), fc.array(timeReached, { minLength: facts.length, maxLength: facts.length })));
    fc.assert(fc.property(arrivals, timeReached, contexts, ([facts, times], end, context) => {
      const sums = new Map<string, number>();
      const known: Fact[] = [];
      let before: Contribution = { place: {}, amounts: [] };
      let reached = -Infinity;
      for (const [i, fact] of [...facts.entries(), [facts.length, null] as const]) {
        if (fact !== null) known.push(fact);
        reached = Math.max(reached, i < times.length ? Math.min(times[i]!, end) : end);
        const now = contributed(known, reached, context);
        apply(sums, before, -1);
        apply(sums, now, 1);
        before = now;
      }
      expect(sorted(sums)).toEqual(sorted(sumsOf(contributed(facts, end, context))));
    }), { numRuns: 300 });
  });

  test('is whole numbers that can be kept exactly', () => {
    fc.assert(fc.property(journeyFacts, timeReached, contexts, (facts, at, context) => {
      for (const { amount, at: instant } of contributed(facts, at, context).amounts) {
        expect(Number.isSafeInteger(amount) && amount !== 0 && Number.isSafeInteger(instant)).toBe(true);
      }
    }), { numRuns: 300 });
  });

  test('changes by time alone only after a deadline that the assessment names', () => {
    fc.assert(fc.property(journeyFacts, timeReached, contexts, fc.double({ min: 0, max: 1, noNaN: true }), (facts, start, context, share) => {
      const journey = createJourney('o');
      for (const fact of facts) place(journey, fact);
      let at = start;
      for (let steps = 0; steps < 200; steps++) {
        const { nextDeadline } = assess(journey, at, context);
        const now = contributed(facts, at, context);
        if (nextDeadline === null) {
          expect(contributed(facts, at + 1e11, context)).toEqual(now);
          return;
        }
        expect(contributed(facts, Math.floor(at + (nextDeadline - at) * share), context)).toEqual(now);
        expect(contributed(facts, nextDeadline, context)).toEqual(now);
        at = nextDeadline + 1;
      }
      throw new Error('deadlines without end');
    }), { numRuns: 300 });
  });
});
