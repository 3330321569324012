import { earlier, type Case } from './signals/rule.js';

/**
 * Nothing is pending any more: the order has ended, no contact of the customer and no incident is open, and no date that
 * the company changed or missed lies ahead of the time reached (rulings 64). Open signals don't matter.
 */
export function isSettled(order: Case): boolean {
  return order.history.end !== null && nextSettling(order) === null
    && order.contacts.open.length === 0 && (order.incidents === null || order.incidents.closedBy !== null);
}

/** The first changed date ahead of an ended order; when it has passed, the order may be settled. */
export function nextSettling({ history, changes, at }: Case): number | null {
  let next: number | null = null;
  if (history.end !== null) for (const { due } of changes) next = earlier(next, due, at);
  return next;
}
