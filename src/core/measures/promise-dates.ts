import type { MeasureTarget } from '../../contracts/measures.js';
import { earlier, type Case } from '../signals/rule.js';

/** The instant promised by this target: at the order's end, or now; null where there is none. Ms. */
export function promisedAt(target: MeasureTarget, { history }: Case): number | null {
  const { promises, days } = history;
  if (target === 'baseline') return promises.baseline?.date ?? null;
  if (target === 'latest') return promises.latest?.date ?? null;
  const { original } = promises;
  return original === null ? null : (original.instant ?? days.endOf(original.text));
}

/** Until when a delivery keeps that promise; ms (rulings 23). */
export function dueOf(target: MeasureTarget, order: Case): number | null {
  const promised = promisedAt(target, order);
  return promised === null ? null : promised + order.rules.deliveryToleranceMs;
}

const TARGETS: readonly MeasureTarget[] = ['original', 'baseline', 'latest'];

/** The earliest instant, not before the time reached, after which time alone makes an open order due by some promise; ms. */
export function nextDue(order: Case): number | null {
  if (order.history.end !== null || order.history.placed === null || !order.covered.has('logistics')) return null;
  let next: number | null = null;
  for (const target of TARGETS) {
    const due = dueOf(target, order);
    if (due !== null) next = earlier(next, due, order.at);
  }
  return next;
}
