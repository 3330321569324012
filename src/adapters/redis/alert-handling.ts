import { z } from 'zod';
import { ALERT_OUTCOMES, PATTERN_SEVERITIES } from '../../contracts/names.js';
import type { AlertHandlingStore, Closure, Handled, Kept, WaitingClosure } from '../../pipeline/alert-handling.js';
import { keyNames } from './keys.js';
import type { RedisClient } from './script.js';

const deed = z.object({ at: z.number(), by: z.string().nullable(), note: z.string().nullable() });
const snooze = deed.extend({ until: z.number(), revision: z.number() });
const closure = deed.extend({ outcome: z.enum(ALERT_OUTCOMES), severity: z.enum(PATTERN_SEVERITIES), patterns: z.array(z.string()).readonly() });
const waitingClosure = z.object({ orderId: z.string(), alertId: z.string(), closure });

/** An order's alert is long over by then; s. */
const KEPT_FOR = 400 * 86_400;

/** null: there is nothing, or what only a newer version can have written; that must not keep others from being read. */
function read<T>(schema: z.ZodType<T>, text: string | null | undefined): T | null {
  try {
    return text == null ? null : schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

type Transaction = readonly (readonly [error: Error | null, reply: unknown])[] | null;

/** The replies of a transaction. A command that Redis refused does not keep it from running the others. */
function repliesOf(answers: Transaction): readonly unknown[] {
  if (answers === null) throw new Error('Redis did not run a transaction');
  return answers.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}

/** What people did with alerts in Redis: a hash for each alert, and one for each lane of the closures that wait. */
export function createRedisAlertHandling(redis: RedisClient, { prefix }: { readonly prefix: string }): AlertHandlingStore {
  const names = keyNames(prefix);
  /** Of one key, so that a cluster can do it as a whole. `isSame`: what is kept is what was given, whoever gave it first. */
  const keepFirst = async <T>(schema: z.ZodType<T>, key: string, field: string, value: T, keptFor: number | null): Promise<Kept<T> & { readonly isSame: boolean }> => {
    const text = JSON.stringify(value);
    const both = redis.multi().hsetnx(key, field, text).hget(key, field);
    const [added, found] = repliesOf(await (keptFor === null ? both : both.expire(key, keptFor)).exec());
    return { kept: read(schema, found as string | null) ?? value, isFirst: added === 1, isSame: found === text };
  };
  const keepClosure = (alertId: string, now: Closure) => keepFirst(closure, names.handling(alertId), 'closed', now, KEPT_FOR);
  const find = async (alertId: string): Promise<Handled> => {
    const [acknowledged, snoozed, closed] = await redis.hmget(names.handling(alertId), 'acknowledged', 'snoozed', 'closed');
    return { acknowledged: read(deed, acknowledged), snoozed: read(snooze, snoozed), closed: read(closure, closed) };
  };
  return {
    async acknowledge(alertId, acknowledgement) {
      const { kept, isFirst } = await keepFirst(deed, names.handling(alertId), 'acknowledged', acknowledgement, KEPT_FOR);
      return { kept, isFirst };
    },
    async snooze(alertId, snoozed) {
      const key = names.handling(alertId);
      repliesOf(await redis.multi().hset(key, 'snoozed', JSON.stringify(snoozed)).expire(key, KEPT_FOR).exec());
    },
    // First it waits: should that be all that comes to pass, its lane says it, and then keeps it here.
    async close({ lane, orderId, alertId }, given) {
      const waits = await keepFirst<WaitingClosure>(waitingClosure, names.closing(lane), alertId, { orderId, alertId, closure: given }, null);
      // Others who close it, and its lane, may keep it here before we do.
      const { kept, isSame } = await keepClosure(alertId, waits.kept.closure);
      return { kept, isFirst: waits.isFirst && isSame };
    },
    // One by one: in a cluster they lie on several nodes. The client sends them together all the same.
    of: (alertIds) => Promise.all(alertIds.map(find)),
    async waiting(lane, about) {
      let cursor = '0';
      do {
        const [next, pairs] = await redis.hscan(names.closing(lane), cursor, 'COUNT', about);
        const found = pairs.filter((_, i) => i % 2 === 1).flatMap((text) => read(waitingClosure, text) ?? []);
        if (found.length > 0) return found;
        cursor = next;
      } while (cursor !== '0');
      return [];
    },
    async said(lane, closures) {
      if (closures.length === 0) return;
      await Promise.all(closures.map(({ alertId, closure: said }) => keepClosure(alertId, said)));
      await redis.hdel(names.closing(lane), ...closures.map(({ alertId }) => alertId));
    },
  };
}
