import { commitOutcome } from './commit-outcome.js';
import type { CommitAnswer } from './ports.js';
import { LaneLost } from './publisher.js';
import { Final } from './retry.js';

/** The store holds less than it confirmed. */
export class WentBack extends Final {
  override readonly name = 'WentBack';
}

/**
 * Is the commit of this version in the store? False: it is to be sent again.
 * @throws LaneLost, or WentBack
 */
export function isApplied(lane: number, answer: CommitAnswer, { token, base }: { readonly token: string; readonly base: number }): boolean {
  const outcome = commitOutcome(answer, token, base);
  if (outcome === 'lost') throw new LaneLost(lane);
  if (outcome === 'went_back') throw new WentBack(`the store confirmed version ${base} and now holds ${answer.version}`);
  return outcome === 'applied';
}
