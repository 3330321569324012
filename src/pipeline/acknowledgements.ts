/** That a person has taken an alert up. */
export interface Acknowledgement {
  /** Wall clock, ms. */
  readonly at: number;
  /** Who, as the caller told it; null: it was not told. */
  readonly by: string | null;
  /** What they mean to do, or why; null: it was not told. */
  readonly note: string | null;
}

/**
 * What people said of alerts. It is no part of a lane's state: nothing is judged by it, any worker may write it, and a state that is
 * made anew finds it as it was, since an alert keeps its id.
 */
export interface AcknowledgementStore {
  /** Keeps the first acknowledgement of an alert. Resolves with the one that is kept, and whether it is this one. */
  add(alertId: string, acknowledgement: Acknowledgement): Promise<{ readonly kept: Acknowledgement; readonly isFirst: boolean }>;
  /** Of each alert; null: nobody has acknowledged it. */
  of(alertIds: readonly string[]): Promise<readonly (Acknowledgement | null)[]>;
}
