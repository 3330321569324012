import type { LaneKeys } from './keys.js';
import { run, type RedisClient } from './script.js';
import { CLEAR } from './scripts/clear.js';

/** Keys looked at in one call; Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

/** The characters that a pattern of Redis's gives a meaning. */
const literally = (text: string): string => text.replace(/[\\*?[\]]/g, String.raw`\$&`);

/**
 * Deletes everything that a lane keeps but its own record and its outbox, also what nobody remembers having written, piece by
 * piece. False: the token is foreign.
 */
export const clearLane = async (client: RedisClient, keys: LaneKeys, token: string): Promise<boolean> => {
  const beginning = keys.lane.slice(0, -'lane'.length);
  const kept = new Set([keys.lane, keys.outbox]);
  for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
    let cursor = '0';
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', `${literally(beginning)}*`, 'COUNT', AT_ONCE);
      const gone = found.filter((key) => !kept.has(key));
      if (gone.length > 0 && (await run(client, CLEAR, [keys.lane, ...gone], [token])) !== 1) return false;
      cursor = next;
    } while (cursor !== '0');
  }
  return (await run(client, CLEAR, [keys.lane], [token])) === 1;
};
