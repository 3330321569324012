import type { BillingReason } from '../../contracts/names.js';
import type { Fact } from '../fact.js';

/** Which reasons of a billing error hold, which ever held, and since when there was any (rulings 46). */
export class Reasons {
  private readonly holding = new Set<BillingReason>();
  private readonly ever = new Set<BillingReason>();
  private readonly proof: Fact[] = [];
  /** The first time at which any reason held. */
  opensAt = Infinity;
  /** From when on one reason or another held the last time. */
  since = Infinity;
  /** The fact after which no reason held any more; null: one holds. */
  closedBy: Fact | null = null;

  /** It holds from `at` on; raising what holds already changes nothing. */
  raise(reason: BillingReason, at: number, fact: Fact): void {
    if (this.holding.has(reason)) return;
    if (this.holding.size === 0) this.since = at;
    this.holding.add(reason);
    this.ever.add(reason);
    this.opensAt = Math.min(this.opensAt, at);
    this.closedBy = null;
    this.cite(fact);
  }

  settle(reason: BillingReason, fact: Fact): void {
    if (!this.holding.delete(reason)) return;
    this.cite(fact);
    if (this.holding.size === 0) this.closedBy = fact;
  }

  cite(fact: Fact): void {
    if (this.proof.at(-1) !== fact) this.proof.push(fact);
  }

  holds(reason: BillingReason): boolean {
    return this.holding.has(reason);
  }

  /** All that ever held, sorted by name. */
  get names(): BillingReason[] {
    return [...this.ever].sort();
  }

  get evidence(): readonly Fact[] {
    return this.proof;
  }
}
