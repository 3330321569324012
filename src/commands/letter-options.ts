import type { Config } from '../app/config.js';
import { parseInstant } from '../contracts/instant.js';
import { DEAD_LETTER_REASONS, type DeadLetterReason, SOURCE_TOPICS } from '../contracts/names.js';
import type { LetterFilter } from '../pipeline/letter-selection.js';
import { CommandFault } from './context.js';

/** Options that say which dead letters are meant, as the command line gives them. */
export interface FilterOptions {
  readonly reason?: string;
  readonly topic?: string;
  readonly order?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
}

export const isFiltered = ({ reason, topic, order, since, until }: FilterOptions): boolean =>
  [reason, topic, order, since, until].some((option) => option !== undefined);

/** @throws CommandFault (2) on what names no reason, topic or instant */
export const filterOf = (options: FilterOptions, config: Config): LetterFilter => ({
  reasons: options.reason === undefined ? null : new Set(options.reason.split(',').map((name) => reasonOf(name.trim()))),
  topic: options.topic === undefined ? null : brokerName(options.topic, config),
  orderId: options.order ?? null,
  since: instantOf('--since', options.since),
  until: instantOf('--until', options.until),
});

function reasonOf(name: string): DeadLetterReason {
  const reason = DEAD_LETTER_REASONS.find((known) => known === name);
  if (reason === undefined) throw new CommandFault(`--reason ${name}: known are ${DEAD_LETTER_REASONS.join(', ')}`, 2);
  return reason;
}

/** A topic by its contract name or by what it is called on the broker; also one that is no longer read, by the latter. */
const brokerName = (name: string, { topics }: Config): string => {
  const source = SOURCE_TOPICS.find((topic) => topic === name);
  return source === undefined || Object.values(topics.sources).includes(name) ? name : topics.sources[source];
};

function instantOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = parseInstant(text);
  if (Number.isNaN(at)) throw new CommandFault(`${option} ${text}: expected an instant with an offset, such as 2026-03-01T00:00:00Z`, 2);
  return at;
}

/** A whole number from 1 on; null where the option was left out. @throws CommandFault (2) */
export function wholeOption(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new CommandFault(`${option} ${text}: expected a whole number from 1 on`, 2);
  return value;
}
