import { beginningOf, type LaneKeys } from './keys.js';
import { keysBeginning } from './scan-keys.js';
import { run, type RedisClient } from './script.js';
import { CLEAR } from './scripts/clear.js';

/**
 * Deletes everything that a lane keeps but its own record and its outbox, also what nobody remembers having written, piece by
 * piece. False: the token is foreign.
 */
export const clearLane = async (client: RedisClient, keys: LaneKeys, token: string): Promise<boolean> => {
  const kept = new Set([keys.lane, keys.outbox]);
  for await (const found of keysBeginning(client, beginningOf(keys))) {
    const gone = found.filter((key) => !kept.has(key));
    if (gone.length > 0 && (await run(client, CLEAR, [keys.lane, ...gone], [token])) !== 1) return false;
  }
  return (await run(client, CLEAR, [keys.lane], [token])) === 1;
};
