import type { Fact } from '../fact.js';

/** What had been billed, owed and paid at an instant, in minor units; for saying by how much a bill was wrong. */
export interface Standing {
  /** null: no invoice yet. */
  readonly billed: number | null;
  /** null: the order never named a total. */
  readonly total: number | null;
  /** Captured less refunded. */
  readonly paid: number;
}

/** Adds up the facts up to and including an instant. Amounts of several currencies must not come here. */
export const standingAt = (facts: readonly Fact[], at: number): Standing => {
  const invoices = new Map<string, number>();
  let total: number | null = null;
  let paid = 0;
  let placed = false;
  for (const fact of facts) {
    if (fact.at > at) continue;
    if (fact.type === 'invoice.issued' || fact.type === 'invoice.corrected') invoices.set(fact.body.invoiceId, fact.body.totalMinor);
    else if (fact.type === 'order.placed' && !placed) {
      placed = true;
      total ??= fact.body.totalMinor;
    } else if (fact.type === 'order.amended') total = fact.body.totalMinor ?? total;
    else if (fact.type === 'payment.captured') paid += fact.body.amountMinor;
    else if (fact.type === 'refund.issued') paid -= fact.body.amountMinor;
  }
  const billed = invoices.size === 0 ? null : [...invoices.values()].reduce((sum, minor) => sum + minor, 0);
  return { billed, total, paid };
};

/** The one currency of order and invoices; null where none or several are named. */
export const currencyOf = (facts: readonly Fact[]): string | null => {
  let found: string | null = null;
  for (const fact of facts) {
    const named = fact.type === 'order.placed' || fact.type === 'invoice.issued' ? fact.body.currency : null;
    if (named === null || named === found) continue;
    if (found !== null) return null;
    found = named;
  }
  return found;
};
