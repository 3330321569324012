import type { AlertClosure } from '../core/alerts.js';

/** Something that a person did with an alert. */
interface Deed {
  /** Wall clock, ms. */
  readonly at: number;
  /** Who, as the caller told it; null: it was not told. */
  readonly by: string | null;
  /** What they mean to do, or why; null: it was not told. */
  readonly note: string | null;
}

/** That a person has taken an alert up. */
export type Acknowledgement = Deed;

/** That a person has put an alert off. */
export interface Snooze extends Deed {
  /** Wall clock, ms. */
  readonly until: number;
  /** Of the alert as it was put off: what it says since then is news, and ends the snooze. */
  readonly revision: number;
}

/** That a person has closed an alert, as it was when they did. */
export interface Closure extends Deed, AlertClosure {}

/** All that people did with an alert; null: nobody did. */
export interface Handled {
  readonly acknowledged: Acknowledgement | null;
  readonly snoozed: Snooze | null;
  readonly closed: Closure | null;
}

/** Where an alert is to be found. */
export interface AlertPlace {
  readonly lane: number;
  readonly orderId: string;
  readonly alertId: string;
}

/** A closure that the owner of its lane has yet to say. */
export interface WaitingClosure {
  readonly orderId: string;
  readonly alertId: string;
  readonly closure: Closure;
}

/** What is kept, and whether that is what was given now. */
export interface Kept<T> {
  readonly kept: T;
  readonly isFirst: boolean;
}

/**
 * What people did with alerts. It is no part of a lane's state: any worker may write it, and a state that is made anew finds it as it
 * was, since an alert keeps its id. Of closures the owner of the lane is told, as what ends an alert is said as all else is.
 */
export interface AlertHandlingStore {
  /** Keeps the first acknowledgement of an alert. */
  acknowledge(alertId: string, acknowledgement: Acknowledgement): Promise<Kept<Acknowledgement>>;
  /** The last one counts. */
  snooze(alertId: string, snooze: Snooze): Promise<void>;
  /** Keeps the first closure of an alert. Once it is kept, it waits to be said, whatever else fails; it does so again where it was said already. */
  close(alert: AlertPlace, closure: Closure): Promise<Kept<Closure>>;
  /** Of each alert. */
  of(alertIds: readonly string[]): Promise<readonly Handled[]>;
  /** Closures of the lane's alerts that wait to be said, in whatever order, about so many; none: none waits. */
  waiting(lane: number, about: number): Promise<readonly WaitingClosure[]>;
  /** They wait no more: they are said, or there is nothing to say. */
  said(lane: number, closures: readonly WaitingClosure[]): Promise<void>;
}
