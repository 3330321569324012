import type { PatternSeverity } from '../../contracts/names.js';

/** How a receiver is told of a change of an alert. */
export type Telling =
  /** By itself, as it is. */
  | 'alone'
  /** In the next digest: there is no room for it in the budget. */
  | 'digest'
  /** Not at all: a digest tells of its alert, and the change makes that no worse. */
  | 'nothing';

export interface ChangeOfAlert {
  /** The name of the sink in the configuration. */
  readonly sink: string;
  /** Whose budget it takes of; null: nobody's alerts have one of their own. */
  readonly team: string | null;
  readonly alertId: string;
  /** Of this change. */
  readonly changeId: string;
  readonly severity: PatternSeverity;
  /** Whether the alert ends with it: an end takes nothing of a budget. */
  readonly isEnd: boolean;
  /** Hours since the epoch. */
  readonly hour: number;
  /** Alerts of this severity that the team is told of one by one within the hour. */
  readonly allowed: number;
}

/**
 * Remembers how each alert is told, and how many of a team's were told alone within the hour, for all workers. It is asked again after
 * a restart and answers the same of the same change. What it forgets is told once more, never once less: which alerts there are stands
 * in the log.
 */
export interface BudgetStore {
  /**
   * Decides on an alert that is new to the receiver, or that was held back as a warning and has become critical. One that was told
   * alone once is told alone in all that follows. Rejects when the store is away.
   */
  readonly decide: (change: ChangeOfAlert) => Promise<Telling>;
}

/** How many alerts of a team a sink sends one by one. */
export interface Budget {
  /** New alerts of each severity within an hour of the clock. */
  readonly perHour: Readonly<Record<PatternSeverity, number>>;
  /** How long the first alert that is held back waits for the digest, and how long a team has its peace after one; ms. */
  readonly digestAfterMs: number;
  /** Where people find the worklist. */
  readonly worklist: (team: string | null) => string;
  readonly store: BudgetStore;
}
