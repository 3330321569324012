import type { PatternSeverity } from '../../contracts/names.js';
import type { BudgetStore, ChangeOfAlert, Telling } from '../../pipeline/sinks/budget.js';

/** Alerts that are remembered: a demonstration must not fill the memory. */
const MOST_ALERTS = 20_000;

type Known = 'alone' | { readonly severity: PatternSeverity; readonly changeId: string };

/** How alerts are told, in this process's memory. */
export function createMemoryBudgetStore(): BudgetStore {
  const known = new Map<string, Known>();
  const told = new Map<string, number>();
  const remember = (key: string, value: Known): void => {
    known.delete(key);
    known.set(key, value);
    const [oldest] = known.keys();
    if (known.size > MOST_ALERTS && oldest !== undefined) known.delete(oldest);
  };
  const hasRoom = ({ sink, team, severity, hour, allowed }: ChangeOfAlert): boolean => {
    for (const key of told.keys()) if (!key.startsWith(`${hour}:`) && !key.startsWith(`${hour - 1}:`)) told.delete(key);
    const key = `${hour}:${JSON.stringify([sink, team, severity])}`;
    told.set(key, (told.get(key) ?? 0) + 1);
    return (told.get(key) ?? 0) <= allowed;
  };
  return {
    async decide(change): Promise<Telling> {
      const { sink, alertId, changeId, severity, isEnd } = change;
      const key = `${sink}:${alertId}`;
      const before = known.get(key);
      if (before === 'alone') return 'alone';
      if (before?.changeId === changeId) return 'digest';
      if (before !== undefined && (isEnd || before.severity === 'critical' || severity === 'warning')) return 'nothing';
      if (isEnd) return 'alone';
      const alone = hasRoom(change);
      remember(key, alone ? 'alone' : { severity, changeId });
      return alone ? 'alone' : 'digest';
    },
  };
}
