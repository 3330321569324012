import { earlier, evidenceOf, type Case, type SignalRule } from './rule.js';

/**
 * The first shipment left after the date that the order was to leave by, or none did although the order ended after that
 * date, or the time reached has passed it before any end. An order that ended at or before the date was never late to
 * leave. Silence counts only where logistics is covered. Stays open (rulings 14, 25, 65, 96).
 *
 * Example: to leave by 3 May 12:00, left at 14:30: open since 12:00, `delaySeconds` 9000.
 */
export const lateDispatch: SignalRule = {
  signal: 'late_dispatch', area: 'logistics', stage: 'BUY',

  judge(order) {
    const due = dueOf(order);
    if (due === null) return null;
    const { placed, end, dispatches } = order.history;
    const [first] = dispatches;
    if (first === undefined ? !(isOverdue(due, order) && order.covered.has('logistics')) : first.at <= due) return null;
    return {
      opensAt: due,
      closedAt: null,
      detail: first === undefined ? {} : { delaySeconds: (first.at - due) / 1000 },
      evidence: evidenceOf([placed, first ?? end?.fact ?? null]),
    };
  },

  isUnknown(order) {
    const due = dueOf(order);
    return due !== null && order.history.dispatches.length === 0 && isOverdue(due, order) && !order.covered.has('logistics');
  },

  nextDeadline(order) {
    const due = dueOf(order);
    if (due === null || order.history.end !== null || order.history.dispatches.length > 0) return null;
    return earlier(null, due, order.at);
  },
};

/** `dispatchBy` as an instant; null: none, or the order ended before it could be missed. */
function dueOf({ history }: Case): number | null {
  const by = history.placed?.body.dispatchBy ?? null;
  if (by === null) return null;
  const due = by.instant ?? history.days.endOf(by.text);
  return history.end !== null && history.end.at <= due ? null : due;
}

/** Of an order without dispatch: its end came after the date, or the time reached has passed it. */
const isOverdue = (due: number, { history, at }: Case): boolean => history.end !== null || at > due;
