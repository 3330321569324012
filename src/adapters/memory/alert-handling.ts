import type { AlertHandlingStore, Handled, Kept, WaitingClosure } from '../../pipeline/alert-handling.js';

const NOTHING: Handled = { acknowledged: null, snoozed: null, closed: null };

/** What people did with alerts, in this process's memory. */
export function createMemoryAlertHandling(): AlertHandlingStore {
  const handled = new Map<string, Handled>();
  const waiting = new Map<number, Map<string, WaitingClosure>>();
  const of = (alertId: string): Handled => handled.get(alertId) ?? NOTHING;
  const keepFirst = <T>(before: T | null, now: T, keep: () => void): Kept<T> => {
    if (before !== null) return { kept: before, isFirst: false };
    keep();
    return { kept: now, isFirst: true };
  };
  return {
    async acknowledge(alertId, acknowledged) {
      return keepFirst(of(alertId).acknowledged, acknowledged, () => { handled.set(alertId, { ...of(alertId), acknowledged }); });
    },
    async snooze(alertId, snoozed) {
      handled.set(alertId, { ...of(alertId), snoozed });
    },
    async close({ lane, orderId, alertId }, closed) {
      const answer = keepFirst(of(alertId).closed, closed, () => { handled.set(alertId, { ...of(alertId), closed }); });
      waiting.set(lane, (waiting.get(lane) ?? new Map<string, WaitingClosure>()).set(alertId, { orderId, alertId, closure: answer.kept }));
      return answer;
    },
    of: async (alertIds) => alertIds.map(of),
    waiting: async (lane, about) => [...(waiting.get(lane)?.values() ?? [])].slice(0, about),
    async said(lane, closures) {
      for (const { alertId } of closures) waiting.get(lane)?.delete(alertId);
    },
  };
}
