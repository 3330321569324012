import type { Fact, Party, Promised } from './fact.js';
import { befall, type GrowingTrouble, mend, type Trouble } from './timeline/trouble.js';
import type { ZonedDays } from './zoned-days.js';

/** How a period came to its close: somebody changed the promise, or the order ended. */
export type Closing = Party | 'delivered' | 'cancelled';

/** A stretch of time during which one date was the promise in force (rulings 18-22). */
export interface PromisePeriod {
  readonly promised: Promised;
  /** The promised instant: that of the text, or the end of its day in the order's zone; ms. */
  readonly date: number;
  readonly since: number;
  /** The fact that made the promise. */
  readonly fact: Fact;
  /** A date that the company gave after the order's first promise. */
  readonly companysNewDate: boolean;
  /** When it was replaced, withdrawn, or the order ended; null while in force. */
  until: number | null;
  closedBy: Closing | null;
  closing: Fact | null;
  /** Withdrawn without another date. */
  withdrawn: boolean;
}

/** A stretch of time during which deliveries were measured against one date (rulings 20). */
export interface BaselinePeriod {
  readonly promised: Promised;
  readonly date: number;
  readonly since: number;
  readonly fact: Fact;
  until: number | null;
  closedBy: Exclude<Closing, 'company'> | null;
  closing: Fact | null;
  /** The first change of date after this one had passed: it proves that nothing was delivered by then. */
  admission: Fact | null;
}

/** Every promise of an order, one by one. */
export interface PromiseHistory {
  readonly periods: readonly PromisePeriod[];
  readonly baselines: readonly BaselinePeriod[];
  readonly original: Promised | null;
  /** In force now, or at the order's end; null: none, or withdrawn. */
  readonly latest: PromisePeriod | null;
  /** Measured against now, or at the order's end; null: none, or on hold at the customer's wish. */
  readonly baseline: BaselinePeriod | null;
  /** Company changes that replaced a promise in force by another date or by none (rulings 22). */
  readonly companyReschedules: readonly Fact[];
  /** Company reschedules that named no date; any date puts it right, and so does the end. Null: there was none. */
  readonly undated: Trouble | null;
  /** When the promise in force changed, ascending; the first promise of all included. */
  readonly changedAt: readonly number[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

/** Takes promises as the timeline tells them; nobody else changes a history. */
export interface PromiseRecorder {
  readonly history: PromiseHistory;
  /** A date was promised. `since`: from when it holds. */
  date(fact: Fact, promised: Promised, by: Party, since: number): void;
  /** A reschedule named no date. */
  noDate(fact: Fact, by: Party): void;
  /** The order ended: every promise stays as it is (rulings 17, 19). */
  end(fact: Fact, how: 'delivered' | 'cancelled'): void;
}

class Recorder implements PromiseRecorder {
  readonly history: Mutable<PromiseHistory> & { undated: GrowingTrouble | null } = {
    periods: [], baselines: [], original: null, latest: null, baseline: null,
    companyReschedules: [], undated: null, changedAt: [],
  };

  constructor(private readonly days: ZonedDays, private readonly toleranceMs: number) {}

  date(fact: Fact, promised: Promised, by: Party, since: number): void {
    const { history } = this;
    const date = promised.instant ?? this.days.endOf(promised.text);
    const first = history.original === null;
    if (first) history.original = promised;
    mend(history.undated, fact);
    this.admit(fact, date);
    this.change(fact, promised, date, by, since, first);
    if (by === 'customer' || history.baseline === null) this.measureAgainst(fact, promised, date, since);
  }

  noDate(fact: Fact, by: Party): void {
    const { history } = this;
    if (by === 'company') {
      history.undated = befall(history.undated, fact);
      this.admit(fact, null);
    } else this.closeBaseline(fact, 'customer');
    if (history.latest === null) return;
    history.latest.withdrawn = true;
    this.closePeriod(fact, by);
    history.changedAt.push(fact.at);
  }

  end(fact: Fact, how: 'delivered' | 'cancelled'): void {
    const { history } = this;
    const { latest, baseline } = history;
    mend(history.undated, fact);
    this.closePeriod(fact, how);
    this.closeBaseline(fact, how);
    history.latest = latest;
    history.baseline = baseline;
  }

  private change(fact: Fact, promised: Promised, date: number, by: Party, since: number, first: boolean): void {
    const { history } = this;
    if (history.latest?.date === date) return;
    this.closePeriod(fact, by);
    history.latest = {
      promised, date, since, fact, companysNewDate: by === 'company' && !first,
      until: null, closedBy: null, closing: null, withdrawn: false,
    };
    history.periods.push(history.latest);
    history.changedAt.push(since);
  }

  private measureAgainst(fact: Fact, promised: Promised, date: number, since: number): void {
    const { history } = this;
    if (history.baseline?.date === date) return;
    this.closeBaseline(fact, 'customer');
    history.baseline = { promised, date, since, fact, until: null, closedBy: null, closing: null, admission: null };
    history.baselines.push(history.baseline);
  }

  /** Whoever changes the date (null: to none) after the baseline has passed says that it was missed (rulings 14). */
  private admit(fact: Fact, date: number | null): void {
    const { baseline, latest } = this.history;
    if (baseline === null || baseline.admission !== null || (latest?.date ?? null) === date) return;
    if (fact.at > baseline.date + this.toleranceMs) baseline.admission = fact;
  }

  private closePeriod(fact: Fact, by: Closing): void {
    const { history } = this;
    const period = history.latest;
    if (period === null) return;
    period.until = fact.at;
    period.closedBy = by;
    period.closing = fact;
    if (by === 'company') history.companyReschedules.push(fact);
    history.latest = null;
  }

  private closeBaseline(fact: Fact, by: Exclude<Closing, 'company'>): void {
    const period = this.history.baseline;
    if (period === null) return;
    period.until = fact.at;
    period.closedBy = by;
    period.closing = fact;
    this.history.baseline = null;
  }
}

/** `toleranceMs`: by how much a delivery may miss a promise (rulings 23). */
export const recordPromises = (days: ZonedDays, toleranceMs: number): PromiseRecorder => new Recorder(days, toleranceMs);
