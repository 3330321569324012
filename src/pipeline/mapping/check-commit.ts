import type { IntakeCommit } from './ports.js';
import { Final } from '../retry.js';

/** Refuses what a store could not write as it is. @throws Final: the same commit would be refused for ever */
export function checkIntakeCommit({ base, seq, lastWait, topics, waits, released }: IntakeCommit): void {
  const numbers = [base, seq, lastWait, ...[...topics.values()].map(({ next }) => next), ...waits.map(({ number }) => number), ...released];
  if (!numbers.every((number) => Number.isSafeInteger(number))) throw new Final('a commit of the intake holds a number that is no whole number below 2^53');
}
