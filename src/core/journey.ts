import { byPlace, type Fact, type FactOf } from './fact.js';

/** What is known of one order: its facts in their places, ids unique. All that an assessment reads besides time. */
export interface JourneyFacts {
  readonly orderId: string;
  /** Sorted by `byPlace`. */
  readonly facts: readonly Fact[];
}

/** A journey that still grows; change it through `place` alone. */
export interface Journey extends JourneyFacts {
  readonly facts: Fact[];
  /** Ids of all facts, built once looking through the facts would cost more; null until then. */
  ids: Set<string> | null;
}

/** Up to this many facts, comparing ids one by one is faster than keeping a set of them. */
const SMALL = 32;

export const createJourney = (orderId: string): Journey => ({ orderId, facts: [], ids: null });

/**
 * Puts a fact in its place. Of two facts with one id the first read counts (rulings 4); the other is a duplicate and
 * leaves the journey as it was.
 */
export function place(journey: Journey, fact: Fact): 'applied' | 'duplicate' {
  if (holds(journey, fact.id)) return 'duplicate';
  const { facts } = journey;
  const index = indexFor(facts, fact);
  if (index === facts.length) facts.push(fact);
  else facts.splice(index, 0, fact);
  journey.ids?.add(fact.id);
  return 'applied';
}

/** Is a fact with this id known? */
export function holds(journey: Journey, id: string): boolean {
  const { facts } = journey;
  if (facts.length <= SMALL) {
    for (let i = 0; i < facts.length; i++) if (facts[i]?.id === id) return true;
    return false;
  }
  if (journey.ids === null) {
    journey.ids = new Set();
    for (const fact of facts) journey.ids.add(fact.id);
  }
  return journey.ids.has(id);
}

/** Most facts arrive in order, so the end is tried first. */
function indexFor(facts: readonly Fact[], fact: Fact): number {
  const last = facts.at(-1);
  if (last === undefined || byPlace(last, fact) < 0) return facts.length;
  let low = 0;
  let high = facts.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = facts[middle];
    if (there !== undefined && byPlace(there, fact) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The `order.placed` that counts: the first in place. Further ones are facts that say nothing (rulings 3). */
export function leadingPlaced(facts: readonly Fact[]): FactOf<'order.placed'> | null {
  for (let i = 0; i < facts.length; i++) {
    const fact = facts[i];
    if (fact?.type === 'order.placed') return fact;
  }
  return null;
}

/**
 * The facts as the order lived through them: in their places, but the leading `order.placed` before all others even
 * where a skewed clock dates it later (rulings 3). Returns the same array when nothing has to move.
 */
export function timelineOf(facts: readonly Fact[]): readonly Fact[] {
  const leading = leadingPlaced(facts);
  if (leading === null || facts[0] === leading) return facts;
  const timeline: Fact[] = [leading];
  for (const fact of facts) if (fact !== leading) timeline.push(fact);
  return timeline;
}
