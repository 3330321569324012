import type { Fact } from '../fact.js';

/** Something that went wrong, perhaps several times. */
export interface Trouble {
  /** Each time it happened, in the timeline's order. */
  readonly facts: readonly Fact[];
  /** The first of them that nothing put right before the next. */
  readonly since: Fact;
  /** The first fact that put it right after the last time; null while none has. */
  readonly closedBy: Fact | null;
}

/** A trouble while the timeline is being read. */
export interface GrowingTrouble extends Trouble {
  readonly facts: Fact[];
  since: Fact;
  closedBy: Fact | null;
}

/** It happened, again or for the first time. */
export function befall(trouble: GrowingTrouble | null, fact: Fact): GrowingTrouble {
  if (trouble === null) return { facts: [fact], since: fact, closedBy: null };
  trouble.facts.push(fact);
  if (trouble.closedBy !== null) trouble.since = fact;
  trouble.closedBy = null;
  return trouble;
}

/** Something came that puts it right, if it happened before. */
export function mend(trouble: GrowingTrouble | null, fact: Fact): void {
  if (trouble !== null) trouble.closedBy ??= fact;
}
