import type { FactOf, LineQuantity } from '../fact.js';
import type { History } from './history.js';
import { Delivered, isBelow } from './quantities.js';

/**
 * Quantities invoiced against quantities delivered, by line (rulings 44). Costs nothing until an invoice has lines, and
 * then each fact only what it touches.
 */
export class BilledLines {
  private readonly invoices = new Map<string, readonly LineQuantity[]>();
  private readonly billed = new Map<string, number>();
  private readonly delivered: Delivered;
  /** Lines billed otherwise since last judged. */
  private readonly touched: string[] = [];
  private readonly exceeding = new Set<string>();

  constructor(history: History) {
    this.delivered = new Delivered(history);
  }

  /** Have dispatches come since that may tell what earlier deliveries brought? */
  get isOvertaken(): boolean {
    return this.delivered.isOvertaken;
  }

  /** Issuing again replaces. */
  issue(fact: FactOf<'invoice.issued'>): void {
    const { invoiceId, lines } = fact.body;
    this.drop(invoiceId);
    if (lines === null) return;
    this.invoices.set(invoiceId, lines);
    for (const line of lines) this.bill(line.lineId, line.quantity);
  }

  /** What this invoice bills by line is no longer known. */
  drop(invoiceId: string): void {
    const lines = this.invoices.get(invoiceId);
    if (lines === undefined) return;
    this.invoices.delete(invoiceId);
    for (const line of lines) this.bill(line.lineId, -line.quantity);
  }

  deliver(fact: FactOf<'delivery.completed'>): void {
    this.delivered.add(fact);
  }

  /** Is more billed than delivered of any line? Where deliveries are unknown the last answer stands (false before any). */
  exceedDelivered(): boolean {
    if (this.delivered.known) {
      this.look(this.touched);
      this.look(this.delivered.touched);
    }
    return this.exceeding.size > 0;
  }

  private look(touched: string[]): void {
    for (const lineId of touched) {
      if (isBelow(this.delivered.byLine.get(lineId) ?? 0, this.billed.get(lineId) ?? 0)) this.exceeding.add(lineId);
      else this.exceeding.delete(lineId);
    }
    touched.length = 0;
  }

  private bill(lineId: string, quantity: number): void {
    this.billed.set(lineId, (this.billed.get(lineId) ?? 0) + quantity);
    this.touched.push(lineId);
  }
}
