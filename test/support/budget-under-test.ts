import { createMemoryBudgetStore } from '../../src/adapters/memory/budget-store.js';
import type { AlertDigest } from '../../src/contracts/alert-digest.js';
import type { BudgetStore } from '../../src/pipeline/sinks/budget.js';
import type { Answer } from '../../src/pipeline/sinks/destination.js';
import { createSinkUnderTest, TAKEN, uuid } from './sink-under-test.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A sink whose teams are told of one warning and one critical alert an hour, the rest after a quarter of an hour. */
export function withBudget({ partitions = 1, store = createMemoryBudgetStore() }: { readonly partitions?: number; readonly store?: BudgetStore } = {}) {
  const digests: AlertDigest[] = [];
  let saying: (asked: number) => Answer | Promise<Answer> = () => TAKEN;
  const under = createSinkUnderTest({
    partitions,
    budget: { perHour: { warning: 1, critical: 1 }, digestAfterMs: 15 * MINUTE, worklist: (team) => `/v1/worklist?team=${team}`, store },
    digest: async (digest) => {
      digests.push(digest);
      return saying(digests.length);
    },
  });
  const start = async () => {
    const sink = under.create();
    sink.start();
    await under.advance(1_000);
    return sink;
  };
  const committed = async (partition = 0): Promise<number | undefined> => (await under.log.advisedOffsets(partition))?.get('cx.alerts');
  return { ...under, digests, start, committed, digestsSay: (next: typeof saying) => { saying = next; }, publish: (id: string, more: Parameters<typeof under.publish>[1] = {}) => { under.publish(id, { alertId: uuid(id), ...more }); } };
}

export const named = ({ alerts }: AlertDigest): readonly string[] => alerts.map(({ alertId }) => alertId);
