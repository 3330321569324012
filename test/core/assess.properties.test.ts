import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COVERABLE_SOURCES } from '../../src/contracts/names.js';
import { assess, everythingOf } from '../../src/core/assess.js';
import type { Assessment } from '../../src/core/assessment.js';
import { byPlace, type Fact } from '../../src/core/fact.js';
import { createJourney, place, type JourneyFacts } from '../../src/core/journey.js';
import { DEFAULT_RULES, type AssessmentContext } from '../../src/core/rules.js';
import { journeyFacts, timeReached } from '../support/arbitrary-journey.js';
import { fact, line, on, stateOf } from '../support/facts.js';

const context: fc.Arbitrary<AssessmentContext> = fc
  .tuple(fc.subarray([...COVERABLE_SOURCES]), fc.boolean(), fc.constantFrom(0, 0, 3_600_000))
  .map(([some, all, deliveryToleranceMs]) => ({
    rules: { ...DEFAULT_RULES, deliveryToleranceMs }, covered: new Set(all ? COVERABLE_SOURCES : some),
  }));

function journeyOf(facts: readonly Fact[]): JourneyFacts {
  const journey = createJourney('o');
  for (const fact of facts) place(journey, fact);
  return journey;
}

function expectSameOneByOne(facts: readonly Fact[], at: number, circumstances: AssessmentContext): void {
  const journey = createJourney('o');
  for (const [i, each] of facts.entries()) {
    place(journey, each);
    expect(everythingOf(assess(journey, at, circumstances))).toEqual(everythingOf(assess(journeyOf(facts.slice(0, i + 1)), at, circumstances)));
  }
}

describe('an assessment is a function of facts and time', () => {
  test('any order of arrival, with any duplicates, gives the same', () => {
    const arrivals = journeyFacts.chain((facts) =>
      fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray([...facts], { minLength: facts.length }),
        fc.array(fc.constantFrom(...facts), { maxLength: 5 }),
      ));
    fc.assert(fc.property(arrivals, timeReached, context, ([facts, shuffled, again], at, circumstances) => {
      const asTold = everythingOf(assess(journeyOf(facts), at, circumstances));
      expect(everythingOf(assess(journeyOf([...again, ...shuffled, ...again]), at, circumstances))).toEqual(asTold);
    }), { numRuns: 1_500 });
  });

  test('an order that is judged after each of its facts is judged as if all had come at once', () => {
    const arrivals = fc.tuple(journeyFacts, fc.boolean(), fc.boolean()).chain(([facts, atOnce, inTurn]) => {
      const placed = facts.map((fact) => (atOnce ? { ...fact, at: facts[0]?.at ?? 0 } : fact)).sort(byPlace);
      return inTurn ? fc.constant(placed) : fc.shuffledSubarray(placed, { minLength: placed.length });
    });
    fc.assert(fc.property(arrivals, timeReached, context, (facts, at, circumstances) => {
      expectSameOneByOne(facts, at, circumstances);
    }), { numRuns: 1_500 });
  });

  test('also where a dispatch comes to tell what was delivered before it', () => {
    const facts = [
      fact('order.placed', '05-01 08:00', { lines: [line('1', 2)] }),
      fact('invoice.issued', '05-02 08:00', { lines: [{ lineId: '1', quantity: 2 }] }),
      fact('delivery.completed', '05-03 08:00', { shipmentId: 's1', lines: null }),
      fact('shipment.dispatched', '05-04 08:00', { shipmentId: 's1', lines: [{ lineId: '1', quantity: 1 }] }),
    ];
    expectSameOneByOne(facts, on('05-05 08:00'), { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) });
    expect(stateOf('billing_error', facts)).toBe('open');
  });

  test('time alone changes nothing up to the next deadline, nor ever when there is none', () => {
    fc.assert(fc.property(journeyFacts, timeReached, context, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (facts, start, circumstances, shares) => {
      const journey = journeyOf(facts);
      let at = start;
      for (let steps = 0; ; steps++) {
        expect(steps).toBeLessThan(200);
        const now = everythingOf(assess(journey, at, circumstances));
        const deadline = now.nextDeadline;
        if (deadline === null) {
          expect(everythingOf(assess(journey, at + 1e11, circumstances))).toEqual(now);
          return;
        }
        expect(deadline).toBeGreaterThanOrEqual(at);
        const between = Math.floor(at + (deadline - at) * (shares.next().value ?? 0));
        expect(everythingOf(assess(journey, between, circumstances))).toEqual(now);
        expect(everythingOf(assess(journey, deadline, circumstances))).toEqual(now);
        at = deadline + 1;
      }
    }), { numRuns: 1_500 });
  });

  test('nothing that is said contradicts itself', () => {
    fc.assert(fc.property(journeyFacts, timeReached, context, (facts, at, circumstances) => {
      const assessment = everythingOf(assess(journeyOf(facts), at, circumstances));
      expectConsistent(assessment, facts);
    }), { numRuns: 1_500 });
  });
});

function expectConsistent(assessment: Assessment, facts: readonly Fact[]): void {
  const names = assessment.signals.map(({ signal }) => signal);
  expect(new Set(names).size).toBe(names.length);
  for (const unknown of assessment.unknown) expect(names).not.toContain(unknown);
  for (const { state, closedAt, opensAt, evidence, detail } of assessment.signals) {
    expect(state).toBe(closedAt === null ? 'open' : 'resolved');
    if (closedAt !== null) expect(closedAt).toBeGreaterThanOrEqual(opensAt);
    expect(evidence.length).toBeGreaterThan(0);
    for (const each of evidence) expect(facts).toContain(each);
    expect(JSON.parse(JSON.stringify(detail))).toEqual(detail);
  }
  const adverse = assessment.signals.some(({ severity }) => severity > 0);
  expect(['good', 'on_course'].includes(assessment.verdict)).toBe(!adverse);
  if (assessment.settled) expect(assessment.end).not.toBeNull();
  for (const { at, signals } of assessment.patterns) {
    expect(Number.isFinite(at)).toBe(true);
    for (const signal of signals) expect(names).toContain(signal);
  }
}
