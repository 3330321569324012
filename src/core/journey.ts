import { codeUnitAt } from '../contracts/code-unit.js';
import { byPlace, type Fact, type FactOf } from './fact.js';
import type { Reading } from './reading.js';

/** What is known of one order: its facts in their places, ids unique. All that an assessment reads besides time. */
export interface JourneyFacts {
  readonly orderId: string;
  /** Sorted by `byPlace`. */
  readonly facts: readonly Fact[];
  /** What was made of them, where it is kept for the next time. */
  reading?: Reading | null;
}

/** A journey that still grows; change it through `place` alone. */
export interface Journey extends JourneyFacts {
  readonly facts: Fact[];
  reading: Reading | null;
  /** Short digests of the facts' ids, in whatever order: most new ids differ in theirs from all, and no fact need be looked at. */
  readonly idPrints: number[];
  /** Ids of all facts, built once looking through the digests would cost more; null until then. */
  ids: Set<string> | null;
}

/** Up to this many facts, comparing digests one by one is faster than keeping a set of ids. */
const SMALL = 32;

/** Letters at the end of an id that its digest is made of. */
const PRINTED = 12;

export const createJourney = (orderId: string): Journey => ({ orderId, facts: [], reading: null, idPrints: [], ids: null });

/**
 * Puts a fact in its place. Of two facts with one id the first read counts (rulings 4); the other is a duplicate and
 * leaves the journey as it was.
 */
export function place(journey: Journey, fact: Fact): 'applied' | 'duplicate' {
  const print = printOf(fact.id);
  if (isKnown(journey, fact.id, print)) return 'duplicate';
  const { facts } = journey;
  const index = indexFor(facts, fact);
  if (index === facts.length) facts.push(fact);
  else {
    facts.splice(index, 0, fact);
    journey.reading = null;
  }
  if (journey.ids !== null) journey.ids.add(fact.id);
  else if (facts.length <= SMALL) journey.idPrints.push(print);
  else {
    journey.ids = new Set();
    for (const { id } of facts) journey.ids.add(id);
  }
  return 'applied';
}

/** Is a fact with this id known? */
export const holds = (journey: Journey, id: string): boolean => isKnown(journey, id, printOf(id));

function isKnown({ facts, idPrints, ids }: Journey, id: string, print: number): boolean {
  if (ids !== null) return ids.has(id);
  return idPrints.includes(print) && facts.some((fact) => fact.id === id);
}

/** A digest of the end of an id, where most ids of one order differ: 30 bits (FNV-1a), small enough to be kept without a box. */
export function printOf(id: string): number {
  const { length } = id;
  let print = 0x811c9dc5;
  for (let i = Math.max(0, length - PRINTED); i < length; i++) print = Math.imul(print ^ codeUnitAt(id, i), 0x01000193);
  return print >>> 2;
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
