import type { FactOf, Promised } from '../fact.js';
import type { PromisePeriod } from '../promises.js';
import type { Rules } from '../rules.js';
import type { ZonedDays } from '../zoned-days.js';
import type { GrowingView } from './growing-view.js';
import type { History } from './history.js';

type Notice = FactOf<'notification.sent'>;

/** What notices stated of the delivery date before the end (rulings 52-54). */
export interface Statements {
  /** Notices that agree with the promise then in force. */
  readonly accurate: readonly Notice[];
  readonly inaccurate: readonly { readonly notice: Notice; readonly inForce: PromisePeriod }[];
  /** Notices that contradict the one before, without a change of promise between them. */
  readonly contradictions: readonly { readonly notice: Notice; readonly before: Notice }[];
}

const NONE: GrowingView & Statements = { accurate: [], inaccurate: [], contradictions: [], readOn: () => false };

/** Do two promises name the same delivery? As soon as either is a date, the day decides. */
export function agree(a: Promised, b: Promised, days: ZonedDays, toleranceMs: number): boolean {
  if (a.instant === null) return b.instant === null ? a.text === b.text : days.isOn(a.text, b.instant);
  return b.instant === null ? days.isOn(b.text, a.instant) : Math.abs(a.instant - b.instant) <= toleranceMs;
}

/** It grows with the notices; changes of promise, and the end, make another. */
export function readStatements(history: History, rules: Rules): GrowingView & Statements {
  if (history.noticesSent.length === 0) return NONE;
  const reading = new Reading(history, rules.statedToleranceMs);
  reading.readOn();
  return reading;
}

/** Goes along notices and promises side by side, both in the order of time. */
class Reading implements GrowingView, Statements {
  readonly accurate: Notice[] = [];
  readonly inaccurate: { notice: Notice; inForce: PromisePeriod }[] = [];
  readonly contradictions: { notice: Notice; before: Notice }[] = [];

  /** How many notices are read. */
  private read = 0;
  /** How many periods have begun. */
  private begun = 0;
  /** How many changes there were. */
  private changed = 0;
  private before: { notice: Notice; stated: Promised } | null = null;

  constructor(private readonly history: History, private readonly toleranceMs: number) {}

  readOn(): boolean {
    const { noticesSent, end } = this.history;
    for (let notice = noticesSent[this.read]; notice !== undefined && (end === null || notice.at < end.at); notice = noticesSent[++this.read]) {
      const { about, statedDelivery } = notice.body;
      if (statedDelivery !== null && about !== 'delivered') this.take(notice, statedDelivery);
    }
    return true;
  }

  private take(notice: Notice, stated: Promised): void {
    const { days } = this.history;
    const inForce = this.inForceAt(notice.at);
    if (inForce !== null) {
      if (agree(stated, inForce.promised, days, this.toleranceMs)) this.accurate.push(notice);
      else this.inaccurate.push({ notice, inForce });
    }
    const { before } = this;
    const excused = this.lastChangeUpTo(notice.at) > (before?.notice.at ?? Infinity);
    if (before !== null && !excused && !agree(stated, before.stated, days, this.toleranceMs)) {
      this.contradictions.push({ notice, before: before.notice });
    }
    this.before = { notice, stated };
  }

  /** The promise in force once everything of this instant has happened. */
  private inForceAt(at: number): PromisePeriod | null {
    const { periods } = this.history.promises;
    while ((periods[this.begun]?.since ?? Infinity) <= at) this.begun++;
    const period = this.begun === 0 ? undefined : periods[this.begun - 1];
    if (period === undefined) return null;
    return period.withdrawn && period.until !== null && period.until <= at ? null : period;
  }

  private lastChangeUpTo(at: number): number {
    const { changedAt } = this.history.promises;
    while ((changedAt[this.changed] ?? Infinity) <= at) this.changed++;
    return this.changed === 0 ? -Infinity : (changedAt[this.changed - 1] ?? -Infinity);
  }
}
