import { hurt, tell, type Draft } from './draft.js';
import { cancelByCompany } from './minds.js';
import { DAY, HOUR, MINUTE } from './world.js';

const PAID_AT_ONCE = 0.88;
const DECLINED = 0.025;
const CAPTURED_TWICE = 0.006;

const capture = (draft: Draft, at: number, paymentId: string): void => {
  tell(draft, 'payment.captured', at, { paymentId, amountMinor: draft.totalMinor }, { system: 'payments' });
  draft.paidMinor += draft.totalMinor;
};

const captureAgain = (draft: Draft, at: number): void => {
  capture(draft, at, `${draft.orderId}-p1-repeat`);
  hurt(draft, 1, at);
  if (!draft.random.chance(0.6)) return;
  const refundedAt = at + draft.random.between(1, 6) * DAY;
  tell(draft, 'refund.issued', refundedAt, { paymentId: `${draft.orderId}-p1-repeat`, amountMinor: draft.totalMinor, reason: 'captured twice' });
  draft.paidMinor -= draft.totalMinor;
};

/** Most pay when they order; a card may be declined, and is mostly replaced within hours. */
export const payAtOnce = (draft: Draft): void => {
  const { random } = draft;
  if (!random.chance(PAID_AT_ONCE)) return;
  const at = draft.placedAt + random.between(0.3, 4) * MINUTE;
  if (!random.chance(DECLINED)) {
    capture(draft, at, `${draft.orderId}-p1`);
    if (random.chance(CAPTURED_TWICE)) captureAgain(draft, at + 20_000);
    return;
  }
  tell(draft, 'payment.failed', at, { paymentId: `${draft.orderId}-p1`, amountMinor: draft.totalMinor, reason: 'card declined' });
  hurt(draft, 0.3, at);
  if (random.chance(0.8)) {
    const paidAt = at + random.between(0.1, 8) * HOUR;
    capture(draft, paidAt, `${draft.orderId}-p2`);
    draft.changedAt = Math.max(draft.changedAt, paidAt);
  } else {
    cancelByCompany(draft, at + random.between(20, 40) * HOUR, 'not paid');
  }
};

/** The rest pay their invoice within days, or not at all while the story lasts. */
export const payInvoice = (draft: Draft, issuedAt: number, totalMinor: number): void => {
  if (draft.paidMinor > 0 || !draft.random.chance(0.95)) return;
  const at = issuedAt + draft.random.between(0.5, 9) * DAY;
  tell(draft, 'payment.captured', at, { paymentId: `${draft.orderId}-p1`, amountMinor: totalMinor }, { system: 'payments' });
  draft.paidMinor += totalMinor;
};

/** A cancelled order's money goes back: mostly within days, sometimes after weeks, sometimes never. */
export const payBack = (draft: Draft, endedAt: number): void => {
  if (draft.paidMinor <= 0) return;
  const { random } = draft;
  const manner = random.next();
  if (manner > 0.9) {
    hurt(draft, 2, endedAt + 10 * DAY);
    return;
  }
  const at = endedAt + (manner > 0.78 ? random.between(10.5, 16) : random.between(0.5, 5)) * DAY;
  if (manner > 0.78) hurt(draft, 2, at);
  tell(draft, 'refund.issued', at, { paymentId: `${draft.orderId}-p1`, amountMinor: draft.paidMinor, reason: 'order cancelled' }, { system: 'payments' });
  draft.paidMinor = 0;
};
