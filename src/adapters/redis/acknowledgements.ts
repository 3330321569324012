import { z } from 'zod';
import type { Acknowledgement, AcknowledgementStore } from '../../pipeline/acknowledgements.js';
import { keyNames } from './keys.js';
import type { RedisClient } from './script.js';

const stored = z.strictObject({ at: z.number(), by: z.string().nullable(), note: z.string().nullable() });

/** An order's alert is long over by then; s. */
const KEPT_FOR = 400 * 86_400;

const read = (text: string | null): Acknowledgement | null => (text === null ? null : stored.parse(JSON.parse(text)));

/** Acknowledgements in Redis, a key for each. */
export function createRedisAcknowledgements(redis: RedisClient, { prefix }: { readonly prefix: string }): AcknowledgementStore {
  const names = keyNames(prefix);
  // One by one: in a cluster they lie on several nodes. The client sends them together all the same.
  const find = async (alertId: string): Promise<Acknowledgement | null> => read(await redis.get(names.acknowledgement(alertId)));
  return {
    async add(alertId, acknowledgement) {
      const isFirst = (await redis.set(names.acknowledgement(alertId), JSON.stringify(acknowledgement), 'EX', KEPT_FOR, 'NX')) === 'OK';
      return { kept: isFirst ? acknowledgement : ((await find(alertId)) ?? acknowledgement), isFirst };
    },
    of: (alertIds) => Promise.all(alertIds.map(find)),
  };
}
