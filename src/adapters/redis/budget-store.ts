import type { BudgetStore, Telling } from '../../pipeline/sinks/budget.js';
import { keyNames } from './keys.js';
import { type RedisClient, run, textOf } from './script.js';
import { DECIDE_TELLING } from './scripts/decide-telling.js';

/** From the last change of an alert on; s. One that says nothing for longer is news when it does. */
const ALERT_KEPT_FOR = 30 * 86_400;
/** Longer than an hour, whatever the clocks of workers say; s. */
const NUMBER_KEPT_FOR = 2 * 3_600;
const TELLINGS: readonly Telling[] = ['alone', 'digest', 'nothing'];

/** How alerts are told, in Redis: some 150 bytes for each alert of a sink with a budget. */
export function createRedisBudgetStore(redis: RedisClient, { prefix }: { readonly prefix: string }): BudgetStore {
  const names = keyNames(prefix);
  return {
    async decide({ sink, team, alertId, changeId, severity, isEnd, hour, allowed }) {
      const keys = [names.telling(sink, alertId), names.told(sink, team, severity, hour)];
      const reply = textOf(await run(redis, DECIDE_TELLING, keys, [severity, changeId, String(allowed), isEnd ? '1' : '0', String(ALERT_KEPT_FOR), String(NUMBER_KEPT_FOR)]), 'how an alert is told');
      const telling = TELLINGS.find((known) => known === reply);
      if (telling === undefined) throw new Error('Redis answered with something else than how an alert is told');
      return telling;
    },
  };
}
