import { hurt, priceOf, quantities, tell, type Draft } from './draft.js';
import { payBack, payInvoice } from './payment.js';
import { DAY, HOUR, MINUTE } from './world.js';

/** Chapter six: the invoice, and what is done about a wrong one. */

const WRONG = 0.022;
const DISPUTED_WITHOUT_CAUSE = 0.006;
const NEVER_INVOICED = 0.006;

const place = { team: 'billing', system: 'invoicing' };

const dispute = (draft: Draft, at: number, invoiceId: string, reason: string): void => {
  tell(draft, 'billing.disputed', at, { invoiceId, reason }, place);
  hurt(draft, 1, at);
  if (draft.random.chance(0.65)) {
    tell(draft, 'billing.dispute_resolved', at + draft.random.between(0.5, 6) * DAY, { invoiceId, reason: 'explained' }, place);
  }
};

const putRight = (draft: Draft, issuedAt: number, invoiceId: string): void => {
  const { random } = draft;
  const noticedAt = issuedAt + random.between(0.3, 5) * DAY;
  if (random.chance(0.35)) dispute(draft, noticedAt, invoiceId, 'wrong amount');
  if (random.chance(0.6)) {
    tell(draft, 'invoice.corrected', noticedAt + random.between(0.2, 5) * DAY, { invoiceId, totalMinor: draft.totalMinor, reason: 'wrong amount' }, place);
  }
};

/** What never came is taken off the bill, or it isn't. */
const creditMissing = (draft: Draft, at: number, invoiceId: string, billed: number): void => {
  if (draft.missing.length === 0 || !draft.random.chance(0.55)) return;
  const credit = Math.min(priceOf(draft.missing), billed);
  tell(draft, 'order.amended', at, { initiatedBy: 'company', totalMinor: draft.totalMinor - credit });
  tell(draft, 'invoice.corrected', at + MINUTE, { invoiceId, totalMinor: billed - credit, reason: 'not delivered' }, place);
  if (draft.paidMinor >= credit && draft.random.chance(0.8)) {
    tell(draft, 'refund.issued', at + HOUR, { paymentId: `${draft.orderId}-credit`, amountMinor: credit, reason: 'not delivered' }, place);
  }
};

const invoice = (draft: Draft, at: number, chanceOfError: number): void => {
  const { random } = draft;
  const invoiceId = `${draft.orderId}-i1`;
  const wrong = random.chance(chanceOfError);
  const factor = random.chance(0.7) ? random.between(1.05, 1.35) : random.between(0.7, 0.95);
  const totalMinor = wrong ? Math.round(draft.totalMinor * factor) + (factor > 1 ? 3 : -3) : draft.totalMinor;
  const lines = random.chance(0.7) ? quantities(draft.lines) : undefined;
  tell(draft, 'invoice.issued', at, { invoiceId, totalMinor, currency: draft.currency, lines }, place);
  payInvoice(draft, at, totalMinor);
  if (wrong) {
    hurt(draft, 1.5, at);
    putRight(draft, at, invoiceId);
  } else if (draft.missing.length > 0 && draft.endedAt !== null) {
    creditMissing(draft, Math.max(at, draft.endedAt) + random.between(0.5, 4) * DAY, invoiceId, totalMinor);
  } else if (random.chance(DISPUTED_WITHOUT_CAUSE)) {
    dispute(draft, at + random.between(0.5, 4) * DAY, invoiceId, 'not mine');
  }
};

/** Bills with the dispatch or after the delivery; a cancelled order gets its money back instead. */
export const bill = (draft: Draft): void => {
  const { random, endedAt, dispatchedAt } = draft;
  if (draft.cancelled) {
    if (endedAt !== null) payBack(draft, endedAt);
    return;
  }
  if (dispatchedAt === null || random.chance(NEVER_INVOICED)) return;
  const afterDelivery = endedAt !== null && random.chance(0.4);
  const at = (afterDelivery ? endedAt : dispatchedAt) + random.between(0.2, 3) * HOUR;
  // A delivery that went wrong is put through by hand, and hands make mistakes.
  invoice(draft, at, WRONG * (draft.harm >= 1 ? 6 : 1));
};
