import type { FactOf } from '../fact.js';
import type { History } from '../timeline/history.js';

/** The first invoice issued in the order's timeline; null: none was. */
export function firstInvoice({ ledger }: History): FactOf<'invoice.issued'> | null {
  for (const fact of ledger) if (fact.type === 'invoice.issued') return fact;
  return null;
}
