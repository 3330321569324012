import type { BillingReason } from '../../contracts/names.js';
import type { Fact, FactOf } from '../fact.js';
import type { Rules } from '../rules.js';
import { BilledLines } from './billed-lines.js';
import type { GrowingView } from './growing-view.js';
import type { End, History, LedgerFact } from './history.js';
import { Reasons } from './billing-reasons.js';

/** What billing did, judged instant by instant (rulings 41-46, 97). */
export interface Billing {
  /** Null: no reason ever held. */
  readonly reasons: Reasons | null;
  /** After the last fact a cancelled order is owed money, not yet overdue by facts: due back by then; ms. */
  readonly refundDue: number | null;
  /** An invoice, or the correction of one, names what the order costs. */
  readonly invoiced: boolean;
  /** Invoices after which the bill was what the order costs, one per instant. */
  readonly matched: readonly FactOf<'invoice.issued'>[];
}

const NOTHING: GrowingView & Billing = { reasons: null, refundDue: null, invoiced: false, matched: [], readOn: () => false };

export function readBilling(history: History, rules: Rules): GrowingView & Billing {
  if (history.ledger.length === 0) return NOTHING;
  const judge = new BillingJudge(history, rules);
  judge.judgeOn();
  return judge;
}

const hasInvoiceLines = (fact: LedgerFact): boolean => fact.type === 'invoice.issued' && fact.body.lines !== null;

/** The books of one order. Facts of an instant are all entered before amounts are compared (rulings 2). */
class BillingJudge implements GrowingView, Billing {
  reasons: Reasons | null = null;
  invoiced = false;
  readonly matched: FactOf<'invoice.issued'>[] = [];

  /** How much of the ledger is judged. */
  private judged = 0;
  private readonly mixed: boolean;
  private total: number | null = null;
  private billed = 0;
  private readonly latestTotal = new Map<string, number>();
  /** Captured less refunded. */
  private paid = 0;
  private ended: End['kind'] | null = null;
  /** From when the time for a refund counts: the cancellation, or a capture after it. */
  private refundFrom = 0;
  private issued: FactOf<'invoice.issued'> | null = null;
  /** Null: no invoice has lines. */
  private readonly lines: BilledLines | null;

  constructor(private readonly history: History, private readonly rules: Rules) {
    this.lines = history.ledger.some(hasInvoiceLines) ? new BilledLines(history) : null;
    this.mixed = history.mixedCurrencies;
  }

  readOn(): boolean {
    const { judged, lines, history: { ledger, mixedCurrencies } } = this;
    if (lines?.isOvertaken === true) return false;
    if (ledger.length === judged) return true;
    if (mixedCurrencies !== this.mixed || ledger[judged]?.at === ledger[judged - 1]?.at) return false;
    if (lines === null && ledger.slice(judged).some(hasInvoiceLines)) return false;
    this.judgeOn();
    return true;
  }

  /** Judges what the ledger has beyond what is judged, instant by instant. */
  judgeOn(): void {
    const { ledger } = this.history;
    for (let i = this.judged + 1; i <= ledger.length; i++) {
      if (i < ledger.length && ledger[i]?.at === ledger[this.judged]?.at) continue;
      this.instant(ledger, this.judged, i);
      this.judged = i;
    }
  }

  get refundDue(): number | null {
    return this.isOwed() && !this.holds('refund_overdue') ? this.refundFrom + this.rules.refundWithinMs : null;
  }

  private instant(ledger: readonly LedgerFact[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const fact = ledger[i];
      if (fact !== undefined) this.noteOverdue(fact);
    }
    for (let i = from; i < to; i++) {
      const fact = ledger[i];
      if (fact !== undefined) this.enter(fact);
    }
    const last = ledger[to - 1];
    if (last !== undefined) this.compare(last);
  }

  /** A capture or refund after the date proves that the date passed with money owed. */
  private noteOverdue(fact: LedgerFact): void {
    if (fact.type !== 'payment.captured' && fact.type !== 'refund.issued') return;
    const due = this.refundDue;
    if (due === null || fact.at <= due) return;
    this.raise('refund_overdue', due, this.history.end?.fact ?? fact);
    this.reasons?.cite(fact);
  }

  private enter(fact: LedgerFact): void {
    switch (fact.type) {
      case 'order.placed': this.total = fact.body.totalMinor; return;
      case 'order.amended': this.total = fact.body.totalMinor; return;
      case 'order.cancelled': this.ended = 'cancelled'; this.refundFrom = fact.at; return;
      case 'delivery.completed': return this.enterDelivery(fact);
      case 'invoice.issued':
        this.issued = fact;
        this.lines?.issue(fact);
        return this.bill(fact);
      case 'invoice.corrected':
        this.lines?.drop(fact.body.invoiceId);
        this.raise('corrected', fact.at, fact);
        this.settle('disputed', fact);
        return this.bill(fact);
      case 'payment.captured': return this.enterCapture(fact);
      case 'refund.issued':
        this.paid -= fact.body.amountMinor;
        return this.settle('disputed', fact);
      case 'billing.disputed': return this.raise('disputed', fact.at, fact);
      case 'billing.dispute_resolved': return this.settle('disputed', fact);
    }
  }

  private enterDelivery(fact: FactOf<'delivery.completed'>): void {
    if (fact === this.history.end?.fact) this.ended = 'delivered';
    this.lines?.deliver(fact);
  }

  private enterCapture(fact: FactOf<'payment.captured'>): void {
    this.paid += fact.body.amountMinor;
    if (this.ended === 'cancelled' && !this.holds('refund_overdue')) this.refundFrom = fact.at;
  }

  private bill(fact: FactOf<'invoice.issued'> | FactOf<'invoice.corrected'>): void {
    const { invoiceId, totalMinor } = fact.body;
    this.billed += totalMinor - (this.latestTotal.get(invoiceId) ?? 0);
    this.latestTotal.set(invoiceId, totalMinor);
    this.invoiced = true;
  }

  /** All facts of an instant are entered; `last` is its last one. */
  private compare(last: LedgerFact): void {
    const { issued } = this;
    this.issued = null;
    if (!this.history.mixedCurrencies) this.compareAmounts(last, issued);
    else this.settle('corrected', last);
    if (this.lines !== null && this.ended === 'delivered') this.judge('billed_undelivered', this.lines.exceedDelivered(), last);
  }

  private compareAmounts(last: LedgerFact, issued: FactOf<'invoice.issued'> | null): void {
    const { total, billed, paid, ended } = this;
    const tolerance = this.rules.moneyToleranceMinor;
    const matches = total !== null && Math.abs(billed - total) <= tolerance;
    if (issued !== null && matches) this.matched.push(issued);
    if (matches || total === null) this.settle('corrected', last);
    if (this.invoiced) {
      if (total !== null) {
        this.judge('overbilled', billed > total + tolerance, last);
        this.judge('underbilled', ended === 'delivered' && billed < total - tolerance, last);
      }
      const due = ended === 'delivered' || total === null ? billed : Math.max(billed, total);
      this.judge('overcharged', paid > due + tolerance, last);
    }
    if (ended === 'cancelled' && !this.isOwed()) this.settle('refund_overdue', last);
  }

  private isOwed(): boolean {
    return this.ended === 'cancelled' && !this.history.mixedCurrencies && this.paid > this.rules.moneyToleranceMinor;
  }

  private judge(reason: BillingReason, holds: boolean, fact: Fact): void {
    if (holds) this.raise(reason, fact.at, fact);
    else this.settle(reason, fact);
  }

  private raise(reason: BillingReason, at: number, fact: Fact): void {
    this.reasons ??= new Reasons();
    this.reasons.raise(reason, at, fact);
  }

  private settle(reason: BillingReason, fact: Fact): void {
    this.reasons?.settle(reason, fact);
  }

  private holds(reason: BillingReason): boolean {
    return this.reasons?.holds(reason) ?? false;
  }
}
