import { hurt, linesAsSold, promiseAt, promiseText, tell, type Draft } from './draft.js';
import { notify } from './notices.js';
import { anotherLine, totalOf } from './placing.js';
import { DAY, HOUR, MINUTE } from './world.js';

/** Chapter two: before anything leaves the house, either side may think again. */

const OUT_OF_STOCK = 0.004;

/** Money moves with the total, a few minutes after it changed. */
const settleDifference = (draft: Draft, at: number, before: number): void => {
  const difference = draft.totalMinor - before;
  if (difference === 0 || draft.paidMinor === 0) return;
  const paymentId = `${draft.orderId}-difference`;
  const amountMinor = Math.abs(difference);
  tell(draft, difference > 0 ? 'payment.captured' : 'refund.issued', at + 2 * MINUTE, { paymentId, amountMinor }, { system: 'payments' });
  draft.paidMinor += difference;
};

const addLine = (draft: Draft, at: number): void => {
  const before = draft.totalMinor;
  draft.lines = [...draft.lines, anotherLine(draft.random, String(draft.lines.length + 1))];
  draft.totalMinor = totalOf(draft.lines);
  tell(draft, 'order.amended', at, { initiatedBy: 'customer', lines: linesAsSold(draft.lines), totalMinor: draft.totalMinor });
  settleDifference(draft, at, before);
};

const goodwill = (draft: Draft, at: number): void => {
  const before = draft.totalMinor;
  draft.totalMinor = Math.round(before * 0.95);
  tell(draft, 'order.amended', at, { initiatedBy: 'company', totalMinor: draft.totalMinor });
  settleDifference(draft, at, before);
};

/** A customer asks for another day; some put the order on hold first. */
const askForAnotherDay = (draft: Draft, at: number): void => {
  const due = promiseAt(draft, at);
  if (due === null) return;
  const { random } = draft;
  const change = { initiatedBy: 'customer', reason: 'not at home' };
  let askedAt = at;
  if (random.chance(0.3)) {
    tell(draft, 'delivery.rescheduled', at, { ...change, newDeliveryAt: null, reason: 'on hold' });
    draft.promises.push({ at, due: null });
    askedAt = at + random.between(3, 20) * HOUR;
  }
  const newDue = due + random.int(1, 4) * DAY;
  draft.promises.push({ at: askedAt, due: newDue });
  tell(draft, 'delivery.rescheduled', askedAt, { ...change, newDeliveryAt: promiseText(draft, newDue) });
  notify(draft, 'reschedule', askedAt + 2 * MINUTE, true);
  draft.changedAt = askedAt;
};

const cancel = (draft: Draft, at: number, initiatedBy: 'customer' | 'company', reason: string): void => {
  tell(draft, 'order.cancelled', at, { initiatedBy, reason });
  draft.cancelled = true;
  draft.endedAt = at;
  if (initiatedBy === 'company') hurt(draft, 3, at);
  notify(draft, 'cancellation', at + 3 * MINUTE, false);
};

/** The company gives up on an order: goods lost, never paid, out of stock. */
export const cancelByCompany = (draft: Draft, at: number, reason: string): void => cancel(draft, at, 'company', reason);

/** May amend, reschedule or cancel the order. Nothing is picked before `draft.changedAt`. */
export const thinkAgain = (draft: Draft): void => {
  const { random } = draft;
  const at = draft.placedAt + random.between(0.3, 5) * HOUR;
  const mind = random.next();
  if (mind < 0.02) addLine(draft, at);
  else if (mind < 0.024) goodwill(draft, at);
  else if (mind < 0.05) askForAnotherDay(draft, at);
  else if (mind < 0.068) cancel(draft, at, 'customer', 'changed my mind');
  else if (mind < 0.068 + OUT_OF_STOCK) cancelByCompany(draft, at + random.between(1, 20) * HOUR, 'out of stock');
  else return;
  draft.changedAt = Math.max(draft.changedAt, at);
};
